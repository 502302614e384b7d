package gate_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
)

func decode(raw []byte, to any) error { return json.Unmarshal(raw, to) }

// names of the machines that guards are on.
var machineNames = [machines]string{
	"policy/current", "access/bindings", "task/all", "deploy/tickets/staging", "lease/prod", "glass/tickets.prod", "resource/Service/tickets", "deploy/tickets/prod", "slo/prod/purchase",
	"release/none", "release/tickets/r1", "release/tickets/r2", "release/tickets/r3",
}

func (w *world) guards(of ...int) (list []machine.Guard) {
	for _, m := range of {
		list = append(list, machine.Guard{Machine: machineNames[m], Step: w.steps[m]})
	}
	return list
}

// answer is gate.asked with how the real gate stands to all that waits, as a driver makes it.
func (w *world) answer() *flight {
	var f deploy.Facts
	for _, p := range w.lane.Queue {
		f.Gates = append(f.Gates, w.answered(p))
	}
	return &flight{event: machine.Event{Type: deploy.EventAsked, Actor: machine.System("gate"), Facts: machine.Must(f)}}
}

func (w *world) answered(p deploy.Pending) deploy.Answered {
	policy := policies[w.policy*len(frozen)+w.freeze]
	if w.how == oldPolicy {
		policy = policies[w.before*len(frozen)+w.freeze]
	}
	s := gate.Subject{
		Service: p.Service, Environment: p.Environment, Release: p.Release, Artifact: p.Artifact, Config: digest('c', w.config), Commit: p.Commit,
		CommittedAt: p.CommittedAt, Order: p.Order, Migration: "none", Expedite: p.Expedite, Fix: p.Fix, NotBefore: p.NotBefore,
	}
	if w.how == fixesAll {
		s.Fix = "it is"
	}
	if p.Order == 3 {
		s.Migration = "irreversible"
	}
	now := nine.Add(w.now)
	if w.how == stopsItsClock {
		now = nine.Add(30 * time.Minute)
	}
	a := deploy.Answered{
		Deployment: p.Deployment, Artifact: s.Artifact, Config: s.Config, Lease: policy.Concurrency, Supersede: true,
		Decision: policy.Evaluate(s, w.facts(p), w.directory(), now),
		Guards:   w.guards(policyMachine, peopleMachine, taskMachine, stagingMachine, leaseMachine, glassMachine, serviceMachine, laneMachine, sloMachine, releaseMachine+int(p.Order)),
	}
	for i := range a.Decision.Conditions {
		a.Decision.Conditions[i].Needs = nil // for people; to write and read them takes its time
	}
	if w.how == keepsForAnyTime {
		a.Decision.Next = time.Time{}
	}
	if s.Config != p.Config {
		a.Rollout = &rollout
	}
	return a
}

// facts are what a driver finds out for the gate.
func (w *world) facts(p deploy.Pending) gate.Facts {
	n := int(p.Order)
	f := gate.Facts{Contributors: authors[n]}
	if w.runs() < n {
		f.Contributors = slices.Concat(authors[w.runs()+1 : n+1]...)
	}
	if w.how == forgetsAuthors {
		f.Contributors = nil
	}
	given := w.answers
	if w.how == keepsWithdrawn {
		given = w.given
	}
	for _, a := range given {
		if a.deployment == p.Deployment {
			f.Answers = append(f.Answers, gate.Answer{
				Task: "task/" + a.deployment, Person: names[a.person], Approve: a.approve, At: nine.Add(a.at), Artifact: p.Artifact, Config: digest('c', a.config),
			})
		}
	}
	if w.how == forgetsDigest {
		for i := range f.Answers {
			f.Answers[i].Config = digest('c', w.config)
		}
	}
	f.Previous = &gate.Running{
		Release: fmt.Sprint("r", w.staging.release), Artifact: digest('a', w.staging.release), Since: nine.Add(w.staging.since), Healthy: w.staging.healthy,
	}
	for i := range w.busy {
		f.UnderWay = append(f.UnderWay, fmt.Sprint("s", i))
	}
	if w.revoked[n] && w.how != forgetsRevoked {
		f.Revoked = "bad"
	}
	f.Budgets = w.budgets()
	if w.glass > 0 && (w.now < w.glass || w.how == letsGlassOpen) {
		f.Glass, f.GlassUntil = "glass", nine.Add(w.glass)
		if w.how == letsGlassOpen {
			f.GlassUntil = time.Time{}
		}
	}
	return f
}

func (w *world) budgets() []gate.Budget {
	b := budgets[w.budget]
	switch w.how {
	case forgetsBudget:
		return nil
	case oldBudget:
		b = budgets[w.budgetWas]
	case passesUnknown:
		b.Few = true
	}
	b.Flow = "purchase"
	return []gate.Budget{b}
}

