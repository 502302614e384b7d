package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway.dev/e2e/house"
)

// TestHostileRepositories commits what repositories should not have. What can be built is,
// what cannot says why, and the service goes on all the while.
func TestHostileRepositories(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	h, repo := found(t, ctx, house.Version{Name: "v0"})
	traffic := h.Traffic(ctx, 50, 4, nil)

	t.Log("names")
	must(t, repo.Write(map[string]string{"-rf": "", "a b\n$(reboot)": "", "ünï\xffcode": "", strings.Repeat("n", 250): "", `back\slash`: ""}))
	_, err := h.Deliver(ctx, repo, house.Version{Name: "names"})
	must(t, err)

	t.Log("many files")
	many := 5_000
	if heavy() {
		many = 50_000
	}
	for i := range many {
		path := filepath.Join(repo.Dir, "many", fmt.Sprint(i/1000))
		must(t, os.MkdirAll(path, 0o755))
		must(t, os.WriteFile(filepath.Join(path, fmt.Sprint(i)), []byte("x"), 0o644))
	}
	_, err = h.Deliver(ctx, repo, house.Version{Name: "many"})
	must(t, err)
	must(t, os.RemoveAll(filepath.Join(repo.Dir, "many")))

	t.Log("a submodule")
	head, err := repo.Git(ctx, "rev-parse", "HEAD")
	must(t, err)
	must(t, repo.Write(map[string]string{".gitmodules": "[submodule \"evil\"]\n\tpath = evil\n\turl = ext::sh -c 'touch /tmp/escaped'\n"}))
	must(t, os.Mkdir(filepath.Join(repo.Dir, "evil"), 0o755))
	_, err = repo.Git(ctx, "update-index", "--add", "--cacheinfo", "160000,"+head+",evil")
	must(t, err)
	ended(t, ctx, h, repo, "submodule", "submodule")
	_, err = repo.Git(ctx, "rm", "-q", "--cached", "evil")
	must(t, err)
	must(t, os.Remove(filepath.Join(repo.Dir, ".gitmodules")))
	must(t, os.Remove(filepath.Join(repo.Dir, "evil")))

	t.Log("a link out of the tree")
	must(t, os.Symlink("/etc/passwd", filepath.Join(repo.Dir, "evil")))
	ended(t, ctx, h, repo, "link", "evil")
	must(t, os.Remove(filepath.Join(repo.Dir, "evil")))
	_, err = h.Deliver(ctx, repo, house.Version{Name: "well again"})
	must(t, err)

	t.Log("a history that was written anew")
	_, err = repo.Git(ctx, "reset", "-q", "--hard", "HEAD~3")
	must(t, err)
	must(t, os.RemoveAll(filepath.Join(repo.Dir, "many"))) // it came back, and was tried
	_, err = h.Deliver(ctx, repo, house.Version{Name: "forced"})
	must(t, err)

	t.Log("a branch that was deleted")
	_, err = repo.Git(ctx, "branch", "-m", "main", "elsewhere")
	must(t, err)
	problem(t, ctx, h, "main")
	_, err = repo.Git(ctx, "branch", "-m", "elsewhere", "main")
	must(t, err)
	problem(t, ctx, h, "")

	t.Log("a repository that is gone")
	must(t, os.Rename(repo.Dir, repo.Dir+".away"))
	problem(t, ctx, h, "repo")
	must(t, os.Rename(repo.Dir+".away", repo.Dir))
	problem(t, ctx, h, "")
	_, err = h.Deliver(ctx, repo, house.Version{Name: "back"})
	must(t, err)

	if _, err := os.Stat("/tmp/escaped"); err == nil {
		t.Error("the submodule's command ran")
	}
	traffic.Stop()
	must(t, traffic.Check())
}

// ended ships a version that must either be deployed without what is hostile in it, or be
// refused with a text that names it.
func ended(t *testing.T, ctx context.Context, h *house.House, repo *house.Repo, name, named string) {
	t.Helper()
	commit, err := h.Ship(ctx, repo, house.Version{Name: name})
	must(t, err)
	must(t, house.Wait(ctx, name+" is built or refused", func() (bool, error) {
		r, err := h.Release(ctx, house.Service, commit[:12])
		if err != nil {
			return false, nil //nolint:nilerr // not seen yet
		}
		if r.Status == "failed" && !strings.Contains(r.Error, named) {
			return false, fmt.Errorf("it is refused without saying why: %s", r.Error)
		}
		return r.Status == "failed" || r.Status == "built", nil
	}))
	for _, path := range []string{"artifacts", "sources"} {
		must(t, filepath.WalkDir(filepath.Join(h.Data(), path), func(p string, e os.DirEntry, err error) error {
			if os.IsNotExist(err) || err == nil && e.Type()&os.ModeSymlink == 0 {
				return nil // temporary files come and go
			}
			if to, linkErr := os.Readlink(p); linkErr == nil && filepath.IsAbs(to) {
				return fmt.Errorf("%s leads out, to %s", p, to)
			}
			return err
		}))
	}
}

// problem waits until the source's problem names something; "" is none.
func problem(t *testing.T, ctx context.Context, h *house.House, named string) {
	t.Helper()
	var last string
	err := house.Wait(ctx, "the source's problem is seen", func() (bool, error) {
		if _, err := h.PollSource(ctx, house.Source); err != nil {
			return false, err
		}
		list, err := h.Sources(ctx)
		for _, s := range list {
			if s.Name == house.Source {
				last = s.Problem
			}
		}
		return (last == "") == (named == "") && strings.Contains(last, named), err
	})
	if err != nil {
		t.Fatalf("%v: want %q, have %q", err, named, last)
	}
}
