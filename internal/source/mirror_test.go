package source

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"slipway.dev/internal/core/fault"
)

func TestFetchFollowsTheBranch(t *testing.T) {
	t.Parallel()
	r, m := newRepo(t), newMirror(t)
	r.write("a", "1")
	first := r.commit("first")
	if head := fetch(t, m, r.remote()); head != first {
		t.Fatalf("head %s, want %s", head, first)
	}
	r.write("a", "2")
	second := r.commit("second")
	if head := fetch(t, m, r.remote()); head != second {
		t.Fatalf("head %s, want %s", head, second)
	}
	again, err := OpenMirror(m.dir)
	if err != nil {
		t.Fatal(err)
	}
	if head, err := again.Head(t.Context()); err != nil || head != second {
		t.Fatalf("after a restart: %s, %v", head, err)
	}
}

func TestForcePushIsFollowedAndTheOldStays(t *testing.T) {
	t.Parallel()
	r, m := newRepo(t), newMirror(t)
	base := r.commit("base")
	old := r.commit("old")
	fetch(t, m, r.remote())
	r.git("reset", "--quiet", "--hard", base)
	r.write("b", "x")
	forced := r.commit("forced")
	if head := fetch(t, m, r.remote()); head != forced {
		t.Fatalf("head %s, want %s", head, forced)
	}
	m.transfers = tidyAfter
	fetch(t, m, r.remote())
	if m.transfers != 0 {
		t.Error("the mirror was not tidied")
	}
	if _, err := m.read(t.Context(), "gc", "--quiet"); err != nil { // as tidy does once there are many packs
		t.Fatal(err)
	}
	if _, err := m.Commit(t.Context(), old); err != nil {
		t.Errorf("the commit that was left behind: %v", err)
	}
	list, more, err := m.Between(t.Context(), old, forced, 10)
	if err != nil || more || len(list) != 1 || list[0].ID != forced {
		t.Errorf("between: %+v, %v, %v", list, more, err)
	}
}

func TestWhatMayBeWrongWithARemote(t *testing.T) {
	t.Parallel()
	r, m := newRepo(t), newMirror(t)
	head := r.commit("first")
	fetch(t, m, r.remote())

	r.git("branch", "-m", "main", "other")
	want(t, m, r.remote(), ErrBranchGone, fault.NotFound)
	r.git("branch", "-m", "other", "main")
	if got := fetch(t, m, r.remote()); got != head {
		t.Fatalf("after the branch came back: %s", got)
	}

	if err := os.Rename(r.dir, r.dir+".away"); err != nil {
		t.Fatal(err)
	}
	want(t, m, r.remote(), ErrRepositoryGone, fault.NotFound)
	want(t, m, Remote{URL: "http://127.0.0.1:1/x.git", Branch: "main"}, ErrUnreachable, fault.Unavailable)
	if c, err := m.Commit(t.Context(), head); err != nil || c.ID != head {
		t.Errorf("what was fetched before: %v", err)
	}
}

func want(t *testing.T, m *Mirror, r Remote, sentinel error, code fault.Code) {
	t.Helper()
	if _, err := m.Fetch(t.Context(), r); !errors.Is(err, sentinel) || !fault.Is(err, code) {
		t.Errorf("%s: got %v; want %s: %v", r.URL, err, code, sentinel)
	}
}

