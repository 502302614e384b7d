package deploy

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/core/trigger"
	"slipway.dev/internal/core/workflow/interp"
)

// world is a target, an edge, checks and people.
type world struct {
	*witness
	rand   *rand.Rand
	now    time.Time
	order  int64
	bad    int  // percent of what goes wrong
	asking bool // its gates ask for approvals
	judges bool // all of its deployments are judged
	flows  bool // it is a workflow's
	counts map[string]Count
	log    []machine.Event
}

func (w *world) live(steps int) error {
	w.bad, w.asking = pick(w, 0, 5, 30), w.percent(30)
	w.counts = map[string]Count{}
	for range steps {
		w.now = w.now.Add(time.Duration(w.rand.IntN(3000)) * time.Millisecond)
		e := w.next()
		e.At = w.now
		refused, broken := w.step(e)
		if refused == nil {
			w.log = append(w.log, e)
		}
		if broken != nil {
			return broken
		}
	}
	return nil
}

// next makes an event: mostly what the lane waits for.
func (w *world) next() machine.Event {
	a := w.state.Active
	switch n := w.rand.IntN(100); {
	case n < 3:
		return w.nonsense()
	case len(w.state.Queue) > 0 && n < 10, len(w.state.Queue) > 0 && a == nil && n < 60:
		return w.ask()
	case n < 12, a == nil && n < 70:
		return w.person()
	case n < 22:
		return w.observed(w.state.releases()...)
	case a == nil:
		return w.alarm()
	case w.percent(w.bad):
		return w.alarm()
	case w.percent(10):
		return w.counted()
	}
	switch a.Await {
	case awaitInstances, awaitSettled:
		if a.Beside != nil && w.percent(50) {
			return w.observed(a.Beside)
		}
		return w.observed(a.Target)
	case awaitJudge:
		return w.word()
	case awaitOld:
		return w.observed(w.state.Current)
	case awaitCheck:
		return w.outcome()
	case awaitHook:
		return w.hookEnds(a)
	case awaitRoute:
		if w.flows && w.percent(w.bad) {
			return event(EventInactive, Inactive{w.state.Route.Revision - int64(w.rand.IntN(2)), "no"})
		}
		return event(EventRouted, Routed{w.state.Route.Revision - int64(w.rand.IntN(2))})
	case awaitPerson:
		if a.Undecided && w.percent(50) {
			return w.word()
		}
		return event(EventSettled, Settle{Decision: pick(w, "retry", "rollback", "accept", "what")})
	default:
		return w.alarm()
	}
}

// person asks for something.
func (w *world) person() machine.Event {
	switch n := w.rand.IntN(100); {
	case n < 70:
		return w.request()
	case n < 90:
		to := ""
		if k := w.state.Kept; len(k) > 0 && w.percent(60) {
			to = k[w.rand.IntN(len(k))].Release
		}
		return w.back(RollbackRequest{To: to, Force: w.percent(30)})
	case n < 96:
		a := Abort{}
		if q := w.state.Queue; len(q) > 0 && w.percent(50) {
			a.Deployment = pick(w, q...).Deployment
		}
		return event(EventAbort, a)
	case n < 97:
		return event(EffectSign+pick(w, ".done", ".failed"), machine.Outcome{Output: machine.Must(Signed{Deployment: fmt.Sprint("s.e.", w.state.Number), VSA: "sha256:v"})})
	default:
		return event(EventRouted, Routed{w.state.Route.Revision})
	}
}

// back asks to go back, mostly with facts that let it.
func (w *world) back(r RollbackRequest) machine.Event {
	if w.percent(20) {
		r.Train = "t"
		if c := w.state.Current; c != nil && w.percent(70) {
			r.Undo = c.Deployment
		}
	}
	e := event(EventRollback, r)
	f := notRevoked(w.state)
	if k := w.state.Kept; len(k) > 0 && w.percent(20) {
		f.Revoked = []string{pick(w, k...).Release}
	}
	if !w.percent(5) {
		e.Facts = machine.Must(f)
	}
	return e
}

