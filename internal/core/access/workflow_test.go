package access

import (
	"testing"

	"slipway.dev/internal/core/machine"
)

// TestWorkflows has a workflow that runs by itself act with the roles that it was given, and
// never consent to anything.
func TestWorkflows(t *testing.T) {
	t.Parallel()
	const subject = "workflow:clean-up"
	d := NewDirectory(Everybody{Bindings: []Binding{
		{Subject: subject, Role: Operator, Environment: "dev"}, {Subject: subject, Role: Approver}, {Subject: subject, Role: Admin},
	}})
	self := Caller{Actor: machine.Actor{Kind: "workflow", Name: "clean-up"}}
	for _, c := range []struct {
		who  Caller
		op   Operation
		in   string
		want bool
	}{
		{self, Deploy, "dev", true},
		{self, Deploy, "prod", false},
		{self, Read, "prod", true},
		{self, Approve, "dev", false},
		{self, Glass, "dev", false},
		{self, People, "", false},
		{self, Secrets, "dev", false},
		{Caller{Actor: machine.Actor{Kind: "workflow", Name: "other"}}, Read, "dev", false},
		{Caller{Actor: machine.Actor{Kind: "workflow"}}, Read, "dev", false},
		{Caller{Actor: machine.Actor{Kind: "person", Name: "clean-up"}, Person: "clean-up"}, Deploy, "dev", false},
	} {
		if got := d.Allowed(c.who, c.op, Scope{Environment: c.in}); got != c.want {
			t.Errorf("%s may %s in %q: %v", c.who.Actor, c.op, c.in, got)
		}
	}
}