func TestDamagedMirrorIsMadeAnew(t *testing.T) {
	t.Parallel()
	damages := map[string]func(t *testing.T, repo string){
		"objects emptied": func(t *testing.T, repo string) {
			eachObject(t, repo, func(p string) error { return os.Truncate(p, 0) })
		},
		"objects garbled": func(t *testing.T, repo string) {
			eachObject(t, repo, func(p string) error { return os.WriteFile(p, []byte("garbage"), 0o600) })
		},
		"objects removed": func(t *testing.T, repo string) { eachObject(t, repo, os.Remove) },
		"HEAD removed":    func(t *testing.T, repo string) { must(t, os.Remove(filepath.Join(repo, "HEAD"))) },
		"ref garbled": func(t *testing.T, repo string) {
			must(t, os.WriteFile(filepath.Join(repo, headRef), []byte("x"), 0o600))
		},
		"stale lock": func(t *testing.T, repo string) {
			must(t, os.WriteFile(filepath.Join(repo, headRef+".lock"), nil, 0o600))
		},
		"all removed": func(t *testing.T, repo string) { must(t, os.RemoveAll(repo)) },
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, m := newRepo(t), newMirror(t)
			r.write("slipway.yaml", "one")
			r.commit("first")
			fetch(t, m, r.remote())
			damage(t, filepath.Join(m.dir, "repo.git"))
			r.write("slipway.yaml", "two")
			second := r.commit("second")
			fetch(t, m, r.remote()) // may only find the damage when it is read
			files, err := m.Manifests(t.Context(), second)
			if err != nil {
				if !errors.Is(err, ErrDamaged) && !fault.Is(err, fault.NotFound) {
					t.Fatalf("reading a damaged mirror: %v", err)
				}
				fetch(t, m, r.remote())
				files, err = m.Manifests(t.Context(), second)
			}
			if err != nil || len(files) != 1 || string(files[0].Content) != "two" {
				t.Fatalf("after it was made anew: %+v, %v", files, err)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func eachObject(t *testing.T, repo string, do func(string) error) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(repo, "objects/??/*"))
	must(t, err)
	packs, err := filepath.Glob(filepath.Join(repo, "objects/pack/*.pack"))
	must(t, err)
	if paths = append(paths, packs...); len(paths) == 0 {
		t.Fatal("there are no objects to damage")
	}
	for _, p := range paths {
		must(t, os.Chmod(p, 0o600))
		must(t, do(p))
	}
}

func TestDamageFoundByAReaderIsRepairedThoughNothingChanged(t *testing.T) {
	t.Parallel()
	r, m := newRepo(t), newMirror(t)
	r.write("slipway.yaml", "one")
	head := r.commit("first")
	fetch(t, m, r.remote())
	blob := r.git("rev-parse", "HEAD:slipway.yaml")
	packs, _ := filepath.Glob(filepath.Join(m.dir, "repo.git/objects/pack/*"))
	for _, p := range packs { // unpack all but the blob
		if strings.HasSuffix(p, ".pack") {
			must(t, os.Rename(p, filepath.Join(m.dir, "pack")))
		} else {
			must(t, os.Remove(p))
		}
	}
	unpack := exec.Command("git", "--git-dir", filepath.Join(m.dir, "repo.git"), "unpack-objects", "-q")
	pack, err := os.Open(filepath.Join(m.dir, "pack"))
	must(t, err)
	defer pack.Close()
	unpack.Stdin = pack
	must(t, unpack.Run())
	must(t, os.Remove(filepath.Join(m.dir, "repo.git/objects", blob[:2], blob[2:])))
	if _, err := m.Manifests(t.Context(), head); !errors.Is(err, ErrDamaged) {
		t.Fatalf("reading without the blob: %v", err)
	}
	fetch(t, m, r.remote())
	if files, err := m.Manifests(t.Context(), head); err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
}

// TestReadWhileItIsMadeAnew reads a mirror that is replaced all the time.
func TestReadWhileItIsMadeAnew(t *testing.T) {
	t.Parallel()
	r, m := newRepo(t), newMirror(t)
	r.write("slipway.yaml", "one")
	head := r.commit("first")
	fetch(t, m, r.remote())
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for range 15 {
				if files, err := m.Manifests(t.Context(), head); err != nil || len(files) != 1 {
					t.Errorf("%v, %v", files, err)
				}
			}
		})
	}
	for range 10 {
		m.damaged.Store(true)
		fetch(t, m, r.remote())
	}
	readers.Wait()
}

func TestNoHookRuns(t *testing.T) {
	t.Parallel()
	r, m := newRepo(t), newMirror(t)
	ran := filepath.Join(t.TempDir(), "ran")
	r.write("a", "1")
	r.commit("first")
	for _, hook := range []string{"reference-transaction", "post-checkout", "post-update", "pre-auto-gc", "post-receive", "update"} {
		script := filepath.Join(r.dir, ".git/hooks", hook)
		must(t, os.MkdirAll(filepath.Dir(script), 0o755))
		must(t, os.WriteFile(script, []byte("#!/bin/sh\ntouch "+ran+"\n"), 0o755))
	}
	r.git("config", "uploadpack.packObjectsHook", "touch "+ran+"; exec")
	r.git("config", "core.fsmonitor", "touch "+ran)
	r.git("config", "core.sshCommand", "touch "+ran)
	head := fetch(t, m, r.remote())
	if _, err := m.Checkout(t.Context(), head, "", filepath.Join(t.TempDir(), "out")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Fatal("something of the repository's was run")
	}
}

// TestOverHTTP serves a repository with git's own server program, behind a password.
func TestOverHTTP(t *testing.T) {
	t.Parallel()
	backend, err := exec.Command("git", "--exec-path").Output()
	must(t, err)
	program := filepath.Join(strings.TrimSpace(string(backend)), "git-http-backend")
	if _, err := os.Stat(program); err != nil {
		t.Skip("there is no git-http-backend here")
	}
	r, m := newRepo(t), newMirror(t)
	first := r.commit("first")
	var requests atomic.Int64
	git := &cgi.Handler{Path: program, Env: []string{"GIT_PROJECT_ROOT=" + r.dir, "GIT_HTTP_EXPORT_ALL=1"}, Stderr: io.Discard}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		requests.Add(1)
		if user, password, _ := req.BasicAuth(); user != "ci" || password != "s3cret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		git.ServeHTTP(w, req)
	}))
	defer server.Close()

	remote := Remote{URL: server.URL + "/.git", Branch: "main"}
	want(t, m, remote, ErrNoAccess, fault.Denied)
	remote.Credential = &Credential{User: "ci", Password: "wrong"}
	_, err = m.Fetch(t.Context(), remote)
	if !errors.Is(err, ErrNoAccess) || strings.Contains(fmt.Sprint(err), "wrong") {
		t.Errorf("a wrong password: %v", err)
	}
	remote.Credential.Password = "s3cret"
	if head := fetch(t, m, remote); head != first {
		t.Errorf("head %s, want %s", head, first)
	}
	before := requests.Load()
	fetch(t, m, remote)
	if n := requests.Load() - before; n > 3 {
		t.Errorf("looking at what has not changed took %d requests", n)
	}
	remote.URL = server.URL + "/none.git"
	want(t, m, remote, ErrRepositoryGone, fault.NotFound)
	leaked, err := exec.Command("grep", "-r", "-l", "s3cret", m.dir).Output()
	if len(leaked) > 0 {
		t.Errorf("the password is in %s (%v)", leaked, err)
	}
}
