package gate_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/machine"
)

var (
	rollout = config.Rollout{
		Replicas: 1, Strategy: config.Strategy{Kind: "blueGreen"}, Deadline: 24 * time.Hour, Migration: config.MigrationNone,
		Rollback: config.Rollback{Errors: 0.5, Minimum: 100, Observe: time.Second, Warm: 24 * time.Hour, Keep: 3},
	}
	person = machine.Actor{Kind: "person", Name: "dan"}
)

// begin makes a world: half of them have a past, in which the first two releases were
// completed.
func begin(r *rand.Rand, how wrong, seen *tally) *world {
	w := &world{how: how, seen: seen, people: everybodyApproves, policy: r.IntN(len(asks))}
	w.before = w.policy
	w.did("policy %d", w.policy)
	if r.IntN(2) == 0 {
		w.people |= strangerMapped
	}
	if r.IntN(3) == 0 {
		w.budget = r.IntN(len(budgets))
	}
	w.run(1+r.IntN(releases), 0)
	if r.IntN(2) == 0 {
		p := past()
		w.lane, w.began, w.completed = p.lane, p.began, p.completed
		w.run(3, 0)
	}
	return w
}

// past is a lane in which two releases were completed.
var past = sync.OnceValue(func() *world {
	w := &world{seen: &tally{}, people: everybodyApproves | strangerMapped, glass: time.Hour}
	for n := 1; n < releases; n++ {
		w.run(n, 0)
		w.request(n, deploy.Request{Reason: deploy.ReasonManual}, 0)
		w.ask()
		w.progress()
		if !w.completed[n] {
			panic(fmt.Sprintf("release %d did not go in: %+v", n, w.lane))
		}
	}
	return w
})

// happen does one thing: mostly what brings a release nearer to the door, and then whatever
// may happen to it there.
func (w *world) happen(r *rand.Rand) {
	if len(w.seen.broken) > 0 {
		return
	}
	switch n := r.IntN(100); {
	case w.flight != nil && n < 40:
		w.deliver()
	case n < 60:
		w.help(r)
	case n < 72:
		w.change(r)
	case n < 92:
		w.platform(r)
	case n < 96:
		w.flight = w.wayBack(r)
	case n < 99:
		w.crash()
	default:
		w.step(machine.Event{Type: deploy.EventAbort, Actor: person})
	}
}

// help does what is missing next.
func (w *world) help(r *rand.Rand) {
	switch {
	case w.lane.Active != nil:
		w.progress()
	case len(w.lane.Queue) == 0 && r.IntN(6) == 0:
		w.flight = w.wayBack(r)
		w.deliver()
	case len(w.lane.Queue) == 0:
		w.request(w.staging.release, asking(r, 5), pick(r, 0, 0, 0, w.now+10*time.Minute))
	case r.IntN(2) == 0:
		w.say(pick(r, w.lane.Queue...), r.IntN(everybody), r.IntN(12) > 0)
	case r.IntN(2) == 0:
		w.ask()
	default:
		w.flight = w.answer()
	}
}

// change is what people change their minds about, and what is changed about them.
func (w *world) change(r *rand.Rand) {
	switch n := r.IntN(10); {
	case n < 3 && len(w.answers) > 0: // whoever answered takes it back
		i := r.IntN(len(w.answers))
		gone := w.answers[i]
		var rest []answer
		for _, a := range w.answers {
			if a.person != gone.person || a.deployment != gone.deployment {
				rest = append(rest, a)
			}
		}
		w.answers = rest
		w.touch(taskMachine)
		w.did("withdraw %s", names[gone.person])
	case n < 6:
		w.people ^= 1 << r.IntN(everybody)
		w.touch(peopleMachine)
		w.did("disabled %05b", w.people)
	case n < 8:
		w.people ^= 1 << (everybody + r.IntN(everybody))
		w.touch(peopleMachine)
		w.did("roles %010b", w.people)
	case n < 9:
		w.people ^= strangerMapped
		w.touch(peopleMachine)
		w.did("mapped %v", w.people.mapped())
	default:
		w.request(1+r.IntN(releases), asking(r, 3), 0)
	}
}

// platform is what changes around a gate.
func (w *world) platform(r *rand.Rand) {
	switch r.IntN(12) {
	case 0, 1:
		w.now += pick(r, time.Second, 10*time.Minute, 25*time.Minute, time.Hour)
		w.did("now %v", w.now)
	case 2:
		w.before, w.policy = w.policy, r.IntN(len(asks))
		w.touch(policyMachine)
		w.did("policy %d", w.policy)
	case 3:
		w.freeze = r.IntN(len(frozen))
		w.touch(policyMachine)
		w.did("freeze %d", w.freeze)
	case 4:
		w.config ^= 1
		w.touch(serviceMachine)
		w.did("config %d", w.config)
	case 5:
		w.run(1+r.IntN(releases), w.now)
	case 6:
		w.staging.healthy = !w.staging.healthy
		w.touch(stagingMachine)
		w.did("healthy %v", w.staging.healthy)
	case 7:
		n := 1 + r.IntN(releases)
		w.revoked[n] = true
		w.touch(releaseMachine + n)
		w.did("revoke %d", n)
	case 8:
		w.busy = r.IntN(3)
		w.touch(leaseMachine)
		w.did("busy %d", w.busy)
	case 9:
		w.glass = pick(r, 0, w.now+15*time.Minute)
		w.touch(glassMachine)
		w.did("glass until %v", w.glass)
	case 10:
		w.timer(r)
	case 11:
		w.budgetWas, w.budget = w.budget, r.IntN(len(budgets))
		w.touch(sloMachine)
		w.did("budget %s", budgets[w.budget].State)
	}
}

