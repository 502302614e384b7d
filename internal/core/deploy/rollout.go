package deploy

import (
	"fmt"
	"slices"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/machine"
)

// begin starts the deployment of a request.
func (w *work) begin(p Pending) {
	target := &Release{
		Deployment: p.Deployment, Number: p.Number, Release: p.Release, Artifact: p.Artifact, Commit: p.Commit,
		Order: p.Order, Config: p.Config, Rollout: p.Rollout,
	}
	stages := plan(p.Rollout.Strategy, target.replicas())
	if w.Current == nil {
		stages = stages[len(stages)-1:] // there is nothing to share the traffic with
	}
	w.Active = &Active{Row: w.row(p), Target: target, Stages: stages}
	w.Active.Outcome = Completed
	if w.Current != nil {
		w.startBeside()
	}
	w.stage(0)
}

// stage begins a stage: its instances are started beside what runs.
func (w *work) stage(i int) {
	a := w.Active
	a.Stage = i
	a.Target.ensure(a.Stages[i].New)
	if i == 0 {
		w.enter(Preparing)
	}
	w.await(awaitInstances, a.Target.Rollout.Deadline)
}

func (w *work) enter(p Phase) {
	a := w.Active
	if a.Phase != p {
		a.Phase, a.Phases = p, mark(a.Phases, p, w.now)
	}
}

func mark(marks []Mark, p Phase, now time.Time) []Mark {
	if len(marks) >= maxPhases {
		marks = marks[:maxPhases-1]
	}
	return slices.Concat(marks, []Mark{{p, now}})
}

// await waits with a deadline. The alarm's key has all that tells one wait from another,
// so that a late alarm is not taken for a new one's.
func (w *work) await(what Await, patience time.Duration) {
	a := w.Active
	a.Await = what
	a.Timer = &machine.Alarm{Key: fmt.Sprintf("%s.%s.%d.%d", a.Deployment, what, a.Stage, w.Route.Revision), At: w.now.Add(patience)}
}

// advance does the next thing that needs no waiting. It says whether there was one.
func (w *work) advance() bool {
	a := w.Active
	if a == nil {
		return false
	}
	if reason := w.broken(); reason != "" {
		w.fail(reason)
		return true
	}
	if reason := w.brokenBeside(); reason != "" {
		w.runBeside(reason)
		return true
	}
	switch {
	case a.Await == awaitInstances && len(a.Target.healthy()) >= a.Stages[a.Stage].New && w.besideReady():
		w.prepared()
	case w.judging() && w.ruled():
	case a.Await == awaitSettled && len(a.Target.healthy()) >= a.Target.replicas():
		w.complete()
	case a.Await == awaitOld && w.serves(w.Current) && w.Current.up():
		w.reroute() // to where they are now
		a.Shift = w.Route.Revision
		w.await(awaitRoute, routePatience)
	case a.Await == awaitRoute && w.Route.Applied >= a.Shift:
		w.shifted()
	case a.Phase == Held && !a.Undecided && w.Route.Applied >= a.Shift: // the edge answers again
		w.resume()
	default:
		return false
	}
	return true
}

// broken says why a release that goes forward can not: "" if it can.
func (w *work) broken() string {
	a := w.Active
	if a.Target == nil || a.Phase == RollingBack || a.Await == awaitPerson && !a.Undecided {
		return ""
	}
	for _, c := range a.Target.Copies {
		if !c.broken() || c.Out {
			continue
		}
		reason := "instance " + a.Target.id(c) + " could not be started"
		if c.State == stateCrashLoop {
			reason = "instance " + a.Target.id(c) + " crashes again and again"
		}
		if w.detail != "" {
			reason += ": " + w.detail
		}
		return reason
	}
	if a.Exposed && len(a.Target.healthy()) == 0 && !a.Target.activates() {
		return "no instance of " + a.Release + " is healthy any more"
	}
	return ""
}

