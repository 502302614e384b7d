package gate

import (
	"slices"
	"time"

	"slipway.dev/internal/core/calendar"
	"slipway.dev/internal/core/gate/expr"
)

// Compiled is a policy made ready to be evaluated many times. It never changes.
type Compiled struct {
	Policy
	digest   string
	hours    calendar.Hours
	hoursErr error
	rules    []compiledRule
}

type compiledRule struct {
	expr *expr.Expr
	err  error
}

// Compile makes a policy ready. What cannot be read in it (a rule, a time zone) makes its
// condition unknown, so that a policy in force is never without an answer.
func Compile(p Policy) *Compiled {
	c := &Compiled{Policy: p, digest: PolicyDigest(p)}
	c.hours, c.hoursErr = calendar.Load(p.Windows)
	for _, r := range p.Rules {
		e, err := expr.Compile(r.Expr)
		c.rules = append(c.rules, compiledRule{e, err})
	}
	return c
}

// Flows says whether the policy asks for anything of the service's flows.
func (c *Compiled) Flows() bool {
	return c.Budget != "" || slices.ContainsFunc(c.rules, func(r compiledRule) bool { return r.err == nil && r.expr.Flows() })
}

// Digest is PolicyDigest of the policy.
func (c *Compiled) Digest() string { return c.digest }

// evaluation is one look at the door.
type evaluation struct {
	*Compiled
	Subject
	facts  Facts
	people People
	now    time.Time
	d      Decision
	timed  bool // some rule looks at the time and holds
}

// Evaluate says how the gate stands for a subject. The conditions are always in the same
// order; those that the policy does not ask for are left out.
func (c *Compiled) Evaluate(s Subject, f Facts, people People, now time.Time) Decision {
	e := &evaluation{Compiled: c, Subject: s, facts: f, people: people, now: now}
	e.d.Policy, e.d.Expedited = c.digest, s.Expedite
	e.d.Conditions = make([]Condition, 0, 8)
	e.revoked()
	e.previous()
	e.approvals()
	e.soak()
	e.window()
	e.freeze()
	e.concurrency()
	e.dependency()
	e.budget()
	e.train()
	e.policy()
	e.later()
	e.at()
	e.d.Verdict = Decide(e.d.Conditions)
	e.broken()
	if e.timed && e.d.Open() {
		e.again(e.nextMinute())
	}
	return e.d
}

// broken takes in a broken glass. What the policy does not allow any more was not broken.
func (e *evaluation) broken() {
	until := e.facts.GlassUntil
	if e.facts.Glass == "" || e.Policy.Glass == nil || !until.IsZero() && !e.now.Before(until) {
		return
	}
	e.d.Glass = e.facts.Glass
	e.again(until)
}

// say adds a condition.
func (e *evaluation) say(name string, v Verdict, reason string, needs ...string) {
	e.d.Conditions = append(e.d.Conditions, Condition{Name: name, Verdict: v, Reason: reason, Needs: needs})
}

func (e *evaluation) nextMinute() time.Time { return e.now.Truncate(time.Minute).Add(time.Minute) }

// again says that a condition may change at a time; zero: it does not by itself.
func (e *evaluation) again(at time.Time) {
	if !at.IsZero() && at.After(e.now) && (e.d.Next.IsZero() || at.Before(e.d.Next)) {
		e.d.Next = at
	}
}
