package source

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/fault"
)

func who(t *testing.T, list []Person, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range list {
		out = append(out, p.Email)
	}
	return strings.Join(out, " ")
}

func TestContributors(t *testing.T) {
	t.Parallel()
	r, m := newRepo(t), newMirror(t)
	r.write("tickets/app", "1")
	first := r.plumb("", "Ann <ann@x>", "Ann <ann@x>", "begin")
	r.write("payments/app", "1")
	second := r.plumb(first, "Ben <BEN@x>", "Cy <cy@x>", "add payments\n\nCo-authored-by: Dee <dee@x>\nCo-authored-by: Dee <DEE@x>")
	r.write("tickets/app", "2")
	third := r.plumb(second, "Eve <12345+eve@users.noreply.github.com>", "GitHub <noreply@github.com>", "Merge pull request #1")
	fourth := r.plumb(third, "GitHub <noreply@github.com>", "Mallory <noreply@github.com>", "not from the page")
	r.git("update-ref", "refs/heads/main", fourth)
	fetch(t, m, r.remote())
	for name, c := range map[string]struct{ from, to, path, want string }{
		"a range":                    {first, second, "", "ben@x cy@x dee@x"},
		"a range has no path":        {first, second, "tickets", "ben@x cy@x dee@x"},
		"who merges on a page":       {second, third, "", "12345+eve@users.noreply.github.com"},
		"who claims to be a machine": {third, fourth, "", "noreply@github.com"},
		"nothing new":                {second, second, "", ""},
		"an older one":               {third, first, "", ""},
		"all":                        {"", second, "", "ann@x ben@x cy@x dee@x"},
		"all, of all":                {"", second, ".", "ann@x ben@x cy@x dee@x"},
		"all of a path":              {"", third, "tickets", "12345+eve@users.noreply.github.com ann@x"},
		"of no such path":            {"", third, "refunds", ""},
	} {
		list, err := m.Contributors(t.Context(), c.from, c.to, c.path)
		if got := who(t, list, err); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	limited, err := m.ContributorsTo(t.Context(), first, third, "tickets", "slipway.yaml")
	if got := who(t, limited, err); got != "12345+eve@users.noreply.github.com" {
		t.Errorf("a range of paths: %q", got)
	}
	strange := strings.Repeat("1", 40)
	for _, c := range [][2]string{{strange, third}, {first, strange}} {
		if _, err := m.Contributors(t.Context(), c[0], c[1], ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("a commit that is not there: %v", err)
		}
	}
	for _, c := range [][3]string{{"HEAD", third, ""}, {first, "--all", ""}, {"", third, "../x"}} {
		if _, err := m.Contributors(t.Context(), c[0], c[1], c[2]); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v: %v", c, err)
		}
	}
}

// plumb makes a commit of what is in the work tree, with one parent or several ("a b").
func (r *repo) plumb(parents, author, committer, message string) string {
	r.t.Helper()
	r.git("add", "--all")
	return r.plumbTree(r.git("write-tree"), parents, author, committer, message)
}

func (r *repo) plumbTree(tree, parents, author, committer, message string) string {
	r.t.Helper()
	r.n++
	var object strings.Builder
	fmt.Fprintf(&object, "tree %s\n", tree)
	for _, p := range strings.Fields(parents) {
		fmt.Fprintf(&object, "parent %s\n", p)
	}
	fmt.Fprintf(&object, "author %s %d +0000\ncommitter %s %d +0000\n\n%s", author, 1772355600+r.n, committer, 1772355600+r.n, message)
	return r.gitIn(object.String(), "hash-object", "-t", "commit", "-w", "--stdin", "--literally")
}