func (w *world) request() machine.Event {
	w.order++
	order := w.order
	if w.percent(20) {
		order = 1 + w.rand.Int64N(order)
	}
	name := fmt.Sprint("r", order)
	strategy := pick(w, config.Strategy{Kind: "blueGreen"}, config.Strategy{Kind: "rolling", Batch: w.rand.IntN(3)}, config.Strategy{Kind: "canary", Steps: []config.Step{{Weight: 10, Pause: time.Second}, {Weight: 50}}}, w.judgedOf())
	replicas := 1 + w.rand.IntN(4)
	if w.flows && w.percent(98) {
		strategy = config.Strategy{Kind: config.Activate}
	}
	if w.judges {
		strategy, replicas = w.judgedOf(), 1+replicas/4
	}
	e := event(EventRequested, Request{
		Service: "s", Environment: "e", Release: name, Artifact: "a" + name, Commit: fmt.Sprint("c", order/2), Order: order,
		Config: pick(w, "k1", "k1", "k2"), Reason: pick(w, "push", "push", "auto", "manual"), Force: w.percent(10),
		Train: pick(w, "", "", "", "t"), Expedite: w.percent(10),
		Rollout: config.Rollout{
			Replicas:  replicas,
			Strategy:  strategy,
			Rollback:  config.Rollback{Errors: 0.1, Minimum: 5, Observe: time.Second, Warm: pick(w, 0, time.Hour), Keep: 1 + w.rand.IntN(4)},
			Migration: pick(w, config.MigrationNone, config.MigrationNone, config.MigrationExpand, config.MigrationIrreversible),
			Smoke:     w.rand.IntN(2),
			Hooks:     pick(w, config.Hooks{}, config.Hooks{}, config.Hooks{Before: []string{"h1", "h2"}, After: []string{"h3"}}, config.Hooks{After: []string{"h1"}}),
		},
	})
	return e
}

// ask brings an answer of the gate: mostly that all may begin.
func (w *world) ask() machine.Event {
	e := event(EventAsked, nil)
	e.Facts = w.answers()
	return e
}

func (w *world) answers() machine.Value {
	f := letIn(w.state)
	for i := range f.Gates {
		if w.asking {
			f.Gates[i].Ask = &task.Ask{Kind: task.Approval, Title: "x", Quorum: 1, From: []string{"ops"}}
		}
		if w.percent(30) {
			w.change(&f.Gates[i])
		}
	}
	if len(f.Gates) > 1 && w.percent(20) {
		f.Gates = f.Gates[1:]
	}
	return machine.Must(f)
}

// change makes an answer another one.
func (w *world) change(a *Answered) {
	d := &a.Decision
	switch w.rand.IntN(12) {
	case 0, 1, 2:
		verdict := pick(w, gate.Fail, gate.Unknown, "")
		d.Verdict, d.Conditions = verdict, []gate.Condition{{Name: "approvals", Verdict: verdict, Reason: pick(w, "1 of 2", "0 of 2"), Needs: []string{"ada", "bob"}}}
		d.Glass = pick(w, "", "", "", "s.e.1")
	case 3:
		d.Verdict, d.Conditions = gate.Fail, []gate.Condition{{Name: "train", Verdict: gate.Fail}, {Name: "approvals", Verdict: gate.Pass}}
	case 4:
		d.Next = w.now.Add(time.Duration(w.rand.IntN(100)-20) * time.Second)
	case 5:
		a.Config = pick(w, "k1", "k2", "k3")
		if w.percent(70) {
			a.Rollout = &config.Rollout{Replicas: 1 + w.rand.IntN(4), Strategy: config.Strategy{Kind: "blueGreen"}}
			if w.flows && w.percent(90) {
				a.Rollout.Strategy.Kind = config.Activate
			}
		}
	case 6:
		a.Artifact = "another"
	case 7:
		a.Guards = a.Guards[w.rand.IntN(3):]
	case 8, 9:
		a.Lease = w.rand.IntN(3)
	case 10:
		a.Ask = &task.Ask{Kind: task.Approval, Title: "x", Quorum: 2, From: []string{"ops"}}
	default:
		a.Supersede = true
	}
}

// observed tells of an instance: mostly that it is healthy.
func (w *world) observed(of ...*Release) machine.Event {
	r := pick(w, append(of, &Release{Deployment: "s.e.1", Copies: []Copy{{Index: w.rand.IntN(3)}}})...)
	if len(of) > 0 && w.percent(95) {
		r = pick(w, of...)
	}
	if len(r.Copies) == 0 {
		return w.alarm()
	}
	c := pick(w, r.Copies...)
	state := stateHealthy
	if w.percent(w.bad) {
		state = pick(w, "starting", "unhealthy", "crashed", "stopped", stateFailed, stateCrashLoop)
	}
	restarts := c.Restarts
	if w.percent(w.bad) {
		restarts++
	}
	return event(EventInstance, Instance{ID: r.id(c), State: state, Address: fmt.Sprintf("h%d:%d", c.Index, restarts), Restarts: restarts})
}

