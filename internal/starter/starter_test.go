package starter

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/tools/txtar"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/manifest"
)

// repository makes a folder named shop of "-- name --" sections.
func repository(t *testing.T, files string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "Shop_1")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, f := range txtar.Parse([]byte(files)).Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const goServer = `package main
import ("net/http"; "os")
func main() {
	http.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) {})
	http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil)
}
`

func TestLook(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files string
		want  []Service
		notes []string
	}{
		"one Go program": {
			files: "-- go.mod --\nmodule x\n-- main.go --\n" + goServer,
			want:  []Service{{Name: "shop-1", Path: ".", Build: `go build -trimpath -o "$OUT/app" .`, Command: []string{"./app"}, Health: "/healthz"}},
		},
		"Go servers and tools": {
			files: "-- go.mod --\nmodule x\n-- cmd/tickets/main.go --\n" + goServer + "-- cmd/seed/main.go --\npackage main\nfunc main() {}\n-- internal/x.go --\npackage internal\n" +
				"-- cmd/gen/main.go --\n//go:build ignore\n\npackage main\nfunc main() {}\n-- testdata/main.go --\n" + goServer,
			want:  []Service{{Name: "tickets", Path: ".", Build: `go build -trimpath -o "$OUT/tickets" ./cmd/tickets`, Command: []string{"./tickets"}, Health: "/healthz"}},
			notes: []string{"the Go program ./cmd/seed of go.mod does not seem to listen, so it is taken for a tool."},
		},
		"Go modules in one repository": {
			files: "-- services/a/go.mod --\nmodule a\n-- services/a/main.go --\n" + goServer +
				"-- services/b/go.mod --\nmodule b\n-- services/b/cmd/b/main.go --\npackage main\nimport \"net\"\nfunc main() { net.Listen(\"tcp\", \":8080\") }\n",
			want: []Service{
				{Name: "a", Path: "services/a", Build: `go build -trimpath -o "$OUT/a" .`, Command: []string{"./a"}, Health: "/healthz"},
				{Name: "b", Path: "services/b", Build: `go build -trimpath -o "$OUT/b" ./cmd/b`, Command: []string{"./b"}, Notes: []string{
					"It seems to listen on port 8080. It must listen on the port in the variable PORT.", "No health check was found; it counts as healthy when it listens."}}},
		},
		"Node": {
			files: `-- package.json --
{"name": "web", "scripts": {"start": "node server.js", "build": "tsc"}}
-- package-lock.json --
{}
-- server.js --
app.get('/health', ok); app.listen(3000)
-- node_modules/x/package.json --
{"scripts": {"start": "x"}}
-- Dockerfile --
FROM node
EXPOSE 3000
`,
			want: []Service{{Name: "shop-1", Path: ".", Build: `npm ci && npm run build && cp -R . "$OUT"`, Command: []string{"node", "server.js"}, Health: "/health", Notes: []string{
				"Node must be installed where it runs.", "It seems to listen on port 3000. It must listen on the port in the variable PORT."}}},
			notes: []string{"Dockerfile is not used: Slipway builds without it. To run an image that something else builds, write image: instead of build:."},
		},
		"Node that requires nothing": {
			files: "-- package.json --\n{\"scripts\": {\"start\": \"node server.js\"}}\n-- server.js --\nprocess.env.PORT; '/healthz'\n",
			want: []Service{{Name: "shop-1", Path: ".", Build: `cp -R . "$OUT"`, Command: []string{"node", "server.js"}, Health: "/healthz",
				Notes: []string{"Node must be installed where it runs."}}},
		},
		"Node with something to do before": {
			files: "-- package.json --\n{\"scripts\": {\"start\": \"node server.js\", \"prestart\": \"x\", \"prepare\": \"y\"}}\n-- server.js --\nprocess.env.PORT; '/healthz'\n",
			want: []Service{{Name: "shop-1", Path: ".", Build: `npm install && cp -R . "$OUT"`, Command: []string{"npm", "start"}, Health: "/healthz",
				Notes: []string{"Node must be installed where it runs."}}},
		},
		"Python that requires nothing": {
			files: "-- app.py --\nport = os.environ[\"PORT\"]; '/healthz'\n-- tools/main.py --\nprint('not a service')\n",
			want: []Service{{Name: "shop-1", Path: ".", Build: `cp -R . "$OUT"`, Command: []string{"python3", "-u", "app.py"}, Health: "/healthz",
				Notes: []string{"Python must be installed where it runs, in the version that it was built with."}}},
		},
		"Node workspace": {
			files: "-- package.json --\n{\"workspaces\": [\"apps/*\"]}\n-- apps/web/package.json --\n{\"scripts\": {\"start\": \"node x\"}}\n-- apps/web/yarn.lock --\n-- apps/web/x.js --\nprocess.env.PORT; \"/ping\"\n-- apps/lib/package.json --\nnot json\n",
			want: []Service{{Name: "web", Path: "apps/web", Build: `yarn install --frozen-lockfile && cp -R . "$OUT"`, Command: []string{"node", "x"}, Health: "/ping",
				Notes: []string{"Node must be installed where it runs."}}},
		},
		"Python": {
			files: "-- requirements.txt --\nfastapi==0.1\n-- main.py --\n@app.get(\"/healthz\")\n",
			want: []Service{{Name: "shop-1", Path: ".", Build: `python3 -m pip install --target "$OUT/.deps" -r requirements.txt && cp -R . "$OUT"`,
				Command: []string{"sh", "-c", `PYTHONPATH=.deps exec python3 -m uvicorn main:app --host 127.0.0.1 --port "$PORT"`}, Health: "/healthz",
				Notes: []string{"Python must be installed where it runs, in the version that it was built with."}}},
		},
		"Python with a Procfile": {
			files: "-- pyproject.toml --\ndependencies = [\"flask>=3\"]\n-- app.py --\n\"/health\"\n-- Procfile --\nworker: x\nweb: gunicorn -b :$PORT app:app\n",
			want: []Service{{Name: "shop-1", Path: ".", Build: `python3 -m pip install --target "$OUT/.deps" . && cp -R . "$OUT"`,
				Command: []string{"sh", "-c", `PYTHONPATH=.deps PATH=.deps/bin:$PATH exec gunicorn -b :$PORT app:app`}, Health: "/health",
				Notes: []string{"Python must be installed where it runs, in the version that it was built with."}}},
		},
		"Rust": {
			files: "-- Cargo.toml --\n[package]\nversion = \"1\"\nname = \"Seat_Map\"\n\n[dependencies]\nname = \"x\"\n-- src/main.rs --\nenv::var(\"PORT\"); \"/livez\"\n",
			want: []Service{{Name: "seat-map", Path: ".", Build: `cargo build --release --target-dir "$TMPDIR/target" && cp "$TMPDIR/target/release/Seat_Map" "$OUT/"`,
				Command: []string{"./Seat_Map"}, Health: "/livez"}},
		},
		"only a Procfile": {
			files: "-- 9lives/Procfile --\nweb:  ruby app.rb -p $PORT  \n-- 9lives/app.rb --\nget '/healthz'\n",
			want:  []Service{{Name: "app-9lives", Path: "9lives", Build: `cp -R . "$OUT"`, Command: []string{"sh", "-c", "exec ruby app.rb -p $PORT"}, Health: "/healthz"}},
		},
		"two languages in a folder": {
			files: "-- go.mod --\nmodule x\n-- main.go --\n" + goServer + "-- package.json --\n{\"scripts\": {\"start\": \"vite\"}}\n-- Procfile --\nweb: ./app\n",
			want:  []Service{{Name: "shop-1", Path: ".", Build: `go build -trimpath -o "$OUT/app" .`, Command: []string{"./app"}, Health: "/healthz"}},
			notes: []string{"In . there is something else, too, that was not taken for a service: package.json has the script start: vite."},
		},
		"nothing": {files: "-- README.md --\nhello\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, err := Look(repository(t, c.files))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, g.Services, cmpopts.IgnoreFields(Service{}, "Because"), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.notes, g.Notes, cmpopts.EquateEmpty()); diff != "" || g.Team != "shop-1" {
				t.Error(g.Team, diff)
			}
			files, err := g.Files()
			if len(c.want) == 0 {
				if !fault.Is(err, fault.NotFound) {
					t.Errorf("files of nothing: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			agrees(t, files[0].Content, c.want)
		})
	}
}

