package deploy

import (
	"fmt"
	"slices"

	"slipway.dev/internal/core/fault"
)

// request takes a request into the queue. Nothing begins by it: the gate is asked first.
func (w *work) request(r Request) error {
	if err := r.check(); err != nil {
		return err
	}
	if w.Service != "" && (w.Service != r.Service || w.Environment != r.Environment) {
		return fault.New(fault.Invalid, "this is the lane of %s in %s, not of %s in %s", w.Service, w.Environment, r.Service, r.Environment)
	}
	if w.otherKind(r.Rollout) {
		return refuse("what is deployed as %s is a workflow, or was, and this is none; or the other way round", r.Service).WithHint("give it another name")
	}
	if !r.Force {
		if err := w.admit(r); err != nil {
			return err
		}
	}
	if err := w.expect(r); err != nil { // also one that is forced: it would wait twice
		return err
	}
	w.Service, w.Environment = r.Service, r.Environment
	r.Rollout = defaults(r.Rollout)
	w.Number++
	p := Pending{Request: r, Number: w.Number, Deployment: w.name(w.Number), Actor: w.actor, At: w.now, Next: w.now.Add(gatePatience)}
	w.Queue = append(slices.Clone(w.Queue), p)
	w.supersede()
	if len(w.Queue) > maxQueue {
		return refuse("%d deployments of %s wait already", maxQueue, r.Service).WithHint("wait, or abort one")
	}
	w.tellTrain(p, Waiting, "")
	return nil
}

func (w *work) name(number int64) string {
	return fmt.Sprintf("%s.%s.%d", w.Service, w.Environment, number)
}

// admit says why a request that is not forced may not come in.
func (w *work) admit(r Request) error {
	if j := w.rejected(r.Release, r.Commit, r.Config); j != nil {
		return refuse("%s was rolled back here: %s", r.Release, j.Reason).WithHint("deploy a newer commit, or force it")
	}
	if w.Current != nil && r.Release == w.Current.Release && r.Config == w.Current.Config && w.Active == nil {
		return refuse("%s already runs in %s with this config", r.Release, w.Environment).WithHint("force it to start it anew")
	}
	if a := w.Active; a != nil && r.Release == a.Release && r.Config == a.Config {
		return refuse("%s is already under way as %s", r.Release, a.Deployment)
	}
	if newer := w.newer(r.Order); r.Reason != ReasonManual && newer != "" {
		return w.older(r, newer)
	}
	return nil
}

// expect says why a request need not wait beside those that do.
func (w *work) expect(r Request) error {
	for _, p := range w.Queue {
		switch {
		case r.Release == p.Release && r.Config == p.Config:
			return refuse("%s already waits as %s", r.Release, p.Deployment).WithHint("to ask for it otherwise, take that back first: slipway abort %s %s --deployment %s", w.Service, w.Environment, p.Deployment)
		case r.Reason != ReasonManual && p.Order > r.Order:
			return w.older(r, p.Release)
		}
	}
	return nil
}

func (w *work) older(r Request, newer string) error {
	return refuse("%s is older than %s", r.Release, newer).WithHint("deploy it by hand if you want it back")
}

// newer gives a release with a higher order that runs or is under way.
func (s *State) newer(order int64) string {
	if s.Current != nil && s.Current.Order > order {
		return s.Current.Release
	}
	if s.Active != nil && s.Active.Kind == KindDeploy && s.Active.Target != nil && s.Active.Target.Order > order {
		return s.Active.Release
	}
	return ""
}

// supersede takes out of the queue what waits, where the policy says so, when a newer one of
// the same making waits behind it. What goes in with others is left to its train.
func (w *work) supersede() {
	for i := 0; i < len(w.Queue); i++ {
		p := w.Queue[i]
		if !p.Supersede || p.Train != "" {
			continue
		}
		newer := slices.IndexFunc(w.Queue[i+1:], func(q Pending) bool {
			return q.Order > p.Order && q.Train == "" && (q.Reason == ReasonManual) == (p.Reason == ReasonManual)
		})
		if newer >= 0 {
			w.takeOut(i, Superseded, "the newer "+w.Queue[i+1+newer].Release+" came while it waited")
			i--
		}
	}
}

// takeOut ends what waits.
func (w *work) takeOut(i int, outcome Phase, reason string) {
	p := w.Queue[i]
	w.Queue = without(w.Queue, i)
	w.closeTask(p, fmt.Sprintf("%s was %s", p.Deployment, outcome))
	w.record(w.row(p), outcome, reason)
	w.tellTrain(p, outcome, reason)
}

func (w *work) row(p Pending) Row {
	row := Row{
		Deployment: p.Deployment, Kind: KindDeploy, Release: p.Release, Artifact: p.Artifact, Commit: p.Commit, Config: p.Config,
		Strategy: p.Rollout.Strategy.Kind, Cause: p.Reason, Actor: p.Actor, Gate: p.Gate, Conditions: p.Conditions,
		Plan: p.Plan, Train: p.Train, Expedite: p.Expedite, Fix: p.Fix, CommittedAt: p.CommittedAt, Requested: p.At,
	}
	if w.Current != nil {
		row.From = w.Current.Release
	}
	return row
}

// without gives a slice that has not the i-th; nil for an empty one.
func without[T any](from []T, i int) []T {
	if len(from) == 1 {
		return nil
	}
	return slices.Concat(from[:i], from[i+1:])
}
