package deploy

import (
	"fmt"

	"slipway.dev/internal/core/config"
)

// Beside a judged canary run as many fresh instances of the old release, so that what is
// compared has the same age and the same load. They are a deployment "tickets.prod.12b" that
// has no record of its own, and end with the judging.

// besideSuffix makes the deployment of the instances beside a canary out of the canary's.
const besideSuffix = "b"

// What Row.Baseline begins with.
const (
	baselineFresh   = "fresh instances of "
	baselineRunning = "the running instances of "
)

// startBeside begins what a judged canary is compared with.
func (w *work) startBeside() {
	a := w.Active
	s := a.Target.Rollout.Strategy
	switch {
	case !s.Judged:
		return
	case s.Baseline == config.BaselineRunning:
		a.Baseline = cut(baselineRunning + w.Current.Release)
		return
	}
	b := Release{
		Deployment: a.Deployment + besideSuffix, Number: a.Target.Number, Release: w.Current.Release, Artifact: w.Current.Artifact,
		Commit: w.Current.Commit, Order: w.Current.Order, Config: w.Current.Config, Rollout: w.Current.Rollout,
	}
	b.Rollout.Replicas = a.Target.replicas()
	b.ensure(b.replicas())
	a.Beside, a.Baseline = &b, cut(baselineFresh+b.Release)
}

// besideReady says that nothing beside the canary has to be waited for.
func (s *State) besideReady() bool {
	a := s.Active
	return a.Beside == nil || a.Stage > 0 || len(a.Beside.healthy()) >= a.Beside.replicas()
}

// brokenBeside says why the instances beside the canary cannot be: "" if they can.
func (w *work) brokenBeside() string {
	a := w.Active
	if a.Beside == nil {
		return ""
	}
	for _, c := range a.Beside.Copies {
		if c.broken() {
			return fmt.Sprintf("instance %s is %s", a.Beside.id(c), c.State)
		}
	}
	return ""
}

// runBeside has the canary compared with the instances that run, because the fresh ones
// cannot be.
func (w *work) runBeside(reason string) {
	w.endBeside()
	w.Active.Baseline = cut(baselineRunning + w.Current.Release + ": " + reason)
	if w.judging() {
		w.Shares = w.divided()
	}
}

// endBeside lets the instances beside the canary go.
func (w *work) endBeside() {
	if b := w.Active.Beside; b != nil {
		w.Active.Beside = nil
		w.retire(*b)
	}
}
