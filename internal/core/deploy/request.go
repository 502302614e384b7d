package deploy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
)

type doorFacts struct {
	Gate []gate.Condition `json:"gate,omitempty"`
}

// push is the Reason of a request that a commit made.
const push = "push"

// request takes a request into the queue.
func (w *work) request(r Request, facts machine.Value) error {
	if err := r.check(); err != nil {
		return err
	}
	if w.Service != "" && (w.Service != r.Service || w.Environment != r.Environment) {
		return fault.New(fault.Invalid, "this is the lane of %s in %s, not of %s in %s", w.Service, w.Environment, r.Service, r.Environment)
	}
	if !r.Force {
		if err := w.admit(r); err != nil {
			return err
		}
	}
	w.Service, w.Environment = r.Service, r.Environment
	w.supersede(r)
	if len(w.Queue) >= maxQueue {
		return refuse("%d deployments of %s wait already", len(w.Queue), r.Service).WithHint("wait, or abort one")
	}
	r.Rollout = defaults(r.Rollout)
	w.Number++
	p := Pending{Request: r, Number: w.Number, Deployment: w.name(w.Number), Actor: w.actor, At: w.now, Gate: gate.Pass}
	p.ask(w, facts)
	w.Queue = append(slices.Clone(w.Queue), p)
	return nil
}

func (w *work) name(number int64) string {
	return fmt.Sprintf("%s.%s.%d", w.Service, w.Environment, number)
}

// admit says why a request that is not forced may not wait here.
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
	for _, p := range w.Queue {
		if r.Release == p.Release && r.Config == p.Config {
			return refuse("%s already waits as %s", r.Release, p.Deployment)
		}
	}
	if newer := w.newer(r.Order); r.Reason == push && newer != "" {
		return refuse("%s is older than %s", r.Release, newer).WithHint("deploy it by hand if you want it back")
	}
	return nil
}

// newer gives a release with a higher order that runs, is under way or waits.
func (s *State) newer(order int64) string {
	if s.Current != nil && s.Current.Order > order {
		return s.Current.Release
	}
	if s.Active != nil && s.Active.Kind == KindDeploy && s.Active.Target != nil && s.Active.Target.Order > order {
		return s.Active.Release
	}
	for _, p := range s.Queue {
		if p.Order > order {
			return p.Release
		}
	}
	return ""
}

// supersede takes a waiting push out of the queue when a newer push comes.
func (w *work) supersede(r Request) {
	if r.Reason != push {
		return
	}
	for i, p := range w.Queue {
		if p.Reason == push {
			w.Queue = without(w.Queue, i)
			w.record(w.row(p), Superseded, "the newer "+r.Release+" came while it waited")
			return
		}
	}
}

// ask evaluates the gate with an event's facts.
func (p *Pending) ask(w *work, facts machine.Value) {
	p.Asked = w.now
	if len(facts) == 0 {
		return
	}
	var f doorFacts
	if err := json.Unmarshal(facts, &f); err != nil {
		p.Gate, p.Missing = gate.Unknown, cut("the gate's facts cannot be read: "+err.Error())
		return
	}
	p.Gate, p.Missing = gate.Decide(f.Gate), ""
	var missing []string
	for _, c := range gate.Missing(f.Gate) {
		missing = append(missing, strings.TrimSuffix(c.Name+": "+c.Reason, ": "))
	}
	p.Missing = cut(strings.Join(missing, "; "))
}

// atGate says that the first of the queue waits for nothing but the gate.
func (s *State) atGate() bool {
	return s.Active == nil && len(s.Queue) > 0 && s.Queue[0].Gate != gate.Pass
}

// startNext begins the first of the queue, if it may. It says whether anything changed.
func (w *work) startNext() bool {
	if len(w.Queue) == 0 || w.atGate() {
		return false
	}
	p := w.Queue[0]
	w.Queue = without(w.Queue, 0)
	if !p.Force {
		// What was right when it was asked for may have changed while it waited.
		if err := w.admit(p.Request); err != nil {
			w.record(w.row(p), Superseded, err.Error())
			return true
		}
	}
	w.begin(p)
	return true
}

func (w *work) row(p Pending) Row {
	row := Row{
		Deployment: p.Deployment, Kind: KindDeploy, Release: p.Release, Artifact: p.Artifact, Commit: p.Commit, Config: p.Config,
		Strategy: p.Rollout.Strategy.Kind, Cause: p.Reason, Actor: p.Actor, Gate: p.Gate,
		CommittedAt: p.CommittedAt, Requested: p.At,
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
