package gate

import (
	"fmt"

	"slipway.dev/internal/core/gate/expr"
)

// policy asks the platform's own rules.
func (e *evaluation) policy() {
	if len(e.Rules) == 0 {
		return
	}
	in := expr.Input{
		Release: expr.Release{
			ID: e.Release, Commit: e.Commit, Artifact: e.Artifact, Order: e.Order, Migration: e.Migration, CommittedAt: e.CommittedAt,
		},
		Environment: e.Environment,
		Service:     expr.Service{Name: e.Service, Team: e.Team, Labels: e.Labels},
		Expedite:    e.Expedite, Now: e.now, Extra: e.facts.Extra,
	}
	for i, r := range e.Rules {
		e.rule(r, e.rules[i], in)
	}
}

func (e *evaluation) rule(r Rule, c compiledRule, in expr.Input) {
	name := "policy/" + r.Name
	if c.err != nil {
		e.say(name, Unknown, fmt.Sprintf("The rule cannot be read: %v.", c.err), "have the platform team mend the rule")
		return
	}
	ok, err := c.expr.Eval(in)
	switch timed := c.expr.Timed(); {
	case timed && ok:
		e.timed = true
	case timed:
		e.again(e.nextMinute())
	}
	switch {
	case err != nil:
		e.say(name, Unknown, fmt.Sprintf("The rule has no answer: %v.", err), "have the platform team look at "+r.Expr)
	case ok:
		e.say(name, Pass, "The rule holds.")
	case r.Reason != "":
		e.say(name, Fail, sentence(r.Reason), "what makes this true: "+r.Expr)
	default:
		e.say(name, Fail, "The rule does not hold.", "what makes this true: "+r.Expr)
	}
}

// later names what nobody can look into yet. That is no pass.
func (e *evaluation) later() {
	for _, name := range e.Later {
		e.say(name, Unknown, fmt.Sprintf("This version of Slipway cannot look into %s yet.", name), "have the platform team take it out of the gate of "+e.Environment)
	}
}
