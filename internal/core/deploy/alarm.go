package deploy

import (
	"fmt"

	"slipway.dev/internal/core/machine"
)

func warmKey(r Release) string { return "warm." + r.Deployment }
func gateKey(p Pending) string { return "gate." + p.Deployment }

// alarm takes in a timer. One that is not desired, or not yet due, is refused.
func (w *work) alarm(m machine.Alarm, facts machine.Value) error {
	if a := w.Active; a != nil && a.Timer != nil && a.Timer.Key == m.Key {
		if w.now.Before(a.Timer.At) {
			return refuse("the time of timer %s has not come", m.Key)
		}
		w.timeOver()
		return nil
	}
	for i := range w.Kept {
		if k := &w.Kept[i]; warmKey(*k) == m.Key && k.staying() > 0 && !w.now.Before(k.WarmUntil) {
			k.shrink(0)
			return nil
		}
	}
	for i, p := range w.Queue {
		if w.Active == nil && gateKey(p) == m.Key && !p.Next.IsZero() && !w.now.Before(p.Next) {
			return w.gateTime(i, facts)
		}
	}
	return refuse("no timer %.64q is set", m.Key)
}

// timeOver ends a wait: a pause has passed, or a deadline was missed.
func (w *work) timeOver() {
	a := w.Active
	switch a.Await {
	case awaitPause:
		w.stage(a.Stage + 1)
	case awaitJudge:
		w.judgeTime()
	case awaitObserve:
		w.await(awaitSettled, a.Target.Rollout.Deadline)
	case awaitInstances:
		if len(a.Target.healthy()) >= a.Stages[a.Stage].New { // only those beside it are missing
			w.runBeside(fmt.Sprintf("%d of %d fresh ones were healthy after %s", len(a.Beside.healthy()), a.Beside.replicas(), a.Target.Rollout.Deadline))
			return
		}
		w.fail(w.missing(a.Stages[a.Stage].New))
	case awaitSettled:
		w.fail(w.missing(a.Target.replicas()))
	case awaitCheck:
		w.fail("the smoke checks had no outcome in " + checkPatience.String())
	case awaitHook:
		w.fail("the workflow " + a.hookName() + " had no outcome in " + hookPatience.String())
	case awaitOld:
		if a.Target == nil {
			w.fail("no instance of " + w.Current.Release + " became healthy to be checked")
			return
		}
		w.fail("no instance of " + w.Current.Release + " is healthy either, so there is nothing to go back to")
	case awaitRoute:
		w.noAnswer()
	}
}

// missing says which instances are not healthy.
func (w *work) missing(want int) string {
	a := w.Active
	text := fmt.Sprintf("%d of %d instances were healthy after %s", len(a.Target.healthy()), want, a.Target.Rollout.Deadline)
	for _, c := range a.Target.Copies {
		if c.State != stateHealthy && !c.Out {
			state := c.State
			if state == "" {
				state = "not started"
			}
			return text + "; " + a.Target.id(c) + " is " + state
		}
	}
	return text
}

// noAnswer acts on a route that was not applied. Going back needs the edge as well, but
// then the right route is what it finds when it comes back. The release is not to blame.
func (w *work) noAnswer() {
	a := w.Active
	reason := fmt.Sprintf("the edge does not answer: it did not apply route revision %d in %s", a.Shift, routePatience)
	if w.Route.Workflow {
		reason = fmt.Sprintf("its trigger was not set in %s: %s", routePatience, w.becoming())
	}
	if a.Kind == KindDeploy && a.Phase != RollingBack {
		w.goBack(RolledBack, reason)
		return
	}
	w.hold(Held, reason)
}