// prepared has all instances of the stage healthy.
func (w *work) prepared() {
	a := w.Active
	if a.Checked || a.Target.Rollout.Smoke == 0 {
		if !w.hook(true) {
			w.shift()
		}
		return
	}
	w.enter(Checking)
	w.check()
}

// shift gives the new instances their share.
func (w *work) shift() {
	a := w.Active
	s := a.Stages[a.Stage]
	a.Exposed = true
	w.enter(Shifting)
	if m := a.Target.Rollout.Migration; a.Kind == KindDeploy && (m == config.MigrationContract || m == config.MigrationIrreversible) {
		w.Barrier = &Barrier{Number: a.Target.Number, Release: a.Release, Migration: m}
	}
	if s.Judged {
		a.Weight = max(a.Weight, s.Weight)
	}
	w.Shares = w.divided()
	if s.Weight == 100 {
		w.endBeside()
	}
	if n := a.Target.replicas(); w.Current != nil && a.Kind == KindDeploy && n > 0 {
		w.Current.shrink((w.Current.replicas()*s.Old + n - 1) / n)
	}
	w.reroute()
	a.Shift = w.Route.Revision
	w.await(awaitRoute, routePatience)
}

// shifted has the route applied.
func (w *work) shifted() {
	a := w.Active
	switch {
	case a.Phase == RollingBack:
		w.wentBack()
		return
	case a.Target == nil: // it was switched, and waited for somebody to be checked
		w.enter(Checking)
		w.check()
		return
	case a.Kind == KindRollback:
		w.switched()
		return
	case a.Live.IsZero():
		a.Live = w.now
	}
	s := a.Stages[a.Stage]
	switch {
	case a.Target.activates(): // its runs are no requests that could be watched
		a.Full = w.now
		w.complete()
	case a.Stage == len(a.Stages)-1:
		a.Full = w.now
		w.enter(Observing)
		w.observe()
	case s.Judged:
		w.awaitWord()
	case s.Pause > 0:
		w.await(awaitPause, s.Pause)
	default:
		w.stage(a.Stage + 1)
	}
}

// settled is what is left of a strategy that was carried out: the rest is of no use any more.
func settled(s config.Strategy) config.Strategy { return config.Strategy{Kind: s.Kind} }

// complete makes the new release the current one and keeps the old one warm.
func (w *work) complete() {
	a, next := w.Active, *w.Active.Target
	old := w.Current
	next.Completed = w.now
	next.Rollout.Strategy, next.Rollout.Hooks = settled(next.Rollout.Strategy), config.Hooks{}
	w.Current = &next
	w.Active = nil
	w.Shares = all(&next)
	w.pardon(func(j Rejected) bool {
		return j.Order < next.Order || j.Release == next.Release || j.Commit != "" && j.Commit == next.Commit
	})
	if old != nil {
		w.keep(*old, next.Rollout.Rollback.Warm)
	}
	w.record(a.Row, Completed, a.Reason)
	w.over(a, Completed, a.Reason)
}

// keep puts a release among those that one can go back to.
func (w *work) keep(r Release, warm time.Duration) {
	if r.Release == w.Current.Release && r.Config == w.Current.Config {
		w.retire(r)
		return
	}
	r.WarmUntil = w.now.Add(warm)
	if warm <= 0 || r.staying() == 0 {
		r.WarmUntil = time.Time{}
		r.shrink(0)
	}
	w.Kept = append(w.Kept, r)
	slices.SortFunc(w.Kept, func(a, b Release) int { return int(b.Number - a.Number) })
	limit := min(w.Current.Rollout.Rollback.Keep, maxKeep)
	for len(w.Kept) > limit {
		last := len(w.Kept) - 1
		w.retire(w.Kept[last])
		w.Kept = w.Kept[:last]
	}
	room := maxWarm
	for i := range w.Kept {
		if room -= w.Kept[i].staying(); room < 0 {
			w.Kept[i].shrink(0)
		}
	}
}
