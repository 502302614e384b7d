package source

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"slipway.dev/internal/core/fault"
)

// headRef is where a mirror keeps what it fetched.
const headRef = "refs/slipway/head"

// How long a remote may take.
const (
	lookLimit  = time.Minute
	fetchLimit = time.Hour
)

func limit(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, d, fmt.Errorf("it took longer than %s", d))
}

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

// Fetch brings the mirror to the remote's branch and gives its head. Nothing is
// transferred if that is known already. A rewritten branch is followed. The errors are
// faults that wrap ErrBranchGone, ErrRepositoryGone, ErrNoAccess, ErrUnreachable or
// ErrHostile; after any of them the mirror is as before. A damaged mirror is made anew.
func (m *Mirror) Fetch(ctx context.Context, r Remote) (string, error) {
	if err := r.Check(); err != nil {
		return "", err
	}
	m.fetching.Lock()
	defer m.fetching.Unlock()
	head, err := m.remoteHead(ctx, r)
	if err != nil {
		return "", err
	}
	if m.head == head && m.from.URL == r.URL && m.usable() && m.has(ctx, head) {
		return head, m.tidy(ctx)
	}
	head, err = m.update(ctx, r)
	if err != nil {
		return "", err
	}
	m.head, m.from = head, r
	m.transfers++
	return head, nil
}

func (m *Mirror) usable() bool {
	_, err := os.Stat(filepath.Join(m.dir, "repo.git", "HEAD"))
	return err == nil && !m.damaged.Load()
}

func (m *Mirror) remoteHead(ctx context.Context, r Remote) (string, error) {
	ref := "refs/heads/" + r.Branch
	limited, cancel := limit(ctx, lookLimit)
	defer cancel()
	out, err := m.at("repo.git").with(r.Credential).output(limited, "ls-remote", "--exit-code", "--", r.URL, ref)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 2) {
		return "", classify(err, "cannot look at "+r.URL)
	}
	for line := range strings.Lines(out) {
		id, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if name == ref && CheckCommit(id) == nil {
			return id, nil
		}
	}
	return "", fault.New(fault.NotFound, "branch %s of %s", r.Branch, r.URL).
		WithHint("what is deployed stays; push the branch again, or give the source another one").Because(ErrBranchGone)
}

// update fetches into the repository that is there, or into a new one in its place.
func (m *Mirror) update(ctx context.Context, r Remote) (string, error) {
	if m.usable() {
		head, err := fetchInto(ctx, m.at("repo.git"), r)
		if err == nil || !isDamage(err) {
			return head, wrapFetch(ctx, err, r)
		}
	}
	fresh := m.at("new.git")
	defer os.RemoveAll(fresh.dir)
	if err := os.RemoveAll(fresh.dir); err != nil {
		return "", fmt.Errorf("make the mirror of %s anew: %w", r.URL, err)
	}
	if _, err := fresh.output(ctx, "init", "--bare", "--quiet", "--template=", "--", fresh.dir); err != nil {
		return "", fmt.Errorf("make the mirror of %s: %w", r.URL, err)
	}
	head, err := fetchInto(ctx, fresh, r)
	if err != nil {
		return "", wrapFetch(ctx, err, r)
	}
	return head, m.replace(fresh)
}

func wrapFetch(ctx context.Context, err error, r Remote) error {
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	return classify(err, "cannot fetch branch "+r.Branch+" of "+r.URL)
}

// replace puts a freshly fetched repository in the place of the present one.
func (m *Mirror) replace(fresh git) error {
	m.swap.Lock()
	defer m.swap.Unlock()
	repo := m.at("repo.git")
	if err := os.RemoveAll(repo.dir); err != nil {
		return fmt.Errorf("replace the mirror: %w", err)
	}
	if err := os.Rename(fresh.dir, repo.dir); err != nil {
		return fmt.Errorf("replace the mirror: %w", err)
	}
	m.damaged.Store(false)
	return nil
}

func fetchInto(ctx context.Context, g git, r Remote) (string, error) {
	ctx, cancel := limit(ctx, fetchLimit)
	defer cancel()
	_, err := g.with(r.Credential).output(ctx, "fetch", "--quiet", "--force", "--no-tags", "--no-write-fetch-head",
		"--no-auto-maintenance", "--no-recurse-submodules", "--", r.URL, "+refs/heads/"+r.Branch+":"+headRef)
	if err != nil {
		return "", err
	}
	out, err := g.output(ctx, "rev-parse", "--verify", "--quiet", headRef+"^{commit}")
	return strings.TrimSpace(out), err
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

// tidyAfter is the number of transfers, each of which leaves a pack, after which the
// mirror is tidied when there is nothing else to do.
const tidyAfter = 32

// tidy packs what piled up. It drops nothing: a release may pin a commit that no branch
// has any more.
func (m *Mirror) tidy(ctx context.Context) error {
	if m.transfers < tidyAfter {
		return nil
	}
	m.transfers = 0
	_, err := m.read(ctx, "gc", "--auto", "--quiet")
	return err
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
