package backstage

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/manifest"
)

var update = flag.Bool("update", false, "record the manifests in testdata anew")

// sound holds a result to what is promised of all results.
func sound(t *testing.T, r Result) {
	t.Helper()
	var found []manifest.Resource
	var problems manifest.Problems
	for _, part := range r.Parts {
		some, wrong := manifest.Parse("made", part)
		found, problems = append(found, some...), append(problems, wrong...)
	}
	if len(problems) > 0 || len(found) != len(r.Resources) || !bytes.Equal(bytes.Join(r.Parts, nil), r.YAML) {
		t.Fatalf("%d resources, and parsed again %d: %v\n%s", len(r.Resources), len(found), problems, r.YAML)
	}
	if problems := manifest.Check(found, nil, false); len(problems) > 0 {
		t.Fatalf("%v\n%s", problems, r.YAML)
	}
	for i := range found {
		if found[i].Digest != r.Resources[i].Digest {
			t.Errorf("%s is not what is in the file", found[i].ID())
		}
	}
	for _, n := range r.Notes {
		if n.Text == "" || n.At.Line < 1 || n.At.Column < 1 || strings.ContainsAny(n.Text+n.Field+n.Entity, "\n\r") {
			t.Errorf("note without place or text: %+v", n)
		}
	}
}

func TestImport(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Import(filepath.Base(file), data)
		if err != nil {
			t.Fatal(err)
		}
		sound(t, r)
		got := string(r.YAML) + "\n"
		for _, n := range r.Notes {
			got += fmt.Sprintf("%s %s %s: %s\n", n.At, n.Entity, n.Field, n.Text)
		}
		golden := strings.TrimSuffix(file, ".yaml") + ".txt"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if diff := cmp.Diff(string(want), got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", file, err, diff)
		}
	}
}

func TestImportAll(t *testing.T) {
	t.Parallel()
	entity := func(kind, name, spec string) []byte {
		return []byte("apiVersion: backstage.io/v1alpha1\nkind: " + kind + "\nmetadata: {name: " + name + "}\nspec: " + spec + "\n")
	}
	r, err := ImportAll([]File{{"a", entity("Component", "a", "{type: service, owner: g, dependsOn: [component:b]}")},
		{"b", entity("Component", "b", "{type: service}")}, {"g", entity("Group", "g", "{}")}})
	if err != nil {
		t.Fatal(err)
	}
	sound(t, r)
	m, err := r.Resources[0].Component()
	if err != nil || len(m.DependsOn) != 1 || r.Resources[0].Team != "g" || len(r.Notes) != 0 {
		t.Errorf("%v %+v %v", err, r.Resources[0], r.Notes)
	}
}

func TestParseRef(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a": "group:ns/a", "Team A": "", "user:a": "user:ns/a", "b/a": "group:b/a", "User:B/A.b_c": "user:b/a.b_c", " a ": "group:ns/a",
		"": "", "user:": "", "/a": "", ":a": "", "b/": "", "a:b:c": "", "a/b/c": "", "user:b/": "",
	} {
		got, err := parseRef(text, "group", "ns")
		if (want == "") != (err != nil) || err == nil && got.String() != want {
			t.Errorf("%q is %v (%v), want %q", text, got, err, want)
		}
	}
}

func TestValidNames(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"tickets": "tickets", "Box_Office": "box-office", "a..b": "a-b", "-a-": "a", "9lives": "x-9lives", "": "x", "___": "x", "Ümlaut": "mlaut", "日本": "x",
		strings.Repeat("a", 62) + "_b": strings.Repeat("a", 62), "1" + strings.Repeat("a", 70): "x-1" + strings.Repeat("a", 60),
	} {
		if got := valid(text); got != want || manifest.CheckName(got) != nil {
			t.Errorf("%q becomes %q (%v), want %q", text, got, manifest.CheckName(got), want)
		}
	}
}

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"no YAML": "a: [", "large": strings.Repeat("#", manifest.MaxFile+1), "binary": "\x00\x01"} {
		if _, err := Import("f", []byte(text)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if r, err := Import("f", nil); err != nil || len(r.YAML)+len(r.Notes) > 0 {
		t.Errorf("nothing: %+v, %v", r, err)
	}
}

// Names that meet, circles and lists without end are all told, and the result still fits.
func TestImportOfMany(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	const n = 700
	for i := range n {
		var on []string
		for j := range 60 {
			on = append(on, fmt.Sprintf("component:c%d", (i*7+j*j)%n))
		}
		fmt.Fprintf(&b, "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: C%d}\nspec: {type: service, dependsOn: [%s], dependencyOf: [component:c0]}\n", i, strings.Join(on, ", "))
	}
	for i := range 200 {
		fmt.Fprintf(&b, "---\napiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {name: c%d, namespace: %s}\n", i/3, []string{"default", "", "a_"}[i%3])
	}
	r, err := Import("f", []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	sound(t, r)
	if len(r.Resources) < n || len(r.Parts) < 2 {
		t.Errorf("%d resources in %d parts", len(r.Resources), len(r.Parts))
	}
}

// However much there is in an entity, what becomes of it can be read.
func TestImportOfMuch(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("\\u2028", 100_000)
	for name, spec := range map[string]string{
		"description": `metadata: {name: a, description: "` + long + `"}`,
		"label":       `metadata: {name: a, labels: {x: "` + long + `"}}`,
		"labels":      "metadata: {name: a, labels: {" + many(5000, "x%d: y, ") + "}}",
		"lifecycle":   `metadata: {name: a}` + "\nspec: {lifecycle: \"" + long + `"}`,
		"name":        `metadata: {name: ` + strings.Repeat("a", 600_000) + `}`,
		"references":  "metadata: {name: a}\nspec: {dependsOn: [" + many(20_000, "component:x%d, ") + "]}",
		"fields":      "metadata: {name: a}\nspec: {" + many(30_000, "x%d: y, ") + "}",
	} {
		r, err := Import(name, []byte("apiVersion: backstage.io/v1alpha1\nkind: Component\n"+spec+"\n"))
		if err != nil || len(r.Resources) != 1 || len(r.Notes) == 0 {
			t.Errorf("%s: %v, %d resources, %d notes", name, err, len(r.Resources), len(r.Notes))
			continue
		}
		sound(t, r)
	}
}

func many(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func FuzzImport(f *testing.F) {
	for _, file := range []string{"testdata/shop.yaml", "testdata/hostile.yaml"} {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for doc := range strings.SplitSeq(string(data), "\n---\n") {
			f.Add([]byte(doc))
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Import("f", data)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		sound(t, r)
	})
}
