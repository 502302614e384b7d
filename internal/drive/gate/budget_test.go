package gate

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/slo"
	"slipway.dev/internal/drive/source"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/sign"
)

// flowsOf reads the flows in force, as the catalog does.
func (w *world) flowsOf(ctx context.Context, service string) (flows []flow.Flow, err error) {
	w.mu.Lock()
	err = w.noFlows
	w.mu.Unlock()
	if err != nil {
		return nil, err
	}
	owned, err := source.Owned(ctx, w.engine)
	for _, o := range owned {
		if o.Kind != manifest.KindFlow {
			continue
		}
		f, err := flow.Of(o.Resource)
		if err != nil {
			return nil, err
		}
		if f.Serves(service) {
			flows = append(flows, f)
		}
	}
	return flows, err
}

// purchase is a flow of tickets; targets are its reliability targets.
func purchase(targets string) string { return flowManifest("purchase", "tickets", targets) }

func flowManifest(name, service, targets string) string {
	return "---\n" + head + "kind: Flow\nmetadata: {name: " + name + ", team: shop}\nspec: {type: user, criticality: high, process: buying, start: seat, end: ticket, steps: [{service: " +
		service + ", request: POST /orders}], targets: {reliability: {" + targets + "}}}\n"
}

const asked = ", after: dev, gate: {approvals: {count: 0}, budget: {block: exhausted}}"

// seen is how the availability of purchase stands; text is "state [reason] budget".
func seen(state slo.Health, reason slo.Reason, budget float64) slo.Seen {
	s := slo.Seen{Name: slo.Availability, Target: 0.99, Window: slo.DefaultWindow, State: state, Reason: reason, Measured: 0.982, Budget: budget, Known: 1}
	if state == slo.Burning {
		s.Firing = []slo.Firing{{Severity: "page", Long: time.Hour, Short: 5 * time.Minute, Factor: 14.4, Rate: 20}}
	}
	return s
}

// observe has a flow stand in prod as told.
func (w *world) stands(flow string, objectives ...slo.Seen) {
	w.Helper()
	w.must(w.submit(slo.MachineID("prod", flow), slo.EventObserved, machine.System("slo"),
		slo.Observed{Flow: flow, Environment: "prod", Criticality: "high", Team: "shop", Objectives: objectives}))
}

// door gives a condition of what waits first before prod, as it is told.
func (w *world) door(name string) gate.Condition {
	w.Helper()
	e := try(w.book.Explain(w.Context(), Question{Service: "tickets", Environment: "prod", Deployment: w.lane("tickets", "prod").Queue[0].Deployment}))(w)
	for _, c := range e.Conditions {
		if c.Name == name {
			return c
		}
	}
	return gate.Condition{}
}

// atTheDoor has a1 of tickets run in prod, and b2 wait before it.
func (w *world) atTheDoor(gate string, manifests ...string) {
	w.Helper()
	w.apply(team, environment("dev", ""), environment("prod", ", after: dev, gate: {approvals: {count: 0}}"))
	w.commit("a1", append(manifests, app("tickets"))...)
	w.arrives("tickets", "dev", "a1")
	w.request("tickets", "prod", "a1")
	w.arrives("tickets", "prod", "a1")
	w.apply(team, environment("dev", ""), environment("prod", gate))
	w.commit("b2", append(manifests, app("tickets"))...)
	w.arrives("tickets", "dev", "b2")
	w.request("tickets", "prod", "b2")
	w.rests()
}

func TestBudget(t *testing.T) {
	w := newWorld(t)
	w.atTheDoor(asked, purchase("availability: 99%"), flowManifest("elsewhere", "other", "availability: 99%"), flowManifest("vague", "tickets", ""))
	expect := func(verdict gate.Verdict, says string) {
		t.Helper()
		if c := w.door("budget"); c.Verdict != verdict || !strings.Contains(c.Reason, says) || strings.Contains(c.Reason, "elsewhere") || strings.Contains(c.Reason, "vague") {
			t.Errorf("%+v, want %s: %s", c, verdict, says)
		}
	}
	expect(gate.Unknown, "Nobody knows what is left of the error budget for availability of purchase (high): it was not looked at yet")
	w.stands("purchase", seen(slo.Unknown, slo.NoData, 1))
	expect(gate.Unknown, "it is not measured")
	w.stands("purchase", seen(slo.Unknown, slo.NotEnough, 1))
	expect(gate.Pass, "purchase (high) has too little traffic to say anything of its error budget for availability: there were too few requests in 720h")
	w.stands("purchase", seen(slo.OK, "", 0.62))
	expect(gate.Pass, "purchase (high) has error budget for availability, 62% left.")
	w.stands("elsewhere", seen(slo.Exhausted, "", -1))
	expect(gate.Pass, "62% left.")
	w.stands("purchase", seen(slo.Burning, "", 0.3))
	expect(gate.Pass, "20 times too fast over 1h")
	w.stands("purchase", seen(slo.Exhausted, "", -0.8))
	expect(gate.Fail, "180% of it spent: 98.2% were good, 99% are wanted.")
	other := seen(slo.OK, "", 1)
	other.Target = 0.95
	w.stands("purchase", other)
	expect(gate.Unknown, "it was not looked at yet") // of the target that there is now
	w.stands("purchase", seen(slo.Burning, "", 0.3), slo.Seen{Name: "latency-p99", Target: 0.99, Bound: time.Second, Window: slo.DefaultWindow, State: slo.Unknown, Reason: slo.NoData})
	expect(gate.Pass, "burns its error budget") // nobody asks for the latency
	w.must(w.submit(slo.MachineID("prod", "purchase"), slo.EventObserved, machine.System("slo"), slo.Observed{Flow: "purchase", Environment: "prod", Removed: true}))
	expect(gate.Unknown, "it was not looked at yet")

	w.mu.Lock()
	w.noFlows = errors.New("the disk is full")
	w.mu.Unlock()
	expect(gate.Unknown, "Which flows tickets takes part in cannot be told: the disk is full.")
}

