package deploy

import (
	"fmt"
	"slices"
	"time"
)

// fail acts on a reason not to go on. A deployment goes back; a rollback asks a person,
// because there is nothing left that would be safe to do by itself.
func (w *work) fail(reason string) {
	a := w.Active
	if a.Kind == KindRollback && a.Target != nil {
		w.share(w.Current) // it is what served so far
	}
	if a.Kind == KindRollback || a.Phase == RollingBack {
		w.hold(RollbackFailed, reason)
		return
	}
	w.blame(reason)
	w.goBack(RolledBack, reason)
}

// blame keeps the release under way from coming back by itself. It does not apply to the
// first of a lane: that was not rolled back, as there is nothing to go back to.
func (w *work) blame(reason string) {
	if w.Current != nil {
		w.reject(w.Active.Target, reason)
	}
}

// goBack gives all traffic to what ran before, at once.
func (w *work) goBack(outcome Phase, reason string) {
	a := w.Active
	a.Outcome, a.Reason, a.Checked, a.CheckDue = outcome, cut(reason), false, false
	a.Since, a.Undecided = time.Time{}, false
	w.endBeside()
	w.enter(RollingBack)
	if w.Current == nil {
		w.retreat()
		return
	}
	w.Current.renew()
	w.Current.ensure(w.Current.replicas())
	w.share(w.Current)
	if !a.Exposed { // no user noticed anything
		w.leave()
		w.finish(outcome, reason)
		return
	}
	w.await(awaitOld, w.Current.Rollout.Deadline)
}

// retreat takes the route away: the first deployment ever did not go well.
func (w *work) retreat() {
	a := w.Active
	if a.Outcome == RolledBack {
		a.Outcome, a.Reason = Failed, cut(a.Reason+"; there is no earlier release to go back to")
	}
	w.Shares = nil
	w.reroute()
	a.Shift = w.Route.Revision
	w.await(awaitRoute, routePatience)
}

// wentBack has the edge send everything to what ran before.
func (w *work) wentBack() {
	a := w.Active
	if a.Back.IsZero() {
		a.Back = w.now
	}
	w.leave()
	if w.Current == nil || w.Current.Rollout.Smoke == 0 {
		w.finish(a.Outcome, a.Reason)
		return
	}
	w.check()
}

// leave lets the instances go that do not serve in the end.
func (w *work) leave() {
	a := w.Active
	if a.Target == nil {
		return
	}
	target := *a.Target
	a.Target = nil
	if a.Kind == KindRollback { // it was good once, and stays kept
		w.keep(target, 0)
		return
	}
	w.retire(target)
}

// hold asks a person. What serves goes on serving.
func (w *work) hold(p Phase, problem string) {
	a := w.Active
	w.enter(p)
	a.Await, a.Timer, a.CheckDue = awaitPerson, nil, false
	a.Problem = cut(problem)
}

// resume goes on with what was held for the edge.
func (w *work) resume() {
	a := w.Active
	if a.Kind == KindRollback && a.Outcome == Completed {
		w.enter(Shifting)
	} else {
		w.enter(RollingBack)
	}
	a.Await = awaitRoute
}

// finish ends the active deployment.
func (w *work) finish(outcome Phase, reason string) {
	a := w.Active
	w.Active = nil
	w.record(a.Row, outcome, reason)
	w.over(a, outcome, reason)
}

// abort stops what is under way, or else takes what waits out of the queue: the deployment
// that is named, or the first.
func (w *work) abort(r Abort) error {
	reason := by("aborted", w.actor.Name, r.Reason)
	a := w.Active
	waits := slices.IndexFunc(w.Queue, func(p Pending) bool { return p.Deployment == r.Deployment })
	switch {
	case waits >= 0:
		w.takeOut(waits, Aborted, reason)
	case r.Deployment != "" && (a == nil || a.Deployment != r.Deployment):
		return refuse("%.64s neither waits nor is under way", r.Deployment)
	case a == nil && len(w.Queue) == 0:
		return refuse("nothing is under way")
	case a == nil:
		w.takeOut(0, Aborted, reason)
	case a.Await == awaitPerson && !a.Undecided:
		return refuse("%s is held: %s", a.Deployment, a.Problem).WithHint("settle it: retry, rollback or accept")
	case a.Phase == RollingBack:
		return refuse("%s is going back already", a.Deployment)
	case a.Target == nil:
		return refuse("%s has taken the traffic already", a.Deployment).WithHint("roll back to another release, or deploy one")
	default:
		w.goBack(Aborted, reason)
	}
	return nil
}

func by(what, who, why string) string {
	if why == "" {
		return fmt.Sprintf("%s by %s", what, who)
	}
	return fmt.Sprintf("%s by %s: %s", what, who, why)
}