// agrees reads a manifest back: it says what was guessed.
func agrees(t *testing.T, content []byte, want []Service) {
	t.Helper()
	found, problems := manifest.Parse("slipway.yaml", content)
	if problems != nil || len(found) != len(want) {
		t.Fatal(problems, len(found))
	}
	for i, w := range want {
		s, err := found[i].Service()
		if err != nil {
			t.Fatal(err)
		}
		var command []string
		for _, word := range s.Run.Command {
			command = append(command, string(word))
		}
		path := string(s.Source.Path)
		if path == "" {
			path = "."
		}
		got := Service{Name: found[i].Name, Path: path, Build: string(s.Build.Run), Command: command, Health: string(s.Health.HTTP)}
		if diff := cmp.Diff(w, got, cmpopts.IgnoreFields(Service{}, "Because", "Notes")); diff != "" {
			t.Error(diff)
		}
	}
}

// Whatever the names are, what is written can be read, and says the same.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	odd := "a: &b *c #d\t\"e' ${x} {{y}}"
	dir := repository(t, "-- "+odd+"/package.json --\n{\"scripts\": {\"start\": \"x\\n- evil: true\"}}\n-- "+odd+"/Dockerfile --\n")
	g, err := Look(dir)
	if err != nil {
		t.Fatal(err)
	}
	files, err := g.Files()
	if err != nil {
		t.Fatal(err)
	}
	agrees(t, files[0].Content, []Service{{Name: "a-b-c-d-e-x-y", Path: odd, Build: `cp -R . "$OUT"`, Command: []string{"npm", "start"}}})
}

