package gate

import (
	"testing"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/glass"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
)

// Only a person who is signed in and holds the right there breaks a glass, and only another
// one confirms it.
func TestWhoBreaksAGlass(t *testing.T) {
	w := newWorld(t)
	w.accounts("ann operator", "bob operator", "dev developer", "sec security", "adm admin", "elsewhere", "second operator")
	try(w.people.Rights(t.Context(), access.LocalToken, access.EventGranted, access.Binding{Subject: "person:elsewhere", Role: access.Operator, Environment: "dev"}))(t)
	address := []string{"second@example.com", "ann@example.com"} // ann's other account
	try(w.people.Tell(t.Context(), access.LocalToken, "second", access.EventPersonChanged, access.Changed{Addresses: &address}))(t)
	at := glass.Target{Service: "tickets", Environment: "prod", Team: "shop"}
	request := glass.Request{Target: at, Criterion: "outage", Reason: "down", Policy: gate.Glass{Criteria: []string{"outage"}, Window: 1e12, Review: 1e12}}
	type try struct {
		name string
		who  machine.Actor
		want fault.Code
	}
	play := func(event string, data any, list []try) {
		t.Helper()
		for _, c := range list {
			if err := w.submit(glass.MachineID(at), event, c.who, data); fault.CodeOf(err) != c.want {
				t.Errorf("%s by %s: %v", event, c.name, err)
			}
		}
	}
	nobody := []try{
		{"a token of one who may", machine.Actor{Kind: "token", Name: "bob/ci"}, fault.Denied},
		{"the host", machine.Actor{Kind: "host", Name: "root"}, fault.Denied},
		{"the local token", access.LocalToken, fault.Denied},
		{"the system", machine.System("gate"), fault.Denied},
		{"a developer", person("dev"), fault.Denied},
		{"security", person("sec"), fault.Denied},
		{"an administrator", person("adm"), fault.Denied},
		{"an operator of elsewhere", person("elsewhere"), fault.Denied},
		{"nobody known", person("ghost"), fault.Denied},
	}
	play(glass.EventRequested, request, append(nobody, try{"an operator", person("ann"), ""}))
	play(glass.EventConfirmed, nil, append(nobody, try{"the same", person("ann"), fault.Denied}, try{"their other account", person("second"), fault.Denied},
		try{"another operator", person("bob"), ""}))
	s, _, err := engine.Load[glass.State](t.Context(), w.engine, glass.MachineID(at))
	if err != nil || s.Status != glass.Open || s.By != "ann" || s.Confirmed != "bob" {
		t.Errorf("%+v %v", s, err)
	}
}
