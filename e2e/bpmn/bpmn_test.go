// Package bpmn shows that others can read the BPMN that workflows are written as: bpmn-moddle
// reads it, and bpmn-js draws it in a browser, both without a warning.
package bpmn

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/bpmn"
	"slipway.dev/internal/core/workflow/shape"
	"slipway.dev/internal/core/workflow/shape/shapetest"
	"slipway.dev/internal/web/webtest"
)

// broken is a file with flows that lead nowhere.
const broken = "broken.bpmn"

// TestOthersRead writes the examples of the specification and random workflows as BPMN, and
// has bpmn-moddle and bpmn-js read them.
func TestOthersRead(t *testing.T) {
	t.Parallel()
	if os.Getenv("SLIPWAY_HEAVY") == "" {
		t.Skip("with SLIPWAY_HEAVY=1")
	}
	modules(t)
	folder := t.TempDir()
	files := write(t, folder)
	t.Run("moddle", func(t *testing.T) { moddle(t, folder, files) })
	t.Run("browser", func(t *testing.T) { browser(t, folder, files) })
}

// modules installs what package-lock.json says, once.
func modules(t *testing.T) {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed: bpmn-js cannot be asked", program)
		}
	}
	if _, err := os.Stat("node_modules/bpmn-js/dist"); err == nil {
		return
	}
	if out, err := exec.CommandContext(t.Context(), "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error").CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
}

// write writes workflows as BPMN, and gives the names of the files with how many elements a
// reader must find: those in the diagram.
func write(t *testing.T, folder string) map[string]int {
	t.Helper()
	shapes := map[string]shape.Shape{}
	for name, d := range shapetest.Examples(t) {
		shapes[name] = shape.Of(d)
	}
	for seed := range uint64(12) {
		shapes[fmt.Sprintf("random %d", seed)] = shape.Of(shapetest.Random(rand.New(rand.NewPCG(seed, 0)), 5+int(seed)*12))
	}
	// One that is wrong, so that readers who never warn are found out.
	if err := os.WriteFile(filepath.Join(folder, broken), []byte(strings.ReplaceAll(string(bpmn.XML(shapes["fork"])), `targetRef="n`, `targetRef="x`)), 0o600); err != nil {
		t.Fatal(err)
	}
	files := map[string]int{broken: 0}
	for name, s := range shapes {
		written := bpmn.XML(s)
		if err := os.WriteFile(filepath.Join(folder, name+".bpmn"), written, 0o600); err != nil {
			t.Fatal(err)
		}
		files[name+".bpmn"] = strings.Count(string(written), "<bpmndi:BPMNShape") + strings.Count(string(written), "<bpmndi:BPMNEdge")
	}
	return files
}

func moddle(t *testing.T, folder string, files map[string]int) {
	out, err := exec.CommandContext(t.Context(), "node", "moddle.mjs", folder).Output()
	if err != nil {
		t.Fatal(err)
	}
	said := map[string][]string{}
	if err := json.Unmarshal(out, &said); err != nil {
		t.Fatal(err)
	}
	for file := range files {
		warnings, read := said[file]
		if !read || (len(warnings) > 0) != (file == broken) {
			t.Errorf("%s: read %v, warnings %q", file, read, warnings)
		}
	}
}

func browser(t *testing.T, folder string, files map[string]int) {
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("chromium is not installed: bpmn-js cannot be shown")
	}
	mux := http.NewServeMux()
	mux.Handle("/lib/", http.StripPrefix("/lib/", http.FileServer(http.Dir("node_modules/bpmn-js/dist"))))
	mux.Handle("/files/", http.StripPrefix("/files/", http.FileServer(http.Dir(folder))))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, "page.html") })
	server := httptest.NewServer(mux)
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	tab := webtest.Open(ctx, t, server.URL)
	tab.WaitFor("typeof window.show", "function")
	for _, file := range slices.Sorted(maps.Keys(files)) {
		name, err := json.Marshal(file)
		if err != nil {
			t.Fatal(err)
		}
		tab.Eval(fmt.Sprintf("show(%s), 1", name))
		tab.WaitFor("window.said", string(name))
		var said struct {
			Warnings []string
			Elements int
		}
		if err := json.Unmarshal([]byte(tab.Eval("window.said")), &said); err != nil {
			t.Fatal(err)
		}
		if file == broken {
			if len(said.Warnings) == 0 {
				t.Errorf("%s: no warning", file)
			}
			continue
		}
		// bpmn-js counts the process, and each label that stands apart.
		if len(said.Warnings) > 0 || said.Elements <= files[file] {
			t.Errorf("%s: %d of %d elements, warnings %q", file, said.Elements, files[file], said.Warnings)
		}
	}
}
