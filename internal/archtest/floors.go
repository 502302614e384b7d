package archtest

import "strings"

// Module is the path of the module under test.
const Module = "slipway.dev"

// Floor is a floor of the house; see docs/architecture.md.
type Floor string

// The floors, from the street down to the ground. Bench is what stands beside the house:
// benchmarks, end-to-end tests, examples, this package.
const (
	Main   Floor = "main"
	App    Floor = "app"
	Face   Floor = "face"
	Door   Floor = "door"
	Drive  Floor = "drive"
	Memory Floor = "memory"
	Hand   Floor = "hand"
	Tool   Floor = "tool"
	Core   Floor = "core"
	Bench  Floor = "bench"
)

// folders says on which floor each top folder is. A new folder needs a line here.
var folders = map[string]Floor{
	"cmd/slipway":  Main,
	"internal/app": App,

	"internal/cli": Face, "internal/api": Face, "internal/web": Face, "client": Face,
	"internal/demo": Face,

	"internal/control": Door,

	"internal/drive": Drive,

	"internal/engine": Memory, "internal/store": Memory, "internal/view": Memory,

	"internal/source": Hand, "internal/artifact": Hand, "internal/target": Hand, "internal/edge": Hand,
	"internal/edgeclient": Hand, "internal/forge": Hand, "internal/notify": Hand, "internal/metrics": Hand,
	"internal/call": Hand, "internal/job": Hand, "internal/identity": Hand, "internal/ticket": Hand, "internal/smoke": Hand, "internal/starter": Hand,

	"internal/secret": Tool, "internal/sandbox": Tool, "internal/blob": Tool, "internal/sign": Tool,
	"internal/netguard": Tool, "internal/wire": Tool, "internal/draw": Tool, "internal/shim": Tool,
	"internal/freeport": Tool, "internal/loadgen": Tool, "internal/version": Tool,
	"client/model": Tool, // the words of the API: the door speaks them, too

	"internal/core": Core,

	"internal/archtest": Bench, "e2e": Bench, "bench": Bench, "examples": Bench, "docs": Bench,
}

// below says which floors a floor may know besides its own folder.
var below = map[Floor][]Floor{
	Main:   {App, Face, Hand, Tool},
	App:    {Face, Door, Drive, Memory, Hand, Tool, Core},
	Face:   {Face, Door, Tool, Core},
	Door:   {Drive, Memory, Hand, Tool, Core},
	Drive:  {Memory, Hand, Tool, Core},
	Memory: {Memory, Tool, Core},
	Hand:   {Tool, Core},
	Tool:   {Tool, Core},
	Core:   {Core},
	Bench:  {App, Face, Door, Drive, Memory, Hand, Tool, Core, Bench},
}

// doors are single ways past below: a folder, and what it may know as well.
var doors = map[string][]string{
	"internal/cli":  {"internal/app", "internal/starter"}, // starts the program; init
	"internal/demo": {"examples", "internal/identity"},    // the demo's repository; its people's authenticators
}

// room finds the folder of a package on its floor, for a path below the module's root.
// Each machine's driver is a folder of its own.
func room(path string) (folder string, floor Floor) {
	for dir, level := range folders {
		if within(path, dir) && len(dir) > len(folder) {
			folder, floor = dir, level
		}
	}
	if floor == Drive {
		machine, _, _ := strings.Cut(strings.TrimPrefix(path, folder+"/"), "/")
		folder += "/" + machine
	}
	return folder, floor
}

// libraries says which folders may import a library, the standard one or another. What is
// chosen for one job in one place stays replaceable.
var libraries = map[string][]string{
	"database/sql":                        {"internal/store", "internal/view"},
	"modernc.org/sqlite":                  {"internal/store"},
	"github.com/jackc/pgx":                {"internal/store"},
	"github.com/danielgtaylor/huma":       {"internal/api"},
	"github.com/spf13/cobra":              {"internal/cli"},
	"github.com/a-h/templ":                {"internal/web"},
	"rsc.io/qr":                           {"internal/web"},
	"github.com/caddyserver/certmagic":    {"internal/edge"},
	"oras.land/oras-go":                   {"internal/artifact"},
	"filippo.io/age":                      {"internal/secret"},
	"github.com/go-webauthn/webauthn":     {"internal/identity"},
	"github.com/coreos/go-oidc":           {"internal/identity"},
	"k8s.io":                              {"internal/target/kube"},
	"github.com/moby/moby":                {"internal/target/docker"},
	"github.com/landlock-lsm/go-landlock": {"internal/sandbox"},
	"cel.dev/cel-go":                      {"internal/core/gate/expr"},
	"github.com/prometheus":               {"internal/drive/metrics"},
	"google.golang.org/grpc":              {"internal/call"},
	"github.com/bufbuild/protocompile":    {"internal/call"},
	"github.com/getkin/kin-openapi":       {"internal/call"},
	"github.com/icholy/digest":            {"internal/call"},
}
