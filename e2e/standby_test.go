package e2e

import (
	"context"
	"strings"
	"testing"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/e2e/house"
	"slipway.dev/internal/store/pgtest"
)

// TestStandbyTakesOver kills the leader in different phases of a deployment. Another
// control plane on the same PostgreSQL has waited for that.
func TestStandbyTakesOver(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	leader := newHouse(t, house.Options{Store: pgtest.Start(t)})
	must(t, leader.Up(ctx, ""))
	repo, err := leader.Found(ctx, t.TempDir()+"/repo", house.Version{Name: "v0"})
	must(t, err)
	traffic := leader.Traffic(ctx, 200, 8, nil)
	first := leader
	before := "app.dev.1"
	for _, phase := range []string{"preparing", "shifting", "observing"} {
		standby, err := first.Standby()
		must(t, err)
		t.Cleanup(func() { must(t, standby.Close()) })
		must(t, standby.Begin(""))
		must(t, house.Wait(ctx, "it says that it is a standby", func() (bool, error) {
			return strings.Contains(standby.Output(), "waiting as a standby"), nil
		}))
		commit, err := leader.Ship(ctx, repo, house.Version{Name: phase, Observe: "1s",
			Strategy: "{canary: {steps: [{weight: 50, pause: 1s}]}}"})
		must(t, err)
		must(t, house.Wait(ctx, "the deployment is "+phase, func() (bool, error) {
			list, err := leader.Deployments(ctx, model.DeploymentsQuery{Limit: 1})
			return err == nil && list[0].Commit == commit && list[0].Outcome == phase, err
		}))
		leader.Kill()
		must(t, standby.Answers(ctx, false))
		d, err := standby.Settled(ctx, commit)
		must(t, err)
		if d.Outcome != "completed" {
			t.Fatalf("%s, killed while %s, ended as %s: %s", d.ID, phase, d.Outcome, d.Reason)
		}
		must(t, standby.Quiet(ctx, before, d.ID))
		leader, before = standby, d.ID
	}
	traffic.Stop()
	must(t, traffic.Check())
	audited(t, ctx, leader)
}
