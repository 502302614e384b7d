package source

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
)

// How long a remote may take.
const (
	lookLimit  = time.Minute
	fetchLimit = time.Hour
)

func limit(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, d, fmt.Errorf("it took longer than %s", d))
}

// Fetch brings the mirror to the remote's branch and gives its head. Nothing is
// transferred if that is known already. A rewritten branch is followed. The errors are
// faults that wrap ErrBranchGone, ErrRepositoryGone, ErrNoAccess, ErrUnreachable or
// ErrHostile; after any of them the mirror is as before. A damaged mirror is made anew.
func (m *Mirror) Fetch(ctx context.Context, r Remote) (string, error) {
	if err := r.Check(); err != nil {
		return "", err
	}
	if err := r.reach(ctx); err != nil {
		return "", err
	}
	m.fetching.Lock()
	defer m.fetching.Unlock()
	head, err := m.remoteHead(ctx, r)
	if err != nil {
		return "", err
	}
	if m.head == head && m.from.URL == r.URL && m.usable() && m.has(ctx, head) {
		m.tidy(ctx)
		return head, nil
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
	_ = os.Remove(filepath.Join(g.dir, headRef+".lock")) // left by a kill; nobody else fetches
	_, err := g.with(r.Credential).output(ctx, "fetch", "--quiet", "--force", "--no-tags", "--no-write-fetch-head",
		"--no-auto-maintenance", "--no-recurse-submodules", "--", r.URL, "+refs/heads/"+r.Branch+":"+headRef)
	if err != nil {
		return "", err
	}
	out, err := g.output(ctx, "rev-parse", "--verify", "--quiet", headRef+"^{commit}")
	return strings.TrimSpace(out), err
}

// tidyAfter is the number of transfers, each of which leaves a pack, after which the
// mirror is tidied when there is nothing else to do.
const tidyAfter = 32

// tidy packs what piled up. It drops nothing: a release may pin a commit that no branch
// has any more. That it fails is no trouble of the source's: damage is remembered, and
// anything else is tried again after as many transfers.
func (m *Mirror) tidy(ctx context.Context) {
	if m.transfers < tidyAfter {
		return
	}
	m.transfers = 0
	_, _ = m.read(ctx, "gc", "--auto", "--quiet")
}
