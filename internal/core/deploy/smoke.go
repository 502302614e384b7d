package deploy

import (
	"time"

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
		w.nobody(r)
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

// nobody acts on a release of which no instance is healthy to be checked. What serves after
// going back may just be starting again, as after a restart of the machine: it has as long
// as a start may take.
func (w *work) nobody(r *Release) {
	if w.Active.Target == nil && w.mayStart() > 0 {
		r.renew()
		r.ensure(r.replicas())
		w.await(awaitOld, w.mayStart())
		return
	}
	w.fail("no instance of " + r.Release + " is healthy to be checked")
}

// mayStart is the time that what serves after going back has left to be healthy. It counts
// from when the traffic was back, or a person last had it tried again, however often instances
// come and go.
func (w *work) mayStart() time.Duration {
	a := w.Active
	since := a.Back
	if n := len(a.Phases); n > 0 && a.Phases[n-1].At.After(since) {
		since = a.Phases[n-1].At
	}
	return w.Current.Rollout.Deadline - w.now.Sub(since)
}

// doubt has what serves after going back checked once more, because one of its instances came
// or went meanwhile: what was asked may not have been what serves.
func (w *work) doubt(r *Release) {
	a := w.Active
	if a != nil && a.Await == awaitCheck && a.Target == nil && r == w.Current && w.mayStart() > 0 {
		a.CheckDue = true
	}
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