// hookEnds tells how the run of a hook ended, or of an earlier one.
func (w *world) hookEnds(a *Active) machine.Event {
	c := interp.Child{Run: "e.h.1", Key: a.hookKey(), Status: interp.Completed}
	switch {
	case w.percent(5):
		c.Key = pick(w, "", "s.e.1.0", fmt.Sprintf("%s.%d", a.Deployment, a.Hook-1))
	case w.percent(w.bad):
		c.Status = pick(w, interp.Faulted, interp.Cancelled)
		c.Error = &interp.Problem{Detail: "no seat was sold"}
	case w.percent(w.bad):
		return event("message.refused", machine.Refused{To: trigger.MachineID("e", a.hookName()), Type: trigger.EventFired, Reason: "it is not active"})
	}
	return event(EventHook, c)
}

func (w *world) outcome() machine.Event {
	if len(w.checks) > 0 {
		w.checks = w.checks[1:]
	}
	if w.percent(w.bad) {
		return event(SmokeCheck+pick(w, ".failed", ".unknown"), machine.Outcome{Error: "no"})
	}
	return event(SmokeCheck+".done", machine.Outcome{})
}

// alarm lets the time of a timer that is set come.
func (w *world) alarm() machine.Event {
	timers := w.state.timers()
	if len(timers) == 0 {
		return w.person()
	}
	var a machine.Alarm
	if err := json.Unmarshal(pick(w, timers...).Spec, &a); err != nil {
		panic(err)
	}
	if a.At.After(w.now) && !w.percent(5) {
		w.now = a.At
	}
	e := event(machine.Timer, a)
	if w.percent(70) {
		e.Facts = w.answers()
	}
	return e
}

// counted lets users make requests.
func (w *world) counted() machine.Event {
	var t Traffic
	for _, g := range w.state.Route.Groups {
		c := w.counts[g.Deployment]
		c.Deployment = g.Deployment
		n := uint64(w.rand.IntN(50))
		c.Requests += n
		if w.percent(w.bad) {
			c.Errors += n / 2
		}
		w.counts[g.Deployment] = c
		t.Counts = append(t.Counts, c)
	}
	return event(EventTraffic, t)
}

// nonsense is what no lane should ever hear.
func (w *world) nonsense() machine.Event {
	e := machine.Event{Actor: machine.System("noise"), Type: pick(w, EventRequested, EventRollback, EventAbort, EventSettled, EventInstance,
		EventRouted, EventInactive, EventHook, EventTraffic, EventJudged, EventAsked, "message.refused", EffectSign+".done", machine.Timer, SmokeCheck+".done", SmokeCheck+".failed", "what.ever", "")}
	if e.Type == SmokeCheck+".done" || e.Type == SmokeCheck+".failed" {
		return w.outcome()
	}
	e.Data = machine.Value(pick(w, `{}`, `[]`, `null`, `"x"`, `{"id":7}`, `{`, `{"revision":-5}`, `{"revision":99999}`, `{"key":""}`,
		`{"counts":[{"deployment":"s.e.1","requests":1,"errors":18446744073709551615}]}`, `{"rollout":{"replicas":-9223372036854775808}}`,
		`{"service":"s","environment":"e","release":"rx","artifact":"a","config":"k","order":-1,"rollout":{"replicas":1000000}}`,
		judgedWords[0], judgedWords[1], judgedWords[2],
		`{"service":"other","environment":"e","release":"rx","artifact":"a","config":"k"}`))
	e.Facts = machine.Value(pick(w, ``, `{}`, `7`, `{`, `{"gates":[{"deployment":"s.e.4"}]}`))
	return e
}

func (w *world) percent(n int) bool { return w.rand.IntN(100) < n }

func pick[T any](w *world, from ...T) T { return from[w.rand.IntN(len(from))] }

func event(kind string, data any) machine.Event {
	return machine.Event{Type: kind, Actor: machine.System("world"), Data: machine.Must(data)}
}
