package demo

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"slipway.dev/examples"
)

// repo is the shop's git repository, as its developers have it.
type repo struct{ dir string }

// makeRepo writes the shop, with services whose releases go in by evidence. Only the service
// that comes first in its manifest is committed.
func makeRepo(ctx context.Context, dir string, judged ...string) (*repo, error) {
	r := &repo{dir}
	if err := examples.WriteConcerts(dir); err != nil {
		return nil, err
	}
	if err := examples.Judge(dir, judged...); err != nil {
		return nil, err
	}
	whole, err := os.ReadFile(r.manifest())
	if err != nil {
		return nil, err
	}
	one, _, _ := strings.Cut(string(whole), "\n---\n")
	if err := os.WriteFile(r.manifest(), []byte(one+"\n"), 0o644); err != nil {
		return nil, err
	}
	if err := r.git(ctx, "init", "-q", "-b", "main"); err != nil {
		return nil, err
	}
	if _, err := r.commit(ctx, "Show what is on", "slipway.yaml", "go.mod", "services/concerts"); err != nil {
		return nil, err
	}
	return r, os.WriteFile(r.manifest(), whole, 0o644)
}

func (r *repo) manifest() string { return filepath.Join(r.dir, "slipway.yaml") }

func (r *repo) platform(folder string) (string, error) {
	b, err := os.ReadFile(filepath.Join(r.dir, folder, "platform.yaml"))
	return string(b), err
}

// commit commits paths and gives the commit's ID.
func (r *repo) commit(ctx context.Context, subject string, paths ...string) (string, error) {
	if err := r.git(ctx, append([]string{"add", "--"}, paths...)...); err != nil {
		return "", err
	}
	if err := r.git(ctx, "commit", "-q", "-m", subject); err != nil {
		return "", err
	}
	out, err := r.command(ctx, "rev-parse", "HEAD").Output()
	return strings.TrimSpace(string(out)), err
}

func (r *repo) git(ctx context.Context, args ...string) error {
	out, err := r.command(ctx, args...).CombinedOutput()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("git %s: %w: %w", args[0], err, told(out))
	}
	return nil
}

// command is git without the user's own settings, which may ask for signatures or hooks.
func (r *repo) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, "git", args...)
	c.Dir = r.dir
	c.Env = append(environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=Ada Ticket", "GIT_AUTHOR_EMAIL=ada@example.com",
		"GIT_COMMITTER_NAME=Ada Ticket", "GIT_COMMITTER_EMAIL=ada@example.com")
	return c
}
