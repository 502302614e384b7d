package source

import (
	"os"
	"path/filepath"
	"testing"
)

func TestMirrors(t *testing.T) {
	t.Parallel()
	r, all := newRepo(t), NewMirrors(t.TempDir())
	r.commit("first")
	m, err := all.Get("shop")
	must(t, err)
	fetch(t, m, r.remote())
	if again, err := all.Get("shop"); again != m || err != nil {
		t.Errorf("another mirror for the same name: %v", err)
	}
	must(t, all.Remove("shop"))
	if _, err := os.Stat(filepath.Join(all.dir, "shop")); err == nil {
		t.Error("it is still there")
	}
	if m, err = all.Get("shop"); err != nil {
		t.Fatal(err)
	}
	fetch(t, m, r.remote())
	for _, bad := range []string{"", "..", "a/b", ".git", "A", "-x"} {
		if _, err := all.Get(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestDamageOfTheOtherSideIsNotOurs(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]bool{
		"remote: error: object file x is empty; fatal: early EOF": false,
		"error: object file x is empty; fatal: loose object":      true,
		"fatal: couldn't find remote ref refs/heads/x":            false,
	} {
		if got := isDamage(&commandError{command: "fetch", said: said}); got != want {
			t.Errorf("%s: %v", said, got)
		}
	}
}
