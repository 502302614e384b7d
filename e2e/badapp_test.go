package e2e

import (
	"context"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/e2e/house"
)

// TestAppsThatMisbehave delivers apps of all kinds over each other. Users notice nothing,
// and nothing is left of them.
func TestAppsThatMisbehave(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	h, repo := found(t, ctx, house.Version{Name: "v0"})
	traffic := h.Traffic(ctx, 100, 4, nil)
	for _, mode := range []string{"ignore-term", "fork", "flood", "late"} {
		_, err := h.Deliver(ctx, repo, house.Version{Name: mode, Mode: mode})
		must(t, err)
		if mode != "fork" {
			continue
		}
		if pids, err := house.Strays(); err != nil || len(pids) != 6 {
			t.Fatalf("the app's children are %v, not three of each instance; %v", pids, err)
		}
	}
	for _, name := range []string{"v1", "v2"} {
		_, err := h.Deliver(ctx, repo, house.Version{Name: name})
		must(t, err)
	}
	list, err := h.Deployments(ctx, model.DeploymentsQuery{Limit: 2})
	must(t, err)
	must(t, h.Quiet(ctx, list[0].ID, list[1].ID))
	must(t, house.Wait(ctx, "children are gone", func() (bool, error) {
		pids, err := house.Strays()
		return len(pids) == 0, err
	}))
	traffic.Stop()
	must(t, traffic.Check())
	if size := sizeOf(t, filepath.Join(h.Data(), "instances", "logs")); size > 100<<20 {
		t.Errorf("the logs of two instances that printed 64 MB each take %d MB", size>>20)
	}
}

func sizeOf(t *testing.T, dir string) (size int64) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	}))
	return size
}
