package archtest

// pureStandard is what core may import of the standard library: all that computes and
// nothing that looks at the world, waits, or runs beside.
var pureStandard = set(
	"bytes", "cmp", "container/heap", "container/list", "crypto/hmac", "crypto/sha256", "crypto/subtle",
	"embed", "encoding", "encoding/base64", "encoding/binary", "encoding/hex", "encoding/json", "encoding/xml", "errors", "fmt",
	"hash", "hash/fnv", "io", "iter", "maps", "math", "math/big", "math/bits", "mime", "net/http", "net/netip", "net/url",
	"path", "reflect", "regexp", "regexp/syntax", "slices", "sort", "strconv", "strings", "text/template",
	"text/template/parse", "time", "unicode", "unicode/utf16", "unicode/utf8",
)

// pureLibraries is what else core may import: parsers and interpreters over data.
var pureLibraries = []string{
	"go.yaml.in/yaml/v4",
	"github.com/santhosh-tekuri/jsonschema/v6",
	"github.com/itchyny/gojq",
	"cel.dev/cel-go",
	"github.com/in-toto/attestation",
	"github.com/opencontainers/go-digest",
	"github.com/robfig/cron/v3",
}

// impure is what core may not use of packages that it may import.
var impure = map[string]map[string]bool{
	"time": set("Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Local"),
}

// only is all that core may use of packages that do much else: the patterns of net/http are
// what a flow's requests are written in, and only its ServeMux says what they mean; cron has a
// parser beside what runs jobs.
var only = map[string]map[string]bool{
	"net/http":                  set("MethodConnect", "NewServeMux", "NotFoundHandler", "ServeMux"),
	"github.com/robfig/cron/v3": set("Descriptor", "Dom", "Dow", "Hour", "Minute", "Month", "NewParser", "SpecSchedule"),
}

func set(names ...string) map[string]bool {
	s := make(map[string]bool, len(names))
	for _, name := range names {
		s[name] = true
	}
	return s
}
