package source

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"slipway.dev/internal/core/fault"
)

// headRef is where a mirror keeps what it fetched.
const headRef = "refs/slipway/head"

// Mirror is a copy of one branch of a repository. What it fetched stays readable when the
// branch was rewritten or deleted, or the repository is gone. It is safe for concurrent use.
type Mirror struct {
	dir string

	fetching sync.Mutex   // one fetch at a time
	swap     sync.RWMutex // held for writing while the repository is replaced
	damaged  atomic.Bool  // seen by a reader; the next fetch makes it anew
	head     string       // of the last good fetch in this process; guarded by fetching
	from     Remote       // of the last good fetch in this process; guarded by fetching

	transfers int // since it was tidied; guarded by fetching
}

// OpenMirror gives the mirror in a directory, which it makes if need be. It does not fetch.
func OpenMirror(dir string) (*Mirror, error) {
	if !filepath.IsAbs(dir) {
		return nil, fmt.Errorf("the mirror's directory %q is not absolute", dir)
	}
	if _, err := exec.LookPath("git"); err != nil {
		return nil, fault.New(fault.Unavailable, "the git program is not installed").WithHint("apt-get install git")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the mirror's directory: %w", err)
	}
	file := filepath.Join(dir, "gitconfig")
	if present, err := os.ReadFile(file); err != nil || string(present) != settings {
		if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
			return nil, fmt.Errorf("write the mirror's settings: %w", err)
		}
	}
	return &Mirror{dir: dir}, nil
}

func (m *Mirror) at(name string) git {
	return git{dir: filepath.Join(m.dir, name), settings: filepath.Join(m.dir, "gitconfig")}
}

// Head gives the commit that was fetched last, also by an earlier process; fault.NotFound
// if there never was one.
func (m *Mirror) Head(ctx context.Context) (string, error) {
	out, err := m.read(ctx, "rev-parse", "--verify", "--quiet", headRef+"^{commit}")
	if err != nil && ctx.Err() == nil {
		return "", fault.New(fault.NotFound, "nothing was fetched yet").Because(err)
	}
	return strings.TrimSpace(out), err
}

// read runs git on what is there, and remembers when that turns out to be damaged.
func (m *Mirror) read(ctx context.Context, args ...string) (string, error) {
	m.swap.RLock()
	defer m.swap.RUnlock()
	out, err := m.at("repo.git").output(ctx, args...)
	return out, m.judge(ctx, err)
}

func (m *Mirror) judge(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case isDamage(err):
		m.damaged.Store(true)
		return fault.New(fault.Unavailable, "the mirror in %s cannot be read", m.dir).
			WithHint("it is made anew at the next look at the source").Because(fmt.Errorf("%w: %w", ErrDamaged, err))
	}
	return err
}

// has says whether a commit is there, whole as far as its tree.
func (m *Mirror) has(ctx context.Context, commit string) bool {
	if CheckCommit(commit) != nil {
		return false
	}
	m.swap.RLock()
	defer m.swap.RUnlock()
	_, err := m.at("repo.git").output(ctx, "cat-file", "-e", commit+"^{tree}")
	return err == nil
}

// need is has as an error.
func (m *Mirror) need(ctx context.Context, commit string) error {
	if err := CheckCommit(commit); err != nil {
		return err
	}
	if m.has(ctx, commit) {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fault.New(fault.NotFound, "commit %.12s is not in the mirror", commit).
		WithHint("it was never fetched, or the branch was rewritten before it was")
}
