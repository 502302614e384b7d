package e2e

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway.dev/e2e/house"
	"slipway.dev/internal/store/pgtest"
)

// TestBackupMovesBetweenDatabases restores a backup of SQLite into PostgreSQL, and one of
// that into SQLite again. What was sealed opens, what was signed verifies, what was
// deployed runs.
func TestBackupMovesBetweenDatabases(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	h := newHouse(t, house.Options{})
	must(t, h.Up(ctx, ""))
	_, err := h.SetSecret(ctx, "key", []byte("open sesame"))
	must(t, err)
	_, err = h.Found(ctx, t.TempDir()+"/repo", house.Version{Name: "v0", Extra: "  secrets: {KEY: {from: key}}\n"})
	must(t, err)
	opened(t, ctx, h)
	journal := exported(t, ctx, h)
	for _, store := range []string{pgtest.Start(t), ""} {
		file := filepath.Join(t.TempDir(), "backup")
		_, err := h.Command(ctx, "backup", file)
		must(t, err)
		h.Stop()
		_, err = h.Command(ctx, "down")
		must(t, err)
		next := newHouse(t, house.Options{Store: store})
		args := []string{"restore", file}
		if store != "" {
			args = append(args, "--store", store)
		}
		_, err = next.Command(ctx, args...)
		must(t, err)
		// Artifacts are no part of a backup; they are copied along.
		must(t, os.CopyFS(filepath.Join(next.Data(), "artifacts"), os.DirFS(filepath.Join(h.Data(), "artifacts"))))
		h = next
		must(t, h.Up(ctx, ""))
		opened(t, ctx, h)
		audited(t, ctx, h)
		now := exported(t, ctx, h)
		if !strings.HasPrefix(now, journal) {
			t.Errorf("the journal is another one:\n%s\nbefore:\n%s", now, journal)
		}
		journal = now
	}
}

func exported(t *testing.T, ctx context.Context, h *house.House) string {
	t.Helper()
	var b bytes.Buffer
	must(t, h.ExportAudit(ctx, &b))
	return b.String()
}

// opened waits until the service runs and gives away its secret.
func opened(t *testing.T, ctx context.Context, h *house.House) {
	t.Helper()
	var last string
	err := house.Wait(ctx, "the service has its secret", func() (bool, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+h.HTTP+"/secret", nil)
		if err != nil {
			return false, err
		}
		r.Host = house.Host
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return false, nil //nolint:nilerr // the edge comes up
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		last = string(body)
		return last == "open sesame", err
	})
	if err != nil {
		t.Fatalf("%v; last: %q", err, last)
	}
}

// TestUnknownInstancesAreLeftAlone restores a backup that is older than what runs. Users may
// be with those instances: they are reported, and go on.
func TestUnknownInstancesAreLeftAlone(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	h, repo := found(t, ctx, house.Version{Name: "v0"})
	file := filepath.Join(t.TempDir(), "backup")
	_, err := h.Command(ctx, "backup", file)
	must(t, err)
	for _, name := range []string{"v1", "v2"} {
		_, err = h.Deliver(ctx, repo, house.Version{Name: name})
		must(t, err)
	}
	must(t, h.Quiet(ctx, "app.dev.2", "app.dev.3"))
	before, err := h.Shims()
	must(t, err)
	_, err = repo.Git(ctx, "reset", "-q", "--hard", "HEAD~2") // or it would deploy them anew
	must(t, err)
	h.Kill()
	lost, err := filepath.Glob(filepath.Join(h.Data(), "slipway.db*"))
	must(t, err)
	for _, path := range append(lost, filepath.Join(h.Data(), "age.key")) {
		must(t, os.Remove(path))
	}
	_, err = h.Command(ctx, "restore", file)
	must(t, err)
	must(t, h.Up(ctx, ""))
	must(t, house.Wait(ctx, "they are reported", func() (bool, error) {
		for id := range before {
			if !strings.Contains(h.Output(), "instance="+id) {
				return false, nil
			}
		}
		return true, nil
	}))
	must(t, house.Wait(ctx, "what the backup knows runs", func() (bool, error) {
		now, err := h.Shims()
		return now["app.dev.1.0"] != 0 && now["app.dev.1.1"] != 0, err
	}))
	after, err := h.Shims()
	must(t, err)
	for id, pid := range before {
		if after[id] != pid {
			t.Errorf("%s was process %d and is %d", id, pid, after[id])
		}
	}
}
