package source

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/fault"
)

func changed(t *testing.T, m *Mirror, old, new string) []string {
	t.Helper()
	var got []string
	err := m.Changed(t.Context(), old, new, func(p string) error {
		got = append(got, p)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	return got
}

func TestChanged(t *testing.T) {
	t.Parallel()
	r, m := newRepo(t), newMirror(t)
	r.write("a/x", "1")
	r.write("b/x", "1")
	r.write("b/keep", "1")
	first := r.commit("first")
	r.write("b/x", "2")
	r.git("mv", "a/x", "a/\tnew\nline \xff")
	second := r.commit("second")
	fetch(t, m, r.remote())
	for name, c := range map[string]struct {
		old, new string
		want     []string
	}{
		"forward":     {first, second, []string{"a/\tnew\nline \xff", "a/x", "b/x"}},
		"same":        {second, second, nil},
		"from none":   {"", first, []string{"a/x", "b/keep", "b/x"}},
		"unknown old": {strings.Repeat("1", 40), first, []string{"a/x", "b/keep", "b/x"}},
	} {
		if diff := cmp.Diff(c.want, changed(t, m, c.old, c.new)); diff != "" {
			t.Errorf("%s\n%s", name, diff)
		}
	}
	stop := errors.New("enough")
	if err := m.Changed(t.Context(), "", second, func(string) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("a visitor that stops: %v", err)
	}
}

func TestTreeDigestChangesOnlyWithItsFolder(t *testing.T) {
	t.Parallel()
	r, m := newRepo(t), newMirror(t)
	r.write("services/tickets/main.go", "1")
	r.write("services/payments/main.go", "1")
	first := r.commit("first")
	r.write("services/payments/main.go", "2")
	second := r.commit("second")
	fetch(t, m, r.remote())
	digest := func(commit, path string) string {
		d, err := m.TreeDigest(t.Context(), commit, path)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if digest(first, "services/tickets") != digest(second, "services/tickets") {
		t.Error("the folder that did not change has another digest")
	}
	for _, p := range []string{"services/payments", "services", ".", ""} {
		if digest(first, p) == digest(second, p) {
			t.Errorf("%q changed but has the same digest", p)
		}
	}
	if digest(second, "") != r.git("rev-parse", second+"^{tree}") {
		t.Error("the digest of all is not the commit's tree")
	}
	for path, code := range map[string]fault.Code{
		"services/none": fault.NotFound, "services/tickets/main.go": fault.Invalid, "../x": fault.Invalid, "/etc": fault.Invalid, "services/": fault.Invalid,
		"*": fault.NotFound, ":(glob)**": fault.NotFound, "-x": fault.NotFound, ":/": fault.Invalid,
	} {
		if _, err := m.TreeDigest(t.Context(), second, path); !fault.Is(err, code) {
			t.Errorf("%q: %v, want %s", path, err, code)
		}
	}
}

// TestManyFiles is a commit of 50,000 files, and one that moves them all.
func TestManyFiles(t *testing.T) {
	t.Parallel()
	const n = 50_000
	r, m := newRepo(t), newMirror(t)
	make := func(prefix string) string {
		var b strings.Builder
		b.WriteString("commit refs/heads/main\ncommitter a <a@example.test> 1770000000 +0000\ndata 1\nx\ndeleteall\n")
		for i := range n {
			fmt.Fprintf(&b, "M 100644 inline %s/%d/%d.txt\ndata 5\n%05d\n", prefix, i%100, i, i)
		}
		r.gitIn(b.String(), "fast-import", "--quiet", "--force")
		return fetch(t, m, r.remote())
	}
	first := make("old")
	second := make("new")
	if got := len(changed(t, m, first, second)); got != 2*n {
		t.Errorf("%d paths changed, want %d", got, 2*n)
	}
	if got := len(changed(t, m, "", second)); got != n {
		t.Errorf("%d paths in all, want %d", got, n)
	}
	done, err := m.Checkout(t.Context(), second, "new", t.TempDir())
	if err != nil || done.Files != n || done.Bytes != 5*n {
		t.Errorf("checkout: %+v, %v", done, err)
	}
}

func TestManifests(t *testing.T) {
	t.Parallel()
	r, m := newRepo(t), newMirror(t)
	none := r.commit("none")
	for path, content := range map[string]string{
		"slipway.yaml": "top", "slipway.yml": "", ".slipway/flows/purchase.yaml": "flow", ".slipway/a.yml": "a",
		".slipway/readme.md": "no", "services/slipway.yaml": "no", "xslipway.yaml": "no",
	} {
		r.write(path, content)
	}
	all := r.commit("all")
	fetch(t, m, r.remote())
	got, err := m.Manifests(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	want := []File{{".slipway/a.yml", []byte("a")}, {".slipway/flows/purchase.yaml", []byte("flow")}, {"slipway.yaml", []byte("top")}, {"slipway.yml", []byte{}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got, err := m.Manifests(t.Context(), none); err != nil || len(got) != 0 {
		t.Errorf("a repository without manifests: %v, %v", got, err)
	}
}

func TestManifestsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tree func(r *repo) []string
		code fault.Code
	}{
		"symbolic link": {func(r *repo) []string { return []string{"120000 blob " + r.blob("/etc/passwd") + "\tslipway.yaml"} }, fault.Invalid},
		"too large": {func(r *repo) []string {
			return []string{"100644 blob " + r.blob(strings.Repeat("x", MaxManifestSize+1)) + "\tslipway.yaml"}
		}, fault.TooLarge},
		"too many": {func(r *repo) []string {
			r.n++
			var sub []string
			blob := r.blob("x")
			for i := range MaxManifests + 1 {
				sub = append(sub, fmt.Sprintf("100644 blob %s\t%d.yaml", blob, i))
			}
			return []string{"040000 tree " + r.gitIn(strings.Join(sub, "\x00")+"\x00", "mktree", "-z") + "\t.slipway"}
		}, fault.TooLarge},
		"hostile name": {func(r *repo) []string {
			sub := r.gitIn("100644 blob "+r.blob("x")+"\ta\x1b[2J\n.yaml\x00", "mktree", "-z")
			return []string{"040000 tree " + sub + "\t.slipway"}
		}, fault.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, m := newRepo(t), newMirror(t)
			id := r.treeCommit(c.tree(r)...)
			fetch(t, m, r.remote())
			_, err := m.Manifests(t.Context(), id)
			if !fault.Is(err, c.code) || strings.ContainsAny(err.Error(), "\x1b\n") {
				t.Errorf("got %v, want %s", err, c.code)
			}
		})
	}
}
