package e2e

import (
	"context"
	"os"
	"testing"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/e2e/house"
)

// TestUpgrade begins with an older program, SLIPWAY_OLD, and goes on with this one while a
// canary is under way. Users notice nothing, whichever is newer, edge or control plane.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	old := os.Getenv("SLIPWAY_OLD")
	if old == "" {
		t.Skip("with SLIPWAY_OLD=PROGRAM")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	const steps = "{canary: {steps: [{weight: 10, pause: 5s}, {weight: 50, pause: 5s}]}}"
	h := newHouse(t, house.Options{})
	now := programs(t).Slipway
	h.Upgrade(old)
	must(t, h.Up(ctx, ""))
	repo, err := h.Found(ctx, t.TempDir()+"/repo", house.Version{Name: "v0", Strategy: steps})
	must(t, err)
	traffic := h.Traffic(ctx, 100, 4, nil)
	commit, err := h.Ship(ctx, repo, house.Version{Name: "v1", Strategy: steps})
	must(t, err)
	active(t, ctx, h, commit, "the share grows", func(d model.Deployment) bool { return d.Outcome == "shifting" })
	h.Kill()
	h.Upgrade(now)
	must(t, h.Up(ctx, "")) // the old edge goes on, or is replaced
	d, err := h.Settled(ctx, commit)
	must(t, err)
	if d.Outcome != "completed" {
		t.Errorf("%s ended as %s: %s", d.ID, d.Outcome, d.Reason)
	}
	must(t, h.Quiet(ctx, "app.dev.1", d.ID))
	must(t, traffic.Check())
	hello, err := h.Edge.Hello(ctx)
	must(t, err)
	t.Logf("the edge is %+v", hello)
	if _, err = h.Rollback(ctx, model.RollbackRequest{Service: house.Service, Environment: house.Environment}); err != nil {
		t.Error(err)
	}
	must(t, house.Wait(ctx, "the old release answers", func() (bool, error) { return traffic.Version() == "v0", nil }))
	commit, err = h.Ship(ctx, repo, house.Version{Name: "v2", Mode: "fail POST 25", Strategy: "{canary: {}}", Flows: shop})
	must(t, err)
	must(t, traffic.Check())
	d, err = h.Settled(ctx, commit)
	must(t, err)
	if d.Outcome != "rolledBack" || d.Judge == nil {
		t.Errorf("%s ended as %s: %s", d.ID, d.Outcome, d.Reason)
	}
	traffic.Stop()
	audited(t, ctx, h)
	h.Stop()
	h.Upgrade(old)
	refusedToStart(t, ctx, h) // its store is newer, which it must say
	t.Log(h.Output())
	h.Upgrade(now)
	must(t, h.Up(ctx, ""))
}
