package gate

import (
	"testing"
	"time"
	_ "time/tzdata" // the tests must not depend on the machine's time zones

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/calendar"
)

// monday is 14:00 in Berlin.
var monday = time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)

func ago(d time.Duration) time.Time { return monday.Add(-d) }

// directory has ada, bob, cy, dan and eve as approvers; eve is disabled. ada2 is ada's other
// account, fay approves in another environment and gus for another team.
func directory() *access.Directory {
	person := func(name string, more ...string) access.Person {
		return access.Person{Name: name, Addresses: append(more, name+"@example.org")}
	}
	eve := person("eve")
	eve.Disabled = true
	bind := func(name string) access.Binding {
		return access.Binding{Subject: "person:" + name, Role: access.Approver}
	}
	fay, gus := bind("fay"), bind("gus")
	fay.Environment, gus.Team = "dev", "other"
	return access.NewDirectory(access.Everybody{
		People:   []access.Person{person("ada", "ada@git"), person("ada2", "ada@git"), person("bob"), person("cy"), person("dan"), eve, person("fay"), person("gus"), person("hal")},
		Teams:    []access.Team{{Name: "quality", Members: []access.Member{{Person: "hal"}, {Person: "cy"}}}},
		Bindings: []access.Binding{bind("ada"), bind("ada2"), bind("bob"), bind("cy"), bind("dan"), bind("eve"), fay, gus},
		Mapped:   map[string]string{"bot@forge": access.Nobody, "tool@forge": access.Nobody},
		MappedBy: map[string]string{"tool@forge": "bob"},
	})
}

func subject() Subject {
	return Subject{
		Service: "tickets", Team: "box-office", Environment: "prod", Release: "r42", Artifact: "sha256:aa", Config: "sha256:cc",
		Commit: "c0ffee", CommittedAt: ago(5 * time.Hour), Order: 42, Migration: "expand", Labels: map[string]string{"tier": "gold"},
	}
}

func approves(person string) Answer { return answers(person, true, time.Hour) }
func rejects(person string) Answer  { return answers(person, false, time.Hour) }

func answers(person string, approve bool, before time.Duration) Answer {
	return Answer{Task: "task/tickets.prod.7", Person: person, Approve: approve, At: ago(before), Artifact: "sha256:aa", Config: "sha256:cc", Digest: "sha256:" + person}
}

// strict asks for everything.
func strict() Policy {
	return Policy{
		Environment: "prod", After: "staging",
		Approvals:   Approvals{Count: 2, From: []string{"approver", "quality"}, Expire: 7 * 24 * time.Hour},
		Soak:        30 * time.Minute,
		Windows:     []calendar.Window{{Weekdays: []time.Weekday{1, 2, 3, 4}, From: 9 * 60, To: 16 * 60, Zone: "Europe/Berlin"}},
		Freezes:     []calendar.Freeze{{Name: "christmas", From: monday.AddDate(0, 1, 0), Until: monday.AddDate(0, 1, 14), Reason: "Christmas sale."}},
		Concurrency: 2,
		Rules:       []Rule{{Name: "reversible", Expr: "release.migration != 'irreversible'", Reason: "it cannot be taken back"}},
		Glass:       &Glass{Criteria: []string{"outage"}, Window: time.Hour, Review: 24 * time.Hour},
	}
}

// satisfied are facts that a strict gate lets in.
func satisfied() Facts {
	return Facts{
		Contributors: []Contributor{{Name: "Hal", Email: "Hal@Example.org"}, {Name: "Bot", Email: "bot@forge"}},
		Answers:      []Answer{approves("bob"), approves("cy")},
		Previous:     &Running{Release: "r42", Artifact: "sha256:aa", Since: ago(45 * time.Minute), Healthy: true},
		Dependencies: []Dependency{{Service: "payments", Running: true, Healthy: true}},
		UnderWay:     []string{"search"},
	}
}

func condition(t *testing.T, d Decision, name string) Condition {
	t.Helper()
	for _, c := range d.Conditions {
		if c.Name == name {
			return c
		}
	}
	return Condition{}
}
