package source

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway.dev/internal/core/fault"
)

func TestCheckout(t *testing.T) {
	t.Parallel()
	r, m := newRepo(t), newMirror(t)
	r.write("a/run.sh", "#!/bin/sh\r\n")
	r.write(".gitattributes", "*.sh text eol=lf\nsecret export-ignore\n* filter=evil\n")
	r.write("secret", "x")
	r.git("add", "--all")
	r.git("update-index", "--chmod=+x", "a/run.sh")
	must(t, os.Chmod(filepath.Join(r.dir, "a/run.sh"), 0o755))
	must(t, os.Symlink("run.sh", filepath.Join(r.dir, "a/link")))
	must(t, os.Symlink("../secret", filepath.Join(r.dir, "a/up")))
	must(t, os.Symlink("nowhere", filepath.Join(r.dir, "a/dangling")))
	must(t, os.WriteFile(filepath.Join(r.dir, "-x\n\xff"), []byte("odd"), 0o644))
	raw := r.blob("#!/bin/sh\r\n")
	r.git("config", "core.autocrlf", "false")
	r.git("add", "--all")
	r.git("update-index", "--cacheinfo", "100755,"+raw+",a/run.sh")
	r.n++
	r.git("commit", "--quiet", "-m", "all")
	head := fetch(t, m, r.remote())
	dst := filepath.Join(t.TempDir(), "out")
	done, err := m.Checkout(t.Context(), head, "a", dst)
	if err != nil || done.Files != 7 || len(done.Skipped) != 0 {
		t.Fatalf("%+v, %v", done, err)
	}
	for path, want := range map[string]string{"a/run.sh": "#!/bin/sh\r\n", "secret": "x", "a/link": "#!/bin/sh\r\n", "a/up": "x", "-x\n\xff": "odd"} {
		if got, err := os.ReadFile(filepath.Join(dst, path)); err != nil || string(got) != want {
			t.Errorf("%q: %q, %v", path, got, err)
		}
	}
	about, _ := m.Commit(t.Context(), head)
	info, err := os.Stat(filepath.Join(dst, "a/run.sh"))
	if err != nil || info.Mode().Perm() != 0o755 || !info.ModTime().Equal(about.Committed) {
		t.Errorf("mode %v, time %v; want 0755 and %v (%v)", info.Mode(), info.ModTime(), about.Committed, err)
	}
	if _, err := os.Stat(filepath.Join(dst, ".git")); err == nil {
		t.Error("there is a .git")
	}
	if _, err := m.Checkout(t.Context(), head, "", dst); err == nil {
		t.Error("checked out over another checkout")
	}
	if _, err := m.Checkout(t.Context(), head, "none", dst+"2"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func TestLinksAndSubmodules(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	sub := func(entries ...string) string {
		return "040000 tree " + r.gitIn(strings.Join(entries, "\x00")+"\x00", "mktree", "-z", "--missing")
	}
	file := "100644 blob " + r.blob("hello")
	link := func(target string) string { return "120000 blob " + r.blob(target) }
	cases := map[string]struct {
		tree    []string
		folder  string
		skipped int    // when it works
		refused string // otherwise
	}{
		"absolute inside":         {[]string{sub(link("/etc/passwd")+"\tx") + "\ta"}, "a", 0, "leads out"},
		"absolute outside":        {[]string{sub(link("/etc/passwd")+"\tx") + "\ta", sub(file+"\tf") + "\tb"}, "b", 1, ""},
		"upward":                  {[]string{link("../x") + "\tl"}, "", 0, "leads out"},
		"upward and back":         {[]string{sub(link("../../a/f")+"\tx", file+"\tf") + "\ta"}, "a", 0, "leads out"},
		"through another link":    {[]string{sub(file+"\tf", link("sub")+"\tin", sub(file+"\tf")+"\tsub") + "\ta"}, "a", 0, ""},
		"chain out":               {[]string{sub(link("d/..")+"\tup", link("up/../..")+"\tz", sub(file+"\tf")+"\td") + "\ta"}, "a", 0, "leads out"},
		"loop":                    {[]string{link("y") + "\tx", link("x") + "\ty"}, "", 0, ""},
		"to itself":               {[]string{link(".") + "\tx"}, "", 0, ""},
		"submodule inside":        {[]string{sub("160000 commit "+strings.Repeat("1", 40)+"\tm") + "\ta"}, "a", 0, "submodule"},
		"submodule outside":       {[]string{"160000 commit " + strings.Repeat("1", 40) + "\tm", sub(file+"\tf") + "\ta"}, "a", 1, ""},
		"submodule is the folder": {[]string{"160000 commit " + strings.Repeat("1", 40) + "\ta"}, "a", 0, "submodule"},
		"link is the folder":      {[]string{link("b") + "\ta", sub(file+"\tf") + "\tb"}, "a", 0, "symbolic link"},
	}
	for name, c := range cases {
		id := r.treeCommit(c.tree...)
		m := newMirror(t)
		fetch(t, m, r.remote())
		outer := t.TempDir()
		dst := filepath.Join(outer, "out")
		done, err := m.Checkout(t.Context(), id, c.folder, dst)
		if c.refused == "" {
			if err != nil || len(done.Skipped) != c.skipped {
				t.Errorf("%s: %+v, %v", name, done, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.refused) {
			t.Errorf("%s: %+v, %v; want %q", name, done, err, c.refused)
		}
		if left, _ := os.ReadDir(outer); len(left) != 0 {
			t.Errorf("%s: it left %v", name, left)
		}
	}
}

// TestHostileTrees has trees that git itself would never make.
func TestHostileTrees(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	blob := r.blob("evil")
	for _, name := range []string{".git", ".GIT", ".Git", "git~1", "..", ".", ".g\u200cit"} {
		id := r.rawTreeCommit("100644 " + name + "\x00" + hexBytes(t, blob))
		m := newMirror(t)
		_, err := m.Fetch(t.Context(), r.remote())
		if !errors.Is(err, ErrHostile) || !fault.Is(err, fault.Refused) {
			t.Errorf("%q: fetched %s, %v", name, id, err)
		}
	}
	for _, p := range []string{".git/config", "a/.GIT/x", "../x", "a/../../x", "a//b", "./x", "GIT~1/x", ".git. /x"} {
		if err := checkEntryPath(p); !errors.Is(err, ErrHostile) {
			t.Errorf("%q: %v", p, err)
		}
	}
}
