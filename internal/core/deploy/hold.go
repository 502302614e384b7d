package deploy

import (
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
)

// settled takes in what a person decided on what is held.
//
//	            going back failed                 a rollback to a kept release failed
//	retry       goes back once more               tries the release once more
//	rollback    the same                          goes back to what served before it
//	accept      what serves now is current        the same
//
// What it means where a judge could not decide, or has not yet, says decide.
func (w *work) settled(d Settle) error {
	a := w.Active
	if a != nil && a.Await == awaitJudge && d.Decision == "accept" { // who knows better need not wait until they are asked
		a.Problem = "the evidence did not suffice yet"
		return w.decide(d)
	}
	if a == nil || a.Await != awaitPerson {
		return refuse("nothing is held")
	}
	if a.Undecided {
		return w.decide(d)
	}
	switch d.Decision {
	case "retry":
		w.retry()
	case "rollback":
		if a.Kind == KindRollback && a.Target != nil {
			w.goBack(Aborted, by("given up", w.actor.Name, d.Reason))
			return nil
		}
		w.retry()
	case "accept":
		w.accept(by("accepted", w.actor.Name, d.Reason))
	default:
		return noDecision(d)
	}
	return nil
}

func noDecision(d Settle) error {
	return fault.New(fault.Invalid, "%.32q is no decision", d.Decision).WithHint("it is retry, rollback or accept")
}

// retry does once more what failed.
func (w *work) retry() {
	a := w.Active
	switch {
	case a.Kind == KindDeploy || a.Outcome != Completed: // it was on its way back
		a.Exposed = true // its route may have to be taken back once more
		w.goBack(a.Outcome, a.Reason)
	case a.Target == nil: // the traffic is there; only the checks are missing
		w.enter(Checking)
		w.check()
	default:
		a.Target.renew()
		w.share(w.Current)
		a.Exposed = false
		w.stage(0)
	}
}

// accept ends a held deployment with what serves now as the current release.
func (w *work) accept(reason string) {
	a := w.Active
	text := reason + " though " + a.Problem
	if a.Target != nil && w.mostly(a.Target) {
		w.keepServing()
		w.finish(RollbackFailed, text)
		return
	}
	w.leave()
	if w.Current != nil {
		w.Current.ensure(w.Current.replicas())
		w.share(w.Current)
	} else {
		w.Shares = nil
	}
	outcome := RollbackFailed
	if a.Kind == KindRollback && a.Outcome == Completed && w.Current.Release == a.Release {
		outcome = Completed // only the checks afterwards had failed
	}
	w.finish(outcome, text)
}

// keepServing makes the release that could not be left the current one.
func (w *work) keepServing() {
	a := w.Active
	next, old := *a.Target, w.Current
	a.Target = nil
	next.Completed = w.now
	next.Rollout.Strategy, next.Rollout.Hooks = settled(next.Rollout.Strategy), config.Hooks{}
	next.ensure(next.replicas())
	w.Current = &next
	w.pardon(func(j Rejected) bool { return j.Release == next.Release || j.Commit != "" && j.Commit == next.Commit })
	w.share(&next)
	if old != nil {
		w.keep(*old, next.Rollout.Rollback.Warm)
	}
}

// mostly says whether a release has most of the route's traffic.
func (s *State) mostly(r *Release) bool {
	if r.activates() {
		return s.serves(r)
	}
	for _, g := range s.Route.Groups {
		if g.Weight > 50 && g.Deployment == r.Deployment {
			return true
		}
	}
	return false
}