// An objective that nobody knows of shuts the door though another one only burns.
func TestBudgetOfSeveralObjectives(t *testing.T) {
	w := newWorld(t)
	w.atTheDoor(asked, purchase("availability: 99%, latency: {p99: 1s}"))
	w.stands("purchase", seen(slo.Burning, "", 0.3), slo.Seen{Name: "latency-p99", Target: 0.99, Bound: time.Second, Window: slo.DefaultWindow, State: slo.Unknown, Reason: slo.NoData})
	if c := w.door("budget"); c.Verdict != gate.Unknown || !strings.Contains(c.Reason, "for latency-p99 of purchase") {
		t.Errorf("%+v", c)
	}
}

// The first release of a service would wait for itself if it had to be measured first.
func TestBudgetOfTheFirst(t *testing.T) {
	w := newWorld(t)
	w.apply(team, environment("dev", ""), environment("prod", asked))
	w.commit("a1", app("tickets"), purchase("availability: 99%"))
	w.arrives("tickets", "dev", "a1")
	w.request("tickets", "prod", "a1")
	if c := w.door("budget"); c.Verdict != gate.Pass || !strings.Contains(c.Reason, "nothing of tickets runs in prod yet") {
		t.Errorf("nothing was seen yet: %+v", c)
	}
	w.stands("purchase", seen(slo.Unknown, slo.NoData, 1))
	if c := w.door("budget"); c.Verdict != gate.Pass || !strings.Contains(c.Reason, "nothing of tickets runs in prod yet") {
		t.Errorf("nothing is measured yet: %+v", c)
	}
	w.stands("purchase", seen(slo.Exhausted, "", 0))
	if c := w.door("budget"); c.Verdict != gate.Fail {
		t.Errorf("others have used it up: %+v", c)
	}
}

