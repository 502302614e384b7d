package workflow_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/jq"
)

// alike compares definitions but for the lines of tasks, which a stored one does not have.
var alike = cmp.Options{
	cmp.FilterPath(func(p cmp.Path) bool {
		return p.Last().String() == ".Line" || p.Last().String() == ".Column" || p.Last().String() == ".File"
	}, cmp.Ignore()),
	cmp.Comparer(func(a, b *jq.Expr) bool { return a == b || a != nil && b != nil && a.String() == b.String() }),
	cmp.Comparer(func(a, b *jq.Template) bool {
		return a == b || a != nil && b != nil && reflect.DeepEqual(a.Raw(), b.Raw()) && a.Constant() == b.Constant()
	}),
	cmp.Exporter(func(reflect.Type) bool { return true }),
}

// TestLoad wants what is stored to be read as what it was made of.
func TestLoad(t *testing.T) {
	t.Parallel()
	all := examples(t)
	everything, err := os.ReadFile(filepath.Join("testdata", "everything.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	all["everything.yaml"] = everything
	for name, text := range all {
		d, problems := workflow.Parse(name, text)
		if problems != nil {
			t.Fatal(problems)
		}
		loaded, err := workflow.Load(d.Canonical)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, ps := range []manifest.Problems{d.Warnings, d.Refusals(), loaded.Warnings, loaded.Refusals()} { // they are in the order of their files
			slices.SortFunc(ps, func(a, b manifest.Problem) int { return strings.Compare(a.Path, b.Path) })
		}
		if diff := cmp.Diff(d, loaded, alike); diff != "" {
			t.Errorf("%s (-parsed +loaded):\n%s", name, diff)
		}
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	a := parse(t, "document: {dsl: 1.0.3, namespace: a, name: b, version: 1.0.0}\ndo: [{x: {set: {n: 1.0, t: '<é>'}}}]\n")
	b := parse(t, `{"do": [{"x": {"set": {"t": "<é>", "n": 1}}}],
		"document": {"version": "1.0.0", "namespace": "a", "name": "b", "dsl": "1.0.3"}}`)
	if a.Digest != b.Digest {
		t.Errorf("the same workflow has two digests:\n%s\n%s", a.Canonical, b.Canonical)
	}
	want := `{"do":[{"x":{"set":{"n":1,"t":"<é>"}}}],"document":{"dsl":"1.0.3","name":"b","namespace":"a","version":"1.0.0"}}`
	if string(a.Canonical) != want {
		t.Errorf("canonical: %s", a.Canonical)
	}
	if c := parse(t, strings.Replace(want, "<é>", "<e>", 1)); c.Digest == a.Digest {
		t.Error("another workflow has the same digest")
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "null", "{}", `{"document":{}}`,
		`{"document":{"dsl":"1.0.3","name":"b","namespace":"a","version":"1.0.0"},"do":[]}`, // not sorted
		"document: {dsl: 1.0.3, namespace: a, name: b, version: 1.0.0}\ndo: []\n",
	} {
		if _, err := workflow.Load([]byte(text)); err == nil {
			t.Errorf("loaded %q", text)
		}
	}
}

func parse(t testing.TB, text string) *workflow.Definition {
	t.Helper()
	d, problems := workflow.Parse("f", []byte(text))
	if problems != nil {
		t.Fatalf("%v\n%s", problems, text)
	}
	return d
}
