package config

import (
	"testing"
	"time"
	_ "time/tzdata" // the tests must not depend on the machine's time zones

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/calendar"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/manifest"
)

func approver(count int) gate.Approvals {
	return gate.Approvals{Count: count, From: []string{"approver"}, Expire: 7 * 24 * time.Hour}
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	moment, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

func TestPolicyFor(t *testing.T) {
	t.Parallel()
	env := func(name, spec string) manifest.Resource { return parsed(t, "Environment", name, spec) }
	dev, staging := env("dev", `{}`), env("staging", `{after: dev}`)
	prod, live, edge := env("prod", `{after: staging}`), env("live", `{after: prod}`), env("edge", `{after: live}`)
	chain := []manifest.Resource{edge, live, prod, staging, dev}
	everywhere := parsed(t, "Freeze", "z", `{from: "2026-12-20T00:00", until: "2027-01-04T06:00", zone: Europe/Berlin, reason: sale}`)
	one := parsed(t, "Freeze", "a", `{environments: [prod, live], from: "2026-03-01T00:00:00Z", until: "2026-03-02T00:00:00Z", reason: audit}`)
	after := parsed(t, "Policy", "after", `{rules: [{name: first, expr: "true"}, {name: second, expr: "!expedite", reason: no}]}`)
	named := parsed(t, "Policy", "about-dev", `{environments: [dev], rules: [{name: first, expr: "true"}]}`)
	laws := append([]manifest.Resource{everywhere, after, one, named}, chain...)
	sale := calendar.Freeze{Name: "z", From: at(t, "2026-12-19T23:00:00Z"), Until: at(t, "2027-01-04T05:00:00Z"), Reason: "sale"}

	for name, c := range map[string]struct {
		of   manifest.Resource
		all  []manifest.Resource
		want gate.Policy
	}{
		"the first asks nothing":   {dev, chain, gate.Policy{Environment: "dev"}},
		"the second one approval":  {staging, chain, gate.Policy{Environment: "staging", After: "dev", Approvals: approver(1)}},
		"the third two":            {prod, chain, gate.Policy{Environment: "prod", After: "staging", Approvals: approver(2)}},
		"and no more":              {edge, chain, gate.Policy{Environment: "edge", After: "live", Approvals: approver(2)}},
		"nobody knows how deep":    {staging, nil, gate.Policy{Environment: "staging", After: "dev", Approvals: approver(2)}},
		"a broken chain":           {live, []manifest.Resource{prod}, gate.Policy{Environment: "live", After: "prod", Approvals: approver(2)}},
		"in a circle":              {env("a", `{after: b}`), []manifest.Resource{env("b", `{after: a}`), env("a", `{after: b}`)}, gate.Policy{Environment: "a", After: "b", Approvals: approver(2)}},
		"after itself":             {env("a", `{after: a}`), []manifest.Resource{env("a", `{after: a}`)}, gate.Policy{Environment: "a", After: "a", Approvals: approver(2)}},
		"none, as it says":         {env("prod", `{after: staging, gate: {approvals: {count: 0, from: [approver]}}}`), chain, gate.Policy{Environment: "prod", After: "staging"}},
		"in the first, as it says": {env("dev", `{gate: {approvals: {count: 1}}}`), chain, gate.Policy{Environment: "dev", Approvals: approver(1)}},
		"of whom, as it says": {env("prod", `{after: staging, gate: {approvals: {count: 3, from: [ops, quality], expire: 1h}}}`), chain,
			gate.Policy{Environment: "prod", After: "staging", Approvals: gate.Approvals{Count: 3, From: []string{"ops", "quality"}, Expire: time.Hour}}},
		"all that a gate can ask": {env("prod", `{after: dev, gate: {auto: true, supersede: true, soak: 30m, concurrency: 2, approvals: {count: 0},
			windows: [{weekdays: mon-tue, from: "22:00", to: "06:30", zone: Europe/Berlin}, {from: "00:00", to: "24:00"}],
			rules: [{name: z, expr: "true", reason: why}, {name: a, expr: "!expedite"}],
			readiness: production, budget: {block: exhausted}, parity: {with: dev, atLeast: 90%}, review: true, breakGlass: {criteria: [outage, fire], exempt: [fire]}}}`), chain,
			gate.Policy{Environment: "prod", After: "dev", Auto: true, Supersede: true, Soak: 30 * time.Minute, Concurrency: 2,
				Windows: []calendar.Window{{Weekdays: []time.Weekday{time.Monday, time.Tuesday}, From: 1320, To: 390, Zone: "Europe/Berlin"}, {To: 1440}},
				Rules:   []gate.Rule{{Name: "z", Expr: "true", Reason: "why"}, {Name: "a", Expr: "!expedite"}},
				Budget:  gate.BlockExhausted,
				Later:   []string{"readiness", "parity", "review"},
				Glass:   &gate.Glass{Criteria: []string{"outage", "fire"}, Exempt: []string{"fire"}, Window: time.Hour, Review: 24 * time.Hour}}},
		"glass for as long as it says": {env("dev", `{gate: {breakGlass: {criteria: [a], window: 5m, review: 2h}}}`), nil,
			gate.Policy{Environment: "dev", Glass: &gate.Glass{Criteria: []string{"a"}, Window: 5 * time.Minute, Review: 2 * time.Hour}}},
		"the platform's laws in the first": {dev, laws, gate.Policy{Environment: "dev", Freezes: []calendar.Freeze{sale},
			Rules: []gate.Rule{{Name: "about-dev.first", Expr: "true"}}}},
		"the platform's laws later": {env("prod", `{after: dev, gate: {rules: [{name: first, expr: "true"}]}}`), laws, gate.Policy{Environment: "prod", After: "dev", Approvals: approver(1),
			Freezes: []calendar.Freeze{{Name: "a", From: at(t, "2026-03-01T00:00:00Z"), Until: at(t, "2026-03-02T00:00:00Z"), Reason: "audit"}, sale},
			Rules:   []gate.Rule{{Name: "first", Expr: "true"}, {Name: "after.first", Expr: "true"}, {Name: "after.second", Expr: "!expedite", Reason: "no"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := PolicyFor(c.of, c.all)
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("%v\n%s", err, diff)
			}
		})
	}
	if _, err := PolicyFor(everywhere, nil); err == nil {
		t.Error("a freeze has a gate")
	}
	if _, err := PolicyFor(prod, []manifest.Resource{{Kind: manifest.KindFreeze, Name: "f", Spec: []byte(`{"zone":"Europe/Atlantis"}`)}}); err == nil {
		t.Error("a freeze that cannot be read freezes nothing")
	}
}

func TestTeamsOf(t *testing.T) {
	t.Parallel()
	got := TeamsOf([]manifest.Resource{
		parsed(t, "Environment", "dev", `{}`),
		parsed(t, "Team", "ops", `{onCall: [ada, bob], members: [{name: Ada, person: ada, email: Ada@Example.com, git: [ADA@users.example.com]}, {name: Bob, git: [b@c]}, {name: Cy}]}`),
		parsed(t, "Team", "empty", `{}`),
	})
	want := []access.Team{
		{Name: "ops", OnCall: []string{"ada", "bob"}, Members: []access.Member{
			{Person: "ada", Addresses: []string{"ada@example.com", "ada@users.example.com"}}, {Addresses: []string{"b@c"}}, {}}},
		{Name: "empty"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