// run has staging complete a release.
func (w *world) run(n int, at time.Duration) {
	w.staging.release, w.staging.since, w.staging.healthy = n, at, true
	w.touch(stagingMachine)
	w.did("staging runs %d", n)
}

// say is a person's answer to what waits, about the config that they saw.
func (w *world) say(p deploy.Pending, who int, approve bool) {
	a := answer{deployment: p.Deployment, person: who, approve: approve, at: w.now, config: int(p.Config[len(p.Config)-1] - '0')}
	w.answers, w.given = with(w.answers, a), with(w.given, a)
	w.touch(taskMachine)
	w.did("%s says %v of %s", names[who], approve, p.Deployment)
}

// asking is how a request comes: one in so many is a hotfix, one in three the fix.
func asking(r *rand.Rand, every int) deploy.Request {
	req := deploy.Request{Reason: pick(r, "manual", "auto", "push"), Expedite: r.IntN(every) == 0}
	if r.IntN(3) == 0 {
		req.Fix = "it is"
	}
	return req
}

func (w *world) request(n int, req deploy.Request, notBefore time.Duration) {
	req.Service, req.Environment, req.Release, req.Artifact, req.Commit = "tickets", "prod", fmt.Sprint("r", n), digest('a', n), fmt.Sprint("c", n)
	req.CommittedAt, req.Order, req.Config, req.Rollout = nine, int64(n), digest('c', w.config), rollout
	if notBefore > 0 {
		req.NotBefore = nine.Add(notBefore)
	}
	w.did("release %d, expedite %v, fix %v, not before %v", n, req.Expedite, req.Fix != "", notBefore)
	w.step(machine.Event{Type: deploy.EventRequested, Actor: person, Data: machine.Must(req)})
}

// ask has the gate answer at once.
func (w *world) ask() {
	w.flight = w.answer()
	w.deliver()
}

// deliver brings the lane what is on its way.
func (w *world) deliver() {
	f := w.flight
	if f == nil {
		return
	}
	w.flight = nil
	w.step(f.event)
}

// timer fires one that the lane has set, with fresh facts.
func (w *world) timer(r *rand.Rand) {
	var set []machine.Alarm
	for _, d := range (deploy.Lane{}).Desired(w.lane) {
		if d.Kind == machine.Timer {
			a, err := machine.Decode[machine.Alarm](machine.Event{Data: d.Spec})
			if err != nil {
				panic(err)
			}
			set = append(set, a)
		}
	}
	if len(set) == 0 {
		return
	}
	a := pick(r, set...)
	w.now = max(w.now, a.At.Sub(nine))
	w.step(machine.Event{Type: machine.Timer, Actor: machine.System("engine"), Data: machine.Must(a), Facts: w.answer().event.Facts})
}

// progress has instances, edge and time do what the lane waits for, until nothing is under way.
func (w *world) progress() {
	for range 6 {
		a := w.lane.Active
		if a == nil {
			return
		}
		e := machine.Event{Actor: machine.System("world")}
		switch {
		case a.Await == "route":
			e.Type, e.Data = deploy.EventRouted, machine.Must(deploy.Routed{Revision: w.lane.Route.Revision})
		case a.Await == "instances" && len(a.Target.Copies) > 0:
			id := fmt.Sprintf("%s.%d", a.Target.Deployment, a.Target.Copies[len(a.Target.Copies)-1].Index)
			e.Type, e.Data = deploy.EventInstance, machine.Must(deploy.Instance{ID: id, State: "healthy", Address: "x"})
		case a.Timer != nil && a.Await == "observe":
			w.now = max(w.now, a.Timer.At.Sub(nine))
			e.Type, e.Data = machine.Timer, machine.Must(*a.Timer)
		default:
			return
		}
		w.step(e)
	}
}

// crash loses all but what was committed: the lane comes back from its snapshot.
func (w *world) crash() {
	w.flight = nil
	raw := machine.Must(w.lane)
	w.lane = deploy.State{}
	if err := decode(raw, &w.lane); err != nil {
		panic(err)
	}
	w.seen.count[crashed]++
	w.did("crash")
}

func (w *world) did(format string, args ...any) {
	if *sequences == 1 { // to read one that failed
		w.done = with(w.done, fmt.Sprintf(format, args...))
	}
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// with appends to a copy, because a world may be shared.
func with[T any](list []T, more T) []T {
	return append(list[:len(list):len(list)], more)
}
