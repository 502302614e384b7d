package deploy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/lease"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
)

// door: nothing begins but in a step whose own facts let it in, and that step is guarded by
// all that they were made from.
func (w *witness) door(before State) error {
	a := w.state.Active
	if a == nil || before.Active != nil && before.Active.Deployment == a.Deployment {
		return nil
	}
	var f Facts
	if err := json.Unmarshal(w.event.Facts, &f); err != nil {
		return fmt.Errorf("%s began without facts: %w", a.Deployment, err)
	}
	if a.Kind == KindRollback {
		return w.wayBack(f, a)
	}
	if w.event.Type != EventAsked && w.event.Type != machine.Timer {
		return fmt.Errorf("%s began by %s", a.Deployment, w.event.Type)
	}
	i := slices.IndexFunc(f.Gates, func(g Answered) bool { return g.Deployment == a.Deployment })
	if i < 0 {
		return fmt.Errorf("%s began without a decision", a.Deployment)
	}
	g := f.Gates[i]
	mine := machine.Guard{Machine: MachineID(w.state.Service, w.state.Environment), Step: laneStep}
	switch {
	case !g.Decision.Open():
		return fmt.Errorf("%s began though its gate is %s", a.Deployment, g.Decision.Verdict)
	case g.Artifact != a.Target.Artifact || g.Config != a.Target.Config:
		return fmt.Errorf("%s began with %s and %s by a decision on %s and %s", a.Deployment, a.Target.Artifact, a.Target.Config, g.Artifact, g.Config)
	case !g.Decision.Next.IsZero() && !w.event.At.Before(g.Decision.Next):
		return fmt.Errorf("%s began by a decision that did not hold any more", a.Deployment)
	case !slices.Equal(w.next.Guards, g.Guards) || !slices.Contains(w.next.Guards, mine):
		return fmt.Errorf("%s began with the guards %v of %v", a.Deployment, w.next.Guards, g.Guards)
	case !slices.ContainsFunc(w.next.Effects, func(e machine.Effect) bool { return e.Kind == EffectSign }):
		return fmt.Errorf("%s began and nobody signs why", a.Deployment)
	}
	return nil
}

// laneStep stands for the step of the lane that facts were made from.
const laneStep = 7

func (w *witness) wayBack(f Facts, a *Active) error {
	guard := func(g machine.Guard) bool { return g.Machine == machine.ID("release", w.state.Service, a.Release) }
	switch {
	case slices.Contains(f.Revoked, a.Release):
		return fmt.Errorf("%s goes back to %s, which was revoked", a.Deployment, a.Release)
	case !slices.ContainsFunc(f.Guards, guard) || !slices.ContainsFunc(w.next.Guards, guard):
		return fmt.Errorf("%s goes back to %s, and nothing holds it to not being revoked", a.Deployment, a.Release)
	}
	return nil
}

// told: what is under way holds the lease that it took, and nothing else does; approvals are
// open for what waits, and for nothing else.
func (w *witness) told(State) error {
	if r, err := machine.Decode[machine.Refused](w.event); err == nil && w.event.Type == "message.refused" {
		delete(w.tasks, r.To)
	}
	for _, m := range w.next.Messages {
		w.sent[m.Type]++
		switch m.Type {
		case lease.EventTaken, lease.EventGiven:
			var l lease.Take
			if err := json.Unmarshal(m.Data, &l); err != nil {
				return err
			}
			if taken := m.Type == lease.EventTaken; w.leases[l.Deployment] == taken {
				return fmt.Errorf("%s of %s comes twice", m.Type, l.Deployment)
			} else if w.leases[l.Deployment] = taken; !taken {
				delete(w.leases, l.Deployment)
			}
		case task.EventOpened:
			if w.tasks[m.To] {
				return fmt.Errorf("%s is opened twice", m.To)
			}
			w.tasks[m.To] = true
		case task.EventRebound, task.EventClosed:
			if !w.tasks[m.To] {
				return fmt.Errorf("%s of %s, which is not open", m.Type, m.To)
			}
			if m.Type == task.EventClosed {
				delete(w.tasks, m.To)
			}
		}
	}
	for _, p := range w.state.Queue {
		if p.Ready && w.state.Active != nil {
			return fmt.Errorf("%s could go in, and %s is under way", p.Deployment, w.state.Active.Deployment)
		}
	}
	for deployment := range w.leases {
		if a := w.state.Active; a == nil || a.Deployment != deployment {
			return fmt.Errorf("%s holds a lease and is not under way", deployment)
		}
	}
	for id := range w.tasks {
		if !slices.ContainsFunc(w.state.Queue, func(p Pending) bool { return "task/"+p.Deployment == id }) {
			return fmt.Errorf("%s is open and nothing waits for it", id)
		}
	}
	return nil
}

var passed = gate.Decision{Verdict: gate.Pass, Policy: "sha256:p", Conditions: []gate.Condition{{Name: "approvals", Verdict: gate.NotApplicable}}}

// letIn gives facts by which everything that waits may begin.
func letIn(s State) Facts {
	var f Facts
	for _, p := range s.Queue {
		f.Gates = append(f.Gates, open(s, p))
	}
	return f
}

func open(s State, p Pending) Answered {
	return Answered{Deployment: p.Deployment, Decision: passed, Artifact: p.Artifact, Config: p.Config,
		Guards: []machine.Guard{{Machine: MachineID(s.Service, s.Environment), Step: laneStep}, {Machine: "policy/current", Step: 1}}}
}

// notRevoked gives facts by which one may go back to everything that is kept.
func notRevoked(s State, revoked ...string) Facts {
	f := Facts{Revoked: revoked}
	for _, k := range s.Kept {
		f.Guards = append(f.Guards, machine.Guard{Machine: machine.ID("release", s.Service, k.Release), Step: 1})
	}
	return f
}

// waits says what stands at the gate: when it changes, the driver asks.
func waits(s State) string {
	if len(s.Queue) == 0 {
		return ""
	}
	g := s.stands()
	return strings.Join(append(g.Waiting, "behind", g.Behind), " ")
}