func (w *world) directory() gate.People {
	r := w.people
	if w.how == seesNoDisabled {
		r &^= 1<<everybody - 1
	}
	d := directories[r]
	if w.how == oneHumanTwice {
		return loners{d}
	}
	return d
}

// loners takes each account for a human of its own.
type loners struct{ gate.People }

func (loners) Same(string) []string { return nil }

// wayBack asks to go back, to a release that is kept or to the one before; now and then
// without any facts.
func (w *world) wayBack(r *rand.Rand) *flight {
	var req deploy.RollbackRequest
	if n := len(w.lane.Kept); n > 0 && r.IntN(3) > 0 {
		req.To = w.lane.Kept[r.IntN(n)].Release
	}
	e := machine.Event{Type: deploy.EventRollback, Actor: person, Data: machine.Must(req)}
	if r.IntN(8) == 0 {
		return &flight{event: e}
	}
	var f deploy.Facts
	for _, k := range w.lane.Kept {
		f.Guards = append(f.Guards, w.guards(releaseMachine+int(k.Order))...)
		if w.revoked[k.Order] && w.how != rollsBackBlind {
			f.Revoked = append(f.Revoked, k.Release)
		}
	}
	e.Facts = machine.Must(f)
	return &flight{event: e}
}

// step brings the real lane an event and commits what follows, as the engine does: not on
// guards that do not hold any more.
func (w *world) step(e machine.Event) {
	e.At = nine.Add(w.now)
	w.did("%s", e.Type)
	next, err := deploy.Lane{}.Step(w.lane, e)
	if err != nil {
		w.seen.count[refused]++
		if fault.Is(err, fault.Invalid) {
			w.fail("%s is invalid: %v", e.Type, err)
		}
		return
	}
	for _, g := range next.Guards {
		m := slices.Index(machineNames[:], g.Machine)
		if m < 0 {
			w.fail("a guard on %s", g.Machine)
			return
		}
		if w.steps[m] != g.Step && w.how != dropsGuards {
			w.seen.count[stale]++
			return
		}
	}
	w.commit(next.State)
}

// commit holds what follows to the promise.
func (w *world) commit(next deploy.State) {
	if a := next.Active; a != nil && !slices.Contains(w.began, a.Deployment) {
		w.began = with(w.began, a.Deployment)
		w.enter(a)
	}
	if c := next.Current; c != nil {
		if !slices.Contains(w.began, c.Deployment) {
			w.fail("%s serves, and never came in", c.Deployment)
		}
		if !w.completed[c.Order] {
			w.seen.count[completed]++
		}
		w.completed[c.Order] = true
	}
	w.lane = next
	w.touch(laneMachine)
}

// desires looks at what the lane would have run: nothing that was not let in.
func (w *world) desires() {
	for _, d := range (deploy.Lane{}).Desired(w.lane) {
		if d.Kind != deploy.DesiredInstance {
			continue
		}
		var spec deploy.InstanceSpec
		if err := json.Unmarshal(d.Spec, &spec); err != nil || !slices.Contains(w.began, spec.Deployment) {
			w.fail("an instance of %s is desired, which never came in: %v", spec.Deployment, err)
		}
	}
}

// enter is the promise: a deployment begins, and must have been allowed to.
func (w *world) enter(a *deploy.Active) {
	if a.Kind == deploy.KindRollback {
		w.seen.count[byRollback]++
		if n := a.Target.Order; w.revoked[n] || !w.completed[n] {
			w.fail("%s goes back to %s, which was completed here: %v, and revoked: %v", a.Deployment, a.Release, w.completed[n], w.revoked[n])
		}
		return
	}
	var p deploy.Pending
	for _, q := range w.lane.Queue {
		if q.Deployment == a.Deployment {
			p = q
		}
	}
	var notBefore time.Duration
	if !p.NotBefore.IsZero() {
		notBefore = p.NotBefore.Sub(nine)
		w.seen.count[afterTime]++
	}
	if p.Expedite {
		w.seen.count[byExpedite]++
	}
	w.seen.count[byGate]++
	if a := w.asks(); a.glass && w.now < w.glass {
		w.seen.count[byGlass]++
	}
	if p.Config != a.Config {
		w.seen.count[rebound]++
	}
	if p.Fix != "" && w.spent(false) != "" {
		w.seen.count[byFix]++
	}
	if why := w.door(*a.Target, p, notBefore); why != "" {
		w.fail("%s of %s was let in although %s", a.Deployment, a.Release, why)
	}
}

func (w *world) fail(format string, args ...any) {
	if w.seen.broken == nil {
		w.seen.broken = []string{fmt.Sprintf(format, args...) + "\n" + strings.Join(w.done, "\n")}
	}
}