func TestLookStaysInside(t *testing.T) {
	t.Parallel()
	outside := repository(t, "-- package.json --\n{\"scripts\": {\"start\": \"secret\"}}\n")
	dir := repository(t, "-- sub/README --\n")
	for link, to := range map[string]string{"package.json": filepath.Join(outside, "package.json"), "linked": outside} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if g, err := Look(dir); err != nil || len(g.Services) != 0 {
		t.Errorf("%+v %v", g, err)
	}
	if _, err := Look(filepath.Join(dir, "missing")); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	g := Guess{Services: []Service{{Name: "web", Path: "apps/web", Because: "there is app.py", Notes: []string{"Mind the port."}}}, Notes: []string{"No more."}}
	want := []string{"service web in apps/web: there is app.py", "check web: Mind the port.", "No more."}
	if diff := cmp.Diff(want, g.Lines()); diff != "" {
		t.Error(diff)
	}
}

func TestWriteNeverOverwrites(t *testing.T) {
	t.Parallel()
	for _, there := range []string{"", "slipway.yaml", ".slipway/tickets.yaml", "slipway-platform.yaml"} {
		files := "-- Procfile --\nweb: x\n"
		if there != "" {
			files += "-- " + there + " --\nmine\n"
		}
		dir := repository(t, files)
		g, err := Look(dir)
		if err != nil {
			t.Fatal(err)
		}
		written, err := Write(dir, g)
		if there == "" {
			if err != nil || len(written) != 2 {
				t.Fatalf("%d files, %v", len(written), err)
			}
			got, err := os.ReadFile(filepath.Join(dir, ServicesFile))
			if err != nil || string(got) != string(written[0].Content) {
				t.Error("the file is not what was written", err)
			}
			continue
		}
		left, _ := os.ReadFile(filepath.Join(dir, there))
		if !fault.Is(err, fault.Refused) || string(left) != "mine\n" || !strings.Contains(err.Error(), "already") {
			t.Errorf("%s: %v; it is now %q", there, err, left)
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 2 {
			t.Errorf("%s: %v", there, entries)
		}
	}
}
