package access

import (
	"testing"

	"slipway.dev/internal/core/machine"
)

var all = []Operation{Read, Self, Apply, Sources, Deploy, Approve, Revoke, Glass, Secrets, Keys, Audit, Backup, People, Ingest}

// The table of rights, written out: a change of it is to be seen.
func TestRoles(t *testing.T) {
	t.Parallel()
	want := map[Role]string{
		Viewer: "xx............", Developer: "xx..x.........", Approver: "xx...x........", Operator: "xx.xx.xxx..x..",
		Security: "xx....x..xx...", Admin: "xxxx..x.xxxxx.", "wizard": ".x............", "": ".x............",
	}
	for role, row := range want {
		d := NewDirectory(Everybody{People: []Person{{Name: "ada"}}, Bindings: []Binding{{Subject: "person:ada", Role: role}}})
		got := ""
		for _, op := range all {
			got += map[bool]string{true: "x", false: "."}[d.Allowed(PersonCaller("ada", "s"), op, Scope{})]
		}
		if got != row {
			t.Errorf("%s: %s, want %s", role, got, row)
		}
	}
	if len(Roles()) != len(may) {
		t.Error("Roles leaves some out")
	}
}

func TestAllowed(t *testing.T) {
	t.Parallel()
	d := NewDirectory(Everybody{
		People: []Person{{Name: "ada"}, {Name: "bob", Groups: []string{"sre"}}, {Name: "eve", Disabled: true}, {Name: "new"}, {Name: "cy"}},
		Teams:  []Team{{Name: "shop", Members: []Member{{Person: "cy"}}}},
		Bindings: []Binding{
			{Subject: "person:ada", Role: Developer, Team: "shop", Environment: "dev"},
			{Subject: "group:sre", Role: Operator, Environment: "prod"},
			{Subject: "team:shop", Role: Approver, Team: "shop"},
			{Subject: "person:eve", Role: Admin},
			{Subject: "person:ghost", Role: Admin},
		},
	})
	person := func(n string) Caller { return PersonCaller(n, "s") }
	shopDev, shopProd, otherDev := Scope{"shop", "dev"}, Scope{"shop", "prod"}, Scope{"other", "dev"}
	for _, c := range []struct {
		who   Caller
		op    Operation
		scope Scope
		want  bool
	}{
		{person("ada"), Deploy, shopDev, true},
		{person("ada"), Deploy, shopProd, false},
		{person("ada"), Deploy, otherDev, false},
		{person("ada"), Deploy, Scope{}, false},
		{person("ada"), Deploy, Scope{Team: "shop"}, false},
		{person("ada"), Read, Scope{}, true},
		{person("ada"), Read, Scope{Team: "shop"}, true},
		{person("ada"), Read, otherDev, false},
		{person("bob"), Deploy, shopProd, true},
		{person("bob"), Glass, Scope{Environment: "prod"}, true},
		{person("bob"), Deploy, shopDev, false},
		{person("cy"), Approve, shopProd, true},
		{person("cy"), Approve, otherDev, false},
		{person("new"), Read, Scope{}, false},
		{person("new"), Self, Scope{}, true},
		{person("eve"), Read, Scope{}, false},
		{person("eve"), Self, Scope{}, false},
		{person("ghost"), Read, Scope{}, false},
		{person(""), Self, Scope{}, false},
		{Caller{Actor: machine.Actor{Kind: "person", Name: "ada"}, Person: "bob"}, Deploy, shopDev, false},

		{TokenCaller("ada", "ci", []Operation{Deploy}), Deploy, shopDev, true},
		{TokenCaller("ada", "ci", []Operation{Deploy}), Deploy, shopProd, false},
		{TokenCaller("ada", "ci", []Operation{Deploy}), Read, shopDev, false},
		{TokenCaller("ada", "ci", []Operation{Keys}), Keys, Scope{}, false},
		{TokenCaller("ada", "ci", nil), Deploy, shopDev, false},
		{TokenCaller("ada", "ci", nil), Self, Scope{}, true},
		{TokenCaller("eve", "ci", []Operation{Read}), Read, Scope{}, false},
		{Caller{Actor: machine.Actor{Kind: "token", Name: "ada/ci"}, Person: "cy", Scopes: []Operation{Approve}}, Approve, shopDev, false},

		{HostCaller("root"), People, Scope{}, true},
		{HostCaller("root"), Deploy, shopProd, true},
		{HostCaller("root"), Approve, shopProd, false},
		{Caller{Actor: LocalToken}, Keys, Scope{}, true},
		{Caller{Actor: LocalToken}, Approve, Scope{}, false},
		{Caller{Actor: LocalToken}, Ingest, Scope{}, false},
		{Caller{Actor: machine.System("source")}, Ingest, Scope{}, true},
		{Caller{Actor: machine.System("source")}, Deploy, Scope{}, false},
		{Caller{Actor: machine.System("engine")}, Read, Scope{}, false},
		{Caller{Actor: machine.Actor{Kind: "robot", Name: "r2"}}, Read, Scope{}, false},
		{Caller{Actor: machine.Actor{Kind: "host", Name: "*"}}, Read, Scope{}, false},
		{Caller{}, Read, Scope{}, false},
		{HostCaller("root"), "launch rockets", Scope{}, false},
	} {
		if got := d.Allowed(c.who, c.op, c.scope); got != c.want {
			t.Errorf("%s %s %+v: %v", c.who.Actor, c.op, c.scope, got)
		}
	}
}
