package deploy

import (
	"slipway.dev/internal/core/machine"
)

// check has smoke checks run: on the new instances before any user's request, or on those
// that serve after going back. A check that was begun for something else is waited for
// first, so that its outcome is not taken for this one's.
func (w *work) check() {
	a := w.Active
	r := a.Target
	if r == nil {
		r = w.Current
	}
	instances := r.healthy()
	if len(instances) == 0 { // checks of nothing would pass
		w.fail("no instance of " + r.Release + " is healthy to be checked")
		return
	}
	w.await(awaitCheck, checkPatience)
	if w.Checking {
		a.CheckDue = true
		return
	}
	a.CheckDue, w.Checking = false, true
	w.effects = append(w.effects, machine.Effect{Kind: SmokeCheck, Class: machine.Repeatable, Input: machine.Must(SmokeInput{
		Deployment: r.Deployment, Artifact: r.Artifact, Config: r.Config, Instances: instances,
	})})
}

// checked takes in the outcome of smoke checks. An unknown one is no pass.
func (w *work) checked(passed bool, reason string) error {
	if !w.Checking {
		return refuse("no smoke check is under way")
	}
	w.Checking = false
	a := w.Active
	switch {
	case a == nil || a.Await != awaitCheck:
	case a.CheckDue:
		w.check()
	case !passed:
		w.fail("a smoke check failed: " + reason)
	case a.Target == nil:
		w.finish(a.Outcome, a.Reason)
	default:
		a.Checked = true
		w.await(awaitInstances, a.Target.Rollout.Deadline)
	}
	return nil
}
