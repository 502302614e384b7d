package gate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/task"
)

// stands writes conditions as "approvals fail, soak pass".
func stands(list []gate.Condition) string {
	var words []string
	for _, c := range list {
		words = append(words, c.Name+" "+string(c.Verdict))
	}
	return strings.Join(words, ", ")
}

// What would be if people approved, at another time, or as a hotfix: told, and nothing else.
func TestExplainWhatIf(t *testing.T) {
	const freeze = "---\n" + head + "kind: Freeze\nmetadata: {name: fair}\nspec: {environments: [prod], from: \"2031-03-02T00:00:00Z\", until: \"2031-03-05T00:00:00Z\", reason: fair}\n"
	w := newWorld(t)
	w.accounts("ann approver", "bob approver", "cid approver", "dan viewer")
	w.apply(team, environment("dev", ""), environment("prod", ", after: dev, gate: {soak: 24h, approvals: {count: 2}}"), freeze)
	w.commit("a1", app("tickets"))
	w.arrives("tickets", "dev", "a1")
	d := w.request("tickets", "prod", "a1")
	w.must(w.ask("tickets", "prod"))
	later := time.Date(2031, 3, 5, 0, 0, 0, 0, time.UTC)
	w.rests()
	before := try(w.store.Head(t.Context()))(t)
	for _, c := range []struct {
		name string
		q    Question
		want string
	}{
		{"now", Question{Deployment: d}, "previous pass, approvals fail, soak fail, freeze fail"},
		{"with one", Question{Deployment: d, Approvals: []string{"bob"}}, "previous pass, approvals fail, soak fail, freeze fail"},
		{"with two", Question{Deployment: d, Approvals: []string{"bob", "cid"}}, "previous pass, approvals pass, soak fail, freeze fail"},
		{"with the author", Question{Deployment: d, Approvals: []string{"bob", "ann"}}, "previous pass, approvals fail, soak fail, freeze fail"},
		{"with who may not", Question{Deployment: d, Approvals: []string{"bob", "dan"}}, "previous pass, approvals fail, soak fail, freeze fail"},
		{"with one twice", Question{Deployment: d, Approvals: []string{"bob", "bob"}}, "previous pass, approvals fail, soak fail, freeze fail"},
		{"later", Question{Deployment: d, At: later}, "previous pass, approvals fail, soak pass, freeze pass"},
		{"later with two", Question{Deployment: d, At: later, Approvals: []string{"bob", "cid"}}, "previous pass, approvals pass, soak pass, freeze pass"},
		{"before it was there", Question{Release: w.released("tickets", "a1")}, "previous pass, approvals fail, soak fail, freeze fail"},
		{"as a hotfix", Question{Release: w.released("tickets", "a1"), Expedite: true}, "previous pass, approvals fail, soak notApplicable, freeze fail"},
	} {
		c.q.Service, c.q.Environment = "tickets", "prod"
		e, err := w.book.Explain(t.Context(), c.q)
		if err != nil || stands(e.Conditions) != c.want {
			t.Errorf("%s: %s, want %s; %v", c.name, stands(e.Conditions), c.want, err)
		}
		if open := !strings.Contains(c.want, "fail"); open != e.Open() {
			t.Errorf("%s: open %v", c.name, e.Open())
		}
		if e.Policy.Approvals.Count != 2 || e.Release == "" || e.At.IsZero() {
			t.Errorf("%s: %+v", c.name, e)
		}
	}
	s, _, err := of[task.State](t.Context(), &w.book.cache, task.MachineID(d))
	if now := try(w.store.Head(t.Context()))(t); now != before || len(s.Given) != 0 || err != nil {
		t.Errorf("to explain changed something: %d entries, %+v", now-before, s.Given)
	}
	for _, q := range []Question{{Service: "tickets", Environment: "nosuch"}, {Service: "tickets", Environment: "prod", Deployment: "tickets.prod.9"}} {
		if _, err := w.book.Explain(t.Context(), q); !fault.Is(err, fault.NotFound) {
			t.Errorf("%+v: %v", q, err)
		}
	}
}

// What cannot be known is said, and shuts the door.
func TestWhatIsUnknown(t *testing.T) {
	w := newWorld(t)
	d := w.waiting()
	w.writers = fault.New(fault.NotFound, "the repository is away")
	w.commit("b2", app("tickets"))
	w.arrives("tickets", "dev", "b2")
	b2 := w.request("tickets", "prod", "b2")
	now := w.engine.Now()
	e := try(w.book.Explain(t.Context(), Question{Service: "tickets", Environment: "prod", Deployment: b2}))(t)
	i := slices.IndexFunc(e.Conditions, func(c gate.Condition) bool { return c.Name == "approvals" })
	if e.Open() || e.Conditions[i].Verdict != gate.Unknown || !strings.Contains(e.Conditions[i].Reason, "the repository is away") {
		t.Errorf("%+v", e.Conditions)
	}
	if e.Next.Before(now) || e.Next.After(w.engine.Now().Add(patience)) {
		t.Errorf("nobody looks again: %v", e.Next)
	}
	w.writers = nil
	if e = try(w.book.Explain(t.Context(), Question{Service: "tickets", Environment: "prod", Deployment: b2}))(t); e.Conditions[i].Verdict != gate.Fail || !e.Next.IsZero() {
		t.Errorf("it is not read again: %+v", e)
	}
	// A secret that is there no more: what is approved cannot run.
	w.must(w.submit("secret/key", "secret.removed", person("gus"), nil))
	e = try(w.book.Explain(t.Context(), Question{Service: "tickets", Environment: "prod", Deployment: d}))(t)
	if last := e.Conditions[len(e.Conditions)-1]; last.Name != "config" || last.Verdict != gate.Unknown || e.Open() {
		t.Errorf("%+v", e.Conditions)
	}
	_ = w.ask("tickets", "prod")
	if s := w.lane("tickets", "prod"); s.Active != nil || len(s.Queue) == 0 {
		t.Errorf("%+v", s)
	}
}
