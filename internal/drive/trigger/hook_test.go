package trigger

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/engine"
)

// TestHooks: the deployment of a service runs a workflow before its users come, waits for its
// end, and goes back if that is no good one.
func TestHooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	// It is content with the release r1, as its input has it, and raises an error for others.
	w.push(first, head+`do: [{look: {switch: [{bad: {when: '.release != "r1"', then: complain}}, {good: {then: exit}}]}},
  {complain: {raise: {error: {type: 'https://example.com/errors/seats', status: 500, detail: no seat could be sold}}}}]
`)
	w.eventually("the workflow", func() bool { return w.trigger().Active != nil })
	tickets := func() deploy.State {
		s, _, err := engine.Load[deploy.State](w.Context(), w.engine, deploy.MachineID("tickets", "dev"))
		w.must(err)
		return s
	}
	ask := func(release, hook string, order int64) {
		w.tell(deploy.MachineID("tickets", "dev"), deploy.EventRequested, deploy.Request{Service: "tickets", Environment: "dev", Release: release, Artifact: "a", Config: "k",
			Order: order, Reason: deploy.ReasonManual, Rollout: config.Rollout{Strategy: config.Strategy{Kind: "blueGreen"}, Hooks: config.Hooks{Before: []string{hook}},
				Rollback: config.Rollback{Keep: 2}}}, nil)
	}
	ask("r1", "restart", 1)
	w.eventually("r1", func() bool { s := tickets(); return s.Current != nil && s.Current.Release == "r1" })
	run, _, err := engine.Load[interp.State](w.Context(), w.engine, interp.MachineID("dev.restart.1"))
	if err != nil || run.Status != interp.Completed || run.Trigger != "deployment" || run.Parent != "deploy/tickets/dev" {
		t.Errorf("%+v %v", run.Start, err)
	}
	for i, c := range []struct{ release, hook, want string }{
		{"r2", "restart", "the workflow restart is faulted (dev.restart.2): no seat could be sold"},
		{"r3", "nothing", "the workflow nothing could not begin: no version of this workflow is active here"},
	} {
		ask(c.release, c.hook, int64(i+2))
		w.eventually(c.release+" to be taken back", func() bool {
			h := tickets().History
			return h[0].Release == c.release && h[0].Outcome == deploy.RolledBack
		})
		if s := tickets(); !strings.HasPrefix(s.History[0].Reason, c.want) || s.Current.Release != "r1" || !s.History[0].Live.IsZero() {
			t.Errorf("%+v", s.History[0])
		}
	}
}

// target says of all instances that they are healthy, and edge that each route is applied.
func (w *world) target(ctx context.Context, all []engine.Desired) error {
	for _, d := range all {
		if err := w.see(ctx, d.Machine, deploy.EventInstance, deploy.Instance{ID: d.Key, State: "healthy", Address: "127.0.0.1:1"}); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) edge(ctx context.Context, all []engine.Desired) error {
	for _, d := range all {
		var spec deploy.RouteSpec
		if err := json.Unmarshal(d.Spec, &spec); err != nil {
			return err
		}
		if err := w.see(ctx, d.Machine, deploy.EventRouted, deploy.Routed{Revision: spec.Revision}); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) see(ctx context.Context, lane, kind string, data any) error {
	_, err := w.engine.Submit(ctx, engine.To{Machine: lane, Event: machine.Event{Type: kind, Actor: actor, Data: machine.Must(data)}})
	if fault.Is(err, fault.Refused) {
		return nil
	}
	return err
}
