package source

import (
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// repo is a real repository that a test commits to.
type repo struct {
	t   *testing.T
	dir string
	n   int
}

func newRepo(t *testing.T) *repo {
	t.Helper()
	r := &repo{t: t, dir: t.TempDir()}
	r.git("init", "--quiet", "--initial-branch=main")
	return r
}

func (r *repo) git(args ...string) string {
	r.t.Helper()
	return r.gitIn("", args...)
}

// gitIn runs git with something on its standard input.
func (r *repo) gitIn(stdin string, args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", append([]string{"-C", r.dir, "-c", "core.protectHFS=false", "-c", "core.protectNTFS=false", "-c", "protocol.file.allow=always", "-c", "gc.auto=0"}, args...)...)
	cmd.Stdin = strings.NewReader(stdin)
	date := fmt.Sprintf("2026-03-01T09:%02d:%02dZ", r.n/60%60, r.n%60)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.test", "GIT_COMMITTER_NAME=Bob", "GIT_COMMITTER_EMAIL=bob@example.test",
		"GIT_AUTHOR_DATE="+date, "GIT_COMMITTER_DATE="+date)
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (r *repo) write(path, content string) {
	r.t.Helper()
	full := filepath.Join(r.dir, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// commit commits all there is and gives its ID.
func (r *repo) commit(message string) string {
	r.t.Helper()
	r.n++
	r.git("add", "--all")
	r.git("commit", "--quiet", "--allow-empty", "-m", message)
	return r.git("rev-parse", "HEAD")
}

// blob stores content and gives its ID.
func (r *repo) blob(content string) string {
	r.t.Helper()
	return r.gitIn(content, "hash-object", "-w", "--stdin")
}

// treeCommit makes a commit of a tree given as lines of "mode type id\tname", also of
// what git would not put into its index, and moves main there.
func (r *repo) treeCommit(entries ...string) string {
	r.t.Helper()
	r.n++
	tree := r.gitIn(strings.Join(entries, "\x00")+"\x00", "mktree", "-z", "--missing")
	id := r.git("commit-tree", tree, "-m", "made by hand")
	r.git("update-ref", "refs/heads/main", id)
	return id
}

func (r *repo) remote() Remote { return Remote{URL: r.dir, Branch: "main"} }

func newMirror(t *testing.T) *Mirror {
	t.Helper()
	m, err := OpenMirror(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func fetch(t *testing.T, m *Mirror, r Remote) string {
	t.Helper()
	head, err := m.Fetch(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return head
}

// rawTreeCommit makes a commit of a tree given as its raw bytes, without any check.
func (r *repo) rawTreeCommit(tree string) string {
	r.t.Helper()
	id := r.gitIn(tree, "hash-object", "-w", "-t", "tree", "--literally", "--stdin")
	commit := r.git("commit-tree", id, "-m", "made by hand")
	r.git("update-ref", "refs/heads/main", commit)
	return commit
}

func hexBytes(t *testing.T, id string) string {
	t.Helper()
	b, err := hex.DecodeString(id)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