// Of a merge all sides count; and whoever throws one side away in it has changed what is
// there, although git's log of a path does not show it.
func TestContributorsOfMerges(t *testing.T) {
	t.Parallel()
	r, m := newRepo(t), newMirror(t)
	r.write("slipway.yaml", "weak")
	weak := r.plumb("", "Ann <ann@x>", "Ann <ann@x>", "weak")
	weakTree := r.git("rev-parse", weak+"^{tree}")
	r.write("slipway.yaml", "strict")
	strict := r.plumb(weak, "Ben <ben@x>", "Ben <ben@x>", "strict")
	strictTree := r.git("rev-parse", strict+"^{tree}")
	r.write("slipway.yaml", "weak")
	r.write("other", "1")
	side := r.plumb(weak, "Sid <sid@x>", "Sid <sid@x>", "something else")
	sideTree := r.git("rev-parse", side+"^{tree}")
	evil := r.plumbTree(sideTree, side+" "+strict, "Eve <eve@x>", "Eve <eve@x>", "merge, and throw strict away")
	octopus := r.plumbTree(strictTree, strict+" "+side+" "+r.plumbTree(weakTree, weak, "Oz <oz@x>", "Oz <oz@x>", "nothing"), "Pi <pi@x>", "Pi <pi@x>", "octopus")
	r.git("update-ref", "refs/heads/main", r.plumbTree(weakTree, evil+" "+octopus, "Ann <ann@x>", "Ann <ann@x>", "all"))
	fetch(t, m, r.remote())
	for name, c := range map[string]struct{ from, to, want string }{
		"all sides":      {weak, octopus, "ben@x oz@x pi@x sid@x"},
		"one side known": {strict, evil, "eve@x sid@x"},
	} {
		list, err := m.Contributors(t.Context(), c.from, c.to, "")
		if got := who(t, list, err); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	for name, c := range map[string]struct{ from, to, want string }{
		"what is thrown away": {strict, evil, "eve@x"},
		"what is taken":       {weak, octopus, "ben@x pi@x"},
	} {
		list, err := m.ContributorsTo(t.Context(), c.from, c.to, "slipway.yaml")
		if got := who(t, list, err); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestContributorsAfterAForcePush(t *testing.T) {
	t.Parallel()
	r, m := newRepo(t), newMirror(t)
	base := r.plumb("", "Ann <ann@x>", "Ann <ann@x>", "base")
	old := r.plumb(base, "Ben <ben@x>", "Ben <ben@x>", "left behind")
	r.git("update-ref", "refs/heads/main", old)
	fetch(t, m, r.remote())
	forced := r.plumb(base, "Cy <cy@x>", "Cy <cy@x>", "forced")
	r.git("update-ref", "refs/heads/main", forced)
	fetch(t, m, r.remote())
	list, err := m.Contributors(t.Context(), old, forced, "")
	if got := who(t, list, err); got != "cy@x" {
		t.Errorf("the new history: %q", got)
	}
	fresh := newMirror(t) // which never saw what was left behind
	fetch(t, fresh, r.remote())
	if _, err := fresh.Contributors(t.Context(), old, forced, ""); !fault.Is(err, fault.NotFound) {
		t.Errorf("from a commit that is gone: %v", err)
	}
	if _, _, err := fresh.Since(t.Context(), old, forced, 10); !fault.Is(err, fault.NotFound) {
		t.Errorf("since a commit that is gone: %v", err)
	}
	if commits, more, err := m.Since(t.Context(), base, forced, 10); err != nil || more || len(commits) != 1 || commits[0].ID != forced {
		t.Errorf("since base: %+v, %v, %v", commits, more, err)
	}
}

// Texts come from whoever commits: nothing in them may hide a person, make up a commit, or
// drive a terminal.
func TestHostileContributors(t *testing.T) {
	t.Parallel()
	r, m := newRepo(t), newMirror(t)
	message := "subject\n\nCo-authored-by: Mid <mid@x>\n\nmore text\nCO-AUTHORED-BY: Loud <loud@x>\r\n" +
		"co-authored-by: Fold\n  <fold@x>\nCo-authored-by: Two <two@x> <three@x>\n    Co-authored-by: Inner <inner@x>\n" +
		"Co-authored-by: nobody\nCo-authored-by: <>\nCo-authored-by: E\x1b[31mve <e\x1bve@x>\n" +
		strings.Repeat("1", 40) + "\n:100644 100644 a b M\tslipway.yaml\nCo-authored-by: Last <last@x>"
	hostile := r.plumb("", "N <>", "Long <"+strings.Repeat("l", 5000)+"@x>", message)
	r.git("update-ref", "refs/heads/main", hostile)
	fetch(t, m, r.remote())
	list, err := m.Contributors(t.Context(), "", hostile, "")
	got := who(t, list, err)
	want := "(no address) n eve@x fold@x inner@x last@x " + strings.Repeat("l", 320) + " loud@x mid@x three@x two@x"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, p := range list {
		if strings.ContainsAny(p.Name+p.Email, "\x1b\n\r\x00") || len(p.Name) > 200 {
			t.Errorf("%q", p)
		}
	}
}
