package deploy

import (
	"bytes"
	"encoding/json"
	"slices"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/glass"
	"slipway.dev/internal/core/lease"
	"slipway.dev/internal/core/machine"
)

// factsOf reads what an event knows of others.
func factsOf(v machine.Value) (f Facts, err error) {
	if len(v) == 0 {
		return f, nil
	}
	if err = json.Unmarshal(v, &f); err != nil {
		return Facts{}, fault.New(fault.Invalid, "the facts cannot be read").Because(err)
	}
	return f, nil
}

func (f Facts) of(deployment string) *Answered {
	for i := range f.Gates {
		if f.Gates[i].Deployment == deployment {
			return &f.Gates[i]
		}
	}
	return nil
}

// asked takes in how the gate stands to what waits, and begins the first whose door is open.
func (w *work) asked(facts machine.Value) error {
	f, err := factsOf(facts)
	if err != nil {
		return err
	}
	before := machine.Must(w.Queue)
	if w.hear(f); bytes.Equal(before, machine.Must(w.Queue)) {
		return refuse("the gate's answer is what it was")
	}
	return nil
}

// hear is asked, whether it changes anything or not.
func (w *work) hear(f Facts) {
	w.Queue = slices.Clone(w.Queue)
	for i := range w.Queue {
		if a := f.of(w.Queue[i].Deployment); a != nil {
			w.answer(&w.Queue[i], *a)
		}
	}
	w.supersede()
	if w.Active != nil {
		return
	}
	for i := 0; i < len(w.Queue); i++ {
		p := w.Queue[i]
		// What was right when it was asked for may have changed while it waited.
		if err := w.admit(p.Request); err != nil && !p.Force {
			w.takeOut(i, Superseded, err.Error())
			i--
			continue
		}
		if a := f.of(p.Deployment); a != nil && w.open(p, *a) {
			w.Queue = without(w.Queue, i)
			w.enterBy(p, *a)
			return
		}
	}
}

// open says whether a decision lets a deployment begin now: it passes, or somebody broke the
// glass; it is of this very artifact and config; it holds still; and it is guarded by this
// lane, because it was made from what runs here.
func (w *work) open(p Pending, a Answered) bool {
	mine := MachineID(w.Service, w.Environment)
	guarded := slices.ContainsFunc(a.Guards, func(g machine.Guard) bool { return g.Machine == mine })
	holds := a.Decision.Next.IsZero() || w.now.Before(a.Decision.Next)
	return a.Decision.Open() && a.Artifact == p.Artifact && a.Config == p.Config && holds && guarded
}

// answer keeps how the gate stands to what waits.
func (w *work) answer(p *Pending, a Answered) {
	if a.Decision.Open() && a.Artifact != p.Artifact {
		return // to something else
	}
	was := *p
	p.Problem = ""
	w.rebind(p, a)
	p.Gate, p.Policy, p.Supersede = gate.Verdict(cutTo(string(a.Decision.Verdict), maxName)), cutTo(a.Decision.Policy, maxDigest), a.Supersede
	if a.Ask == nil && a.Decision.Verdict == gate.Pass && p.Reason == ReasonPush { // it waits for its turn only
		p.Supersede = true
	}
	p.Conditions, p.Missing = shorten(a.Decision.Conditions), missingOf(a.Decision.Conditions)
	p.Next = a.Decision.Next
	p.Ready = p.Train != "" && w.Active == nil && readyButTrain(a.Decision)
	w.keepTask(p, a.Ask)
	if !bytes.Equal(machine.Must(was), machine.Must(*p)) {
		p.Asked = w.now
	}
	if p.Ready != was.Ready {
		w.tellTrain(*p, Waiting, "")
	}
}

// rebind takes over the configuration that there is now. What was approved is void by that:
// approvals are of a config's digest.
func (w *work) rebind(p *Pending, a Answered) {
	if a.Rollout == nil || a.Config == p.Config || a.Artifact != p.Artifact {
		return
	}
	r := p.Request
	r.Config, r.Rollout = a.Config, defaults(*a.Rollout)
	err := r.check()
	if err == nil && activates(r.Rollout) != activates(p.Rollout) {
		err = refuse("it is a workflow, or was, and the new one is none")
	}
	if err != nil {
		p.Problem = cut("its configuration changed and cannot be taken: " + err.Error())
		return
	}
	p.Request = r
}

// enterBy begins a deployment by an open decision.
func (w *work) enterBy(p Pending, a Answered) {
	w.guards = append(w.guards, a.Guards...)
	w.closeTask(p, p.Deployment+" began")
	w.begin(p)
	row := &w.Active.Row
	if a.Decision.Verdict != gate.Pass {
		row.Glass = a.Decision.Glass
		w.send(glass.MachineOf(a.Decision.Glass), glass.EventUsed, glass.Use{Glass: a.Decision.Glass, Deployment: p.Deployment, Release: p.Release})
	}
	if a.Lease > 0 {
		w.Active.Leased = true
		w.send(lease.MachineID(w.Environment), lease.EventTaken,
			lease.Take{Environment: w.Environment, Service: w.Service, Deployment: p.Deployment, Limit: a.Lease})
	}
	w.tellTrain(p, Preparing, "")
	w.effects = append(w.effects, machine.Effect{Kind: EffectSign, Class: machine.Repeatable, Input: machine.Must(SignInput{
		Deployment: p.Deployment, Subject: p.Subject(), Decision: a.Decision, At: w.now,
	})})
}

// Subject is a deployment that waits as its gate sees it, as far as the lane knows it.
func (p Pending) Subject() gate.Subject {
	return gate.Subject{
		Service: p.Service, Environment: p.Environment, Release: p.Release, Artifact: p.Artifact, Config: p.Config,
		Commit: p.Commit, CommittedAt: p.CommittedAt, Order: p.Order, Migration: string(p.Rollout.Migration),
		Expedite: p.Expedite, Fix: p.Fix, NotBefore: p.NotBefore, Train: p.Train, RequestedBy: p.Actor.String(),
	}
}

// gateTime takes in that the time of a deployment's gate has come. Without an answer it is
// asked again after a while.
func (w *work) gateTime(i int, facts machine.Value) error {
	f, err := factsOf(facts)
	if err != nil {
		f = Facts{}
	}
	due := w.Queue[i]
	w.hear(f)
	for i := range w.Queue {
		if p := &w.Queue[i]; p.Deployment == due.Deployment && !p.Next.IsZero() && !w.now.Before(p.Next) {
			p.Next = w.now.Add(gatePatience)
		}
	}
	return nil
}
