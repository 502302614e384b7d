package deploy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/judge"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
)

// big makes a request with all that a lane takes.
func big(n int) Request {
	name := func(kind string, size int) string { return fmt.Sprintf("%s%0*d", kind, size-len(kind), n) }
	r := Request{
		Service: strings.Repeat("s", maxName-4), Environment: "prod", Release: name("r", maxName), Artifact: name("sha256:", maxDigest), Commit: name("c", maxName),
		CommittedAt: start, Order: int64(n), Config: name("sha256:c", maxDigest), Reason: "manual",
		Plan: name("sha256:p", maxDigest), Train: name("t", maxName), Expedite: true, Fix: strings.Repeat("f", maxReason),
		Rollout: config.Rollout{Replicas: maxReplicas, Strategy: config.Strategy{Kind: "canary", Steps: []config.Step{{Weight: 10}}},
			Rollback: config.Rollback{Errors: 0.05, Minimum: 20, Warm: time.Hour, Keep: maxKeep}, Migration: config.MigrationNone, Smoke: 1, Deadline: time.Minute},
	}
	for i := range 8 {
		r.Rollout.Routes = append(r.Rollout.Routes, config.Route{Host: fmt.Sprintf("shop-%02d.%s.example.org", i, strings.Repeat("x", 30)), Path: "/orders"})
	}
	return r
}

var start = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// lane drives a witness that fails the test when anything is refused.
type lane struct {
	*witness
	t      *testing.T
	now    time.Time
	driver bool // asks the gate, which is open
}

func (l *lane) must(e machine.Event) {
	l.t.Helper()
	l.now = l.now.Add(time.Millisecond)
	e.At = l.now
	if e.Type == EventRollback {
		e.Facts = machine.Must(notRevoked(l.state))
	}
	waited := waits(l.state)
	if refused, broken := l.step(e); refused != nil || broken != nil {
		l.t.Fatalf("%s %s: %v, %v", e.Type, e.Data, refused, broken)
	}
	if now := waits(l.state); now != waited && now != "" && l.driver {
		l.ask(gate.Fail)
	}
}

// ask brings an answer that says as much as it can. A broken glass lets in all the same.
func (l *lane) ask(v gate.Verdict) {
	l.t.Helper()
	f := letIn(l.state)
	for i := range f.Gates {
		a := &f.Gates[i]
		a.Lease, a.Ask = 1, &task.Ask{Quorum: 2}
		a.Decision = gate.Decision{Verdict: v, Policy: a.Config, Glass: strings.Repeat("g", maxName) + ".prod.1000000000", Next: l.now.Add(time.Hour)}
		for n := range 50 {
			a.Decision.Conditions = append(a.Decision.Conditions, gate.Condition{Name: fmt.Sprintf("%0*d", maxName, n), Verdict: v,
				Reason: strings.Repeat("because ", 100), Needs: slices.Repeat([]string{strings.Repeat("somebody ", 100)}, 9)})
		}
	}
	e := event(EventAsked, nil)
	e.Facts = machine.Must(f)
	l.must(e)
	if a := l.state.Active; a != nil && a.Kind == KindDeploy && a.VSA == "" {
		l.must(event(EffectSign+".done", machine.Outcome{Output: machine.Must(Signed{Deployment: a.Deployment, VSA: strings.Repeat("v", maxDigest)})}))
	}
}

// toShift brings the deployment under way to where it asks the edge for its first route.
func (l *lane) toShift() {
	l.t.Helper()
	a := l.state.Active
	for _, c := range a.Target.Copies {
		l.must(event(EventInstance, Instance{ID: a.Target.id(c), State: stateHealthy, Address: "255.255.255.255:65535", Restarts: 1000}))
	}
	l.checks = nil
	l.must(event(SmokeCheck+".done", machine.Outcome{}))
}

func (l *lane) toEnd() {
	l.t.Helper()
	l.toShift()
	for l.state.Active != nil {
		if l.state.Active.Await == awaitRoute {
			l.must(event(EventRouted, Routed{l.state.Route.Revision}))
			continue
		}
		l.now = l.now.Add(time.Second)
		l.must(event(machine.Timer, l.state.Active.Timer))
	}
}

