package trigger

import (
	"strings"
	"testing"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/release"
	"slipway.dev/internal/core/trigger"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/engine"
)

const head = "document: {dsl: '1.0.3', namespace: shop, name: restart, version: '1.0.0'}\n"

func says(n string) string {
	return head + "schedule: {every: {seconds: 1}}\ndo: [{a: {set: {says: " + n + "}}}]\n"
}

const first, second, third = "1111111111111111111111111111111111111111", "2222222222222222222222222222222222222222", "3333333333333333333333333333333333333333"

// TestFromPushToRun: a commit becomes a release, goes through the door, is active, and its
// schedule begins runs; so it is after a restart; and a rollback has the old version active again.
func TestFromPushToRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.push(first, says("one"))
	w.runs("one")
	if s := w.lane(); s.Current == nil || s.Active != nil || len(s.Instances()) != 0 || s.Status().Text != first[:12]+" is active" {
		t.Fatalf("%+v", s)
	}
	if s := w.trigger(); s.Team != "shop" || s.Active.Release != first[:12] || s.Active.Schedule.Overlap != trigger.OverlapQueue {
		t.Fatalf("%+v", s)
	}

	w.stop()
	w.start()
	before := w.trigger().Number
	w.eventually("a run after the restart", func() bool { return w.trigger().Number > before })

	w.push(second, says("two"))
	w.runs("two")
	w.rollback(first[:12])
	w.eventually("the old version", func() bool { return w.trigger().Active.Release == first[:12] })
	w.runs("one")
	w.eventually("the rollback's end", func() bool { return w.lane().Active == nil })
	if h := w.lane().History; h[0].Kind != deploy.KindRollback || h[0].Outcome != deploy.Completed || h[1].Outcome != deploy.RolledBack {
		t.Errorf("%+v", h)
	}
}

// TestCannotBeActive: what was active stays so, and the deployment says why it was taken back.
func TestCannotBeActive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.push(first, says("one"))
	w.runs("one")
	w.push(second, head+"use: {secrets: [PIN]}\ndo: [{a: {set: {b: 1}}}]\n")
	w.ends(second, "it uses the secret PIN")
	w.push(third, "no workflow at all")
	w.ends(third, "not one that can run")
	if s := w.trigger(); s.Active.Release != first[:12] || w.lane().Current.Release != first[:12] {
		t.Errorf("%+v", s.Active)
	}
	w.runs("one")
}

// TestFirstCannotBeActive: there is nothing to go back to, and nothing is active.
func TestFirstCannotBeActive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.push(first, "no workflow at all")
	w.eventually("the failure", func() bool { h := w.lane().History; return len(h) > 0 && h[0].Outcome == deploy.Failed })
	if s := w.trigger(); s.Active != nil {
		t.Errorf("%+v", s)
	}
	w.push(second, says("two"))
	w.runs("two")
}

// runs waits for a run, begun from now on, that completes with what its version says.
func (w *world) runs(want string) {
	w.Helper()
	before := w.trigger().Number
	w.eventually("a run that says "+want, func() bool {
		s := w.trigger()
		if s.Last == nil || s.Number <= before {
			return false
		}
		run, _, err := engine.Load[interp.State](w.Context(), w.engine, interp.MachineID(s.Last.Run))
		w.must(err)
		return run.Status == interp.Completed && string(run.Output.V) == `{"says":"`+want+`"}` && run.As == machine.Actor{Kind: "workflow", Name: "restart"}
	})
}

// ends waits until a commit was rolled back for a reason.
func (w *world) ends(commit, why string) {
	w.Helper()
	w.eventually(commit+" to be rolled back", func() bool {
		h := w.lane().History
		return len(h) > 0 && h[0].Commit == commit && h[0].Outcome == deploy.RolledBack
	})
	if reason := w.lane().History[0].Reason; !strings.Contains(reason, why) {
		w.Errorf("%s", reason)
	}
}

func (w *world) rollback(to string) {
	w.Helper()
	id := release.MachineID("restart", to)
	_, step, err := engine.Load[release.State](w.Context(), w.engine, id)
	w.must(err)
	w.tell(deploy.MachineID("restart", "dev"), deploy.EventRollback, deploy.RollbackRequest{To: to}, deploy.Facts{Guards: []machine.Guard{{Machine: id, Step: step}}})
}