// The facts say that there is budget left, and before the lane takes them in that changes.
func TestStaleBudgetOpensNothing(t *testing.T) {
	for name, change := range map[string]func(w *world){
		"nothing changes":       nil,
		"the budget is used up": func(w *world) { w.stands("purchase", seen(slo.Exhausted, "", -0.1)) },
		"nobody knows any more": func(w *world) { w.stands("purchase", seen(slo.Unknown, slo.NoData, 1)) },
		"the flow asks for more": func(w *world) {
			w.commit("b2", purchase("availability: 99.9%"), app("tickets"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.atTheDoor(asked, purchase("availability: 99%"))
			w.stands("purchase", seen(slo.OK, "", 0.5))
			d := w.lane("tickets", "prod").Queue[0].Deployment
			if change != nil {
				w.between = func() { change(w) }
			}
			w.facts = nil
			_ = w.ask("tickets", "prod")
			began := w.lane("tickets", "prod").Active != nil
			if !w.said(0, d) || began != (change == nil) {
				t.Errorf("began: %v; %+v", began, w.facts)
			}
			if change != nil && w.said(len(w.facts)-1, d) {
				t.Error("fresh facts still say that it is open")
			}
		})
	}
}

// A flow that was never looked at is a guard, too: it may turn out to be in a bad way.
func TestAbsentBudgetIsGuarded(t *testing.T) {
	w := newWorld(t)
	w.apply(team, environment("dev", ""), environment("prod", asked))
	w.commit("a1", app("tickets"), purchase("availability: 99%"))
	w.arrives("tickets", "dev", "a1")
	d := w.request("tickets", "prod", "a1")
	w.between = func() { w.stands("purchase", seen(slo.Exhausted, "", 0)) }
	w.facts = nil
	_ = w.ask("tickets", "prod")
	if !w.said(0, d) || w.lane("tickets", "prod").Active != nil {
		t.Errorf("%+v", w.lane("tickets", "prod"))
	}
}

// A gate that waits is asked again when a flow's budget comes back, or when the fix comes.
func TestBudgetComesBack(t *testing.T) {
	w := newWorld(t)
	w.atTheDoor(asked, purchase("availability: 99%"))
	w.stands("purchase", seen(slo.Exhausted, "", -0.8))
	w.answering()
	w.await("the gate is shut", func() bool {
		q := w.lane("tickets", "prod").Queue
		return len(q) == 1 && q[0].Gate == gate.Fail
	})
	w.stands("purchase", seen(slo.OK, "", 0.5))
	w.await("b2 goes in by itself", func() bool {
		c := w.lane("tickets", "prod").Current
		return c != nil && strings.HasPrefix(c.Commit, "b2")
	})
}

// Who marks a release as the fix goes in though its flow has no budget, and it is written down.
func TestFixGoesIn(t *testing.T) {
	w := newWorld(t)
	w.atTheDoor(asked, purchase("availability: 99%"))
	w.stands("purchase", seen(slo.Exhausted, "", -0.8))
	w.commit("c3", purchase("availability: 99%"), app("tickets"))
	w.arrives("tickets", "dev", "c3")
	fix := w.request("tickets", "prod", "c3", func(r *deploy.Request) { r.Fix = "the pool was too small" })
	w.must(w.ask("tickets", "prod"))
	w.await("the fix is in, and the other still waits", func() bool {
		s := w.lane("tickets", "prod")
		return s.Current != nil && strings.HasPrefix(s.Current.Commit, "c3") && len(s.Queue) == 1
	})
	w.rests()
	s, _, err := engine.Load[deploy.Ended](t.Context(), w.engine, deploy.RecordID(fix))
	if err != nil || s.Fix != "the pool was too small" || s.Gate != gate.Pass {
		t.Errorf("%+v, %v", s, err)
	}
	i := len(s.Conditions) - 1
	if i < 0 || s.Conditions[i].Name != "budget" || s.Conditions[i].Verdict != gate.Waived || !strings.Contains(s.Conditions[i].Reason, "ann says that it is the fix: the pool was too small") {
		t.Errorf("%+v", s.Conditions)
	}
	envelope := try(w.engine.Blobs().Get(t.Context(), s.VSA))(t)
	keys := try(w.vault.Trusted(t.Context()))(t)
	statement := string(try(sign.Verify(t.Context(), envelope, keys))(t).Predicate)
	for _, says := range []string{`"fix":"the pool was too small"`, `"requestedBy":"person:ann"`, `"slipway:slo/prod/purchase"`, `"waived"`} {
		if !strings.Contains(statement, says) {
			t.Errorf("the signed decision has no %s: %s", says, statement)
		}
	}
}

// Rules see the flows of the service, and are asked again when one of them steps.
func TestRulesSeeFlows(t *testing.T) {
	const rules = ", after: dev, gate: {approvals: {count: 0}, rules: [{name: calm, expr: \"flows.filter(f, f.criticality == 'high').all(f, f.budget > 0.5)\"}]}"
	w := newWorld(t)
	w.atTheDoor(rules, purchase("availability: 99%"))
	expect := func(verdict gate.Verdict, says string) {
		t.Helper()
		if c := w.door("policy/calm"); c.Verdict != verdict || !strings.Contains(c.Reason, says) {
			t.Errorf("%+v, want %s: %s", c, verdict, says)
		}
		if c := w.door("budget"); c.Name != "" {
			t.Errorf("nobody asked for %+v", c)
		}
	}
	expect(gate.Unknown, "no such key: budget")
	w.stands("purchase", seen(slo.OK, "", 0.3))
	expect(gate.Fail, "does not hold")
	w.stands("purchase", seen(slo.OK, "", 0.9))
	expect(gate.Pass, "holds")
	w.mu.Lock()
	w.noFlows = errors.New("the disk is full")
	w.mu.Unlock()
	expect(gate.Unknown, "nothing is known yet of flows")
}

// What does not govern does not have the book read anew all that does.
func TestFlowsDoNotGovern(t *testing.T) {
	w := newWorld(t)
	w.atTheDoor(asked, purchase("availability: 99%"))
	before := try(w.book.now(t.Context()))(t)
	w.commit("c3", purchase("availability: 98%"), app("tickets"))
	if after := try(w.book.now(t.Context()))(t); after != before {
		t.Error("a flow that changed had the rules read again")
	}
	w.apply(team, environment("dev", ""), environment("prod", asked+", config: {COLOUR: blue}"))
	if after := try(w.book.now(t.Context()))(t); after == before {
		t.Error("an environment that changed did not")
	}
}

// Without a policy that asks for flows nobody looks for them.
func TestFlowsAreNotAskedFor(t *testing.T) {
	w := newWorld(t)
	w.atTheDoor(", after: dev, gate: {approvals: {count: 0}}", purchase("availability: 99%"))
	w.mu.Lock()
	w.noFlows = errors.New("the disk is full")
	w.mu.Unlock()
	w.must(w.ask("tickets", "prod"))
	if s := w.lane("tickets", "prod"); s.Active == nil && (s.Current == nil || !strings.HasPrefix(s.Current.Commit, "b2")) {
		t.Errorf("%+v", s)
	}
	for _, g := range w.facts[len(w.facts)-1].Gates {
		for _, guard := range g.Guards {
			if strings.HasPrefix(guard.Machine, "slo/") || strings.HasPrefix(guard.Machine, config.ResourceID(manifest.KindFlow, "")) {
				t.Errorf("a guard on %s", guard.Machine)
			}
		}
	}
}