// A lane that holds as much as it can stays below 80 kB.
func TestLargestState(t *testing.T) {
	t.Parallel()
	l := &lane{newWitness(), t, start, true}
	reason := strings.Repeat("because of that ", 100)
	n := 0
	next := func() { n++; l.must(event(EventRequested, big(n))) }
	for range maxKeep + 1 {
		next()
		l.toEnd()
	}
	for range maxHistory {
		next()
		l.toShift()
		l.must(event(EventRouted, Routed{l.state.Route.Revision}))
		l.must(event(EventRollback, RollbackRequest{Reason: reason}))
		l.must(event(EventRouted, Routed{l.state.Route.Revision}))
		l.checks = nil
		l.must(event(SmokeCheck+".done", machine.Outcome{}))
	}
	l.toJudge(n)
	for i := range maxQueue {
		l.must(event(EventRequested, judgedBig(n+2+i)))
	}
	s := l.state
	if len(s.Kept) != maxKeep || len(s.Queue) != maxQueue || len(s.History) != maxHistory || len(s.Rejected) != maxRejected {
		t.Errorf("kept %d, queue %d, history %d, rejected %d: not all that there can be", len(s.Kept), len(s.Queue), len(s.History), len(s.Rejected))
	}
	warm := 0
	for _, k := range s.Kept {
		warm += k.staying()
	}
	if warm != maxWarm || s.Kept[0].staying() != maxReplicas {
		t.Errorf("%d instances are warm, %d of them of the latest", warm, s.Kept[0].staying())
	}
	size := len(machine.Must(s))
	t.Logf("%d bytes", size)
	if size >= 80<<10 {
		t.Errorf("the largest state has %d bytes", size)
	}
}

// judgedBig is a request for a canary that is judged.
func judgedBig(n int) Request {
	r := big(n)
	long := strings.Repeat("x", 60)
	r.Rollout.Strategy = config.Strategy{Kind: "canary", Judged: true, Minimum: time.Hour, Maximum: time.Hour, Baseline: config.BaselineFresh, Synthetic: true,
		Internal: &config.Internal{Header: long, Value: long, For: time.Hour}, Judge: judge.Options{Alpha: 0.01, Beta: 0.05, Psi0: 1.5, Psi1: 2}}
	r.Rollout.Routes = r.Rollout.Routes[:3]
	return r
}

// toJudge brings a canary to where the judge has said as much as is remembered, while the
// edge still has the instances of the one before.
func (l *lane) toJudge(n int) {
	l.t.Helper()
	l.must(event(EventRequested, judgedBig(n+1)))
	for _, r := range []*Release{l.state.Active.Beside, l.state.Active.Target} {
		for _, c := range r.Copies {
			l.must(event(EventInstance, Instance{ID: r.id(c), State: stateHealthy, Address: "255.255.255.255:65535", Restarts: 1000}))
		}
	}
	l.checks = nil
	l.must(event(SmokeCheck+".done", machine.Outcome{}))
	l.must(event(EventRouted, Routed{l.state.Route.Revision}))
	l.now = l.state.Active.Timer.At
	l.must(event(machine.Timer, l.state.Active.Timer))
	l.must(event(EventRouted, Routed{l.state.Route.Revision}))
	word := Judged{Deployment: l.state.Active.Deployment, Verdict: judge.Hold, Tick: 1_000_000_000, UsersHit: 1_000_000_000, Reason: strings.Repeat("because ", 100), Digest: strings.Repeat("d", 1000)}
	for range 30 {
		word.Warnings = append(word.Warnings, strings.Repeat("warned ", 100))
		word.Missing = append(word.Missing, strings.Repeat("missed ", 100))
		side := judge.Side{N: 1_000_000_000_000, Errors: 1_000_000_000_000}
		word.Flows = append(word.Flows, FlowEvidence{Flow: strings.Repeat("f", 1000), Criticality: judge.Medium, Canary: side, Baseline: side,
			Worse: -123456.78, Fine: -123456.78, Verdict: judge.Rollback, Reason: strings.Repeat("because ", 100), Synthetic: true})
	}
	l.must(event(EventJudged, word))
}

func TestRequestLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Request)
		want   fault.Code
	}{
		"all that is allowed": {func(*Request) {}, ""},
		"no service":          {func(r *Request) { r.Service = "" }, fault.Invalid},
		"no config":           {func(r *Request) { r.Config = "" }, fault.Invalid},
		"a long commit":       {func(r *Request) { r.Commit += "x" }, fault.TooLarge},
		"a long fix":          {func(r *Request) { r.Fix += "x" }, fault.TooLarge},
		"too many replicas":   {func(r *Request) { r.Rollout.Replicas++ }, fault.TooLarge},
		"too many kept":       {func(r *Request) { r.Rollout.Rollback.Keep++ }, fault.TooLarge},
		"too many routes":     {func(r *Request) { r.Rollout.Routes = append(r.Rollout.Routes, r.Rollout.Routes...) }, fault.TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := big(1)
			c.change(&r)
			_, err := Lane{}.Step(State{}, event(EventRequested, r))
			if fault.CodeOf(err) != c.want {
				t.Errorf("error %v, want code %q", err, c.want)
			}
		})
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"short": 5, strings.Repeat("x", 1000): maxReason, strings.Repeat("é", 150): maxReason} {
		if got := cut(text); len(got) > want || !strings.HasPrefix(text, strings.TrimSuffix(got, "…")) {
			t.Errorf("cut gives %d bytes: %q", len(got), got)
		}
	}
}
