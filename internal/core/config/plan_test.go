package config

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
)

func TestPlan(t *testing.T) {
	t.Parallel()
	a1 := parsed(t, "Service", "a", `{image: "a:1", config: {X: "1", Y: "2"}, run: {replicas: 1}}`)
	a2 := parsed(t, "Service", "a", `{image: "a:1", config: {X: "1", Z: ""}, run: {replicas: 2, command: [./a, b]}, health: {tcp: true}}`)
	b := parsed(t, "Service", "b", `{image: "b:1"}`)
	env := parsed(t, "Environment", "dev", "{}")
	flow1 := parsed(t, "Flow", "buy", `{type: user, criticality: high, start: a, end: b, steps: [{event: c}], targets: {reliability: {availability: 99.9%}}}`)
	flow2 := parsed(t, "Flow", "buy", `{type: user, criticality: low, start: a, end: b, steps: [{event: c}]}`)
	use := parsed(t, "UseCase", "buying", `{purpose: a, start: a, end: b}`)
	process := parsed(t, "BusinessProcess", "selling", `{stages: [{useCase: buying}]}`)
	part := parsed(t, "Component", "bank", `{type: service}`)
	current := []Owned{{a1, "shop"}, {b, "shop"}}
	same := Change{Kind: "Service", Name: "b", Action: Unchanged}
	for name, c := range map[string]struct {
		current []Owned
		wanted  []manifest.Resource
		kind    SourceKind
		partial bool
		want    []Change
	}{
		"create":    {nil, []manifest.Resource{b, env}, Platform, false, []Change{{Kind: "Service", Name: "b", Action: Create}, {Kind: "Environment", Name: "dev", Action: Create}}},
		"unchanged": {current, []manifest.Resource{a1, b}, Services, false, []Change{{Kind: "Service", Name: "a", Action: Unchanged}, same}},
		"update": {current, []manifest.Resource{a2, b}, Services, false, []Change{{Kind: "Service", Name: "a", Action: Update, Fields: []FieldChange{
			{Path: "spec.config.Y", Old: `"2"`}, {Path: "spec.config.Z", New: `""`}, {Path: "spec.health.tcp", New: "true"},
			{Path: "spec.run.command[0]", New: `"./a"`}, {Path: "spec.run.command[1]", New: `"b"`}, {Path: "spec.run.replicas", Old: "1", New: "2"}}}, same}},
		"delete":  {current, []manifest.Resource{b}, Services, false, []Change{same, {Kind: "Service", Name: "a", Action: Delete}}},
		"partial": {current, []manifest.Resource{b}, Services, true, []Change{same}},
		"take":    {[]Owned{{b, ""}}, []manifest.Resource{b}, Services, true, []Change{{Kind: "Service", Name: "b", Action: Update, Fields: []FieldChange{{Path: "source", New: "shop"}}}}},
		"owned": {[]Owned{{b, "other"}}, []manifest.Resource{b}, Services, false, []Change{{Kind: "Service", Name: "b", Action: Conflict,
			Reason: "Service b belongs to the source other (change it there, or take it out there first)"}}},
		"flows": {[]Owned{{flow1, "shop"}, {part, "shop"}}, []manifest.Resource{flow2, use, process}, Services, false, []Change{
			{Kind: "Flow", Name: "buy", Action: Update, Fields: []FieldChange{
				{Path: "spec.criticality", Old: `"high"`, New: `"low"`}, {Path: "spec.targets.reliability.availability", Old: `"99.9%"`}}},
			{Kind: "UseCase", Name: "buying", Action: Create}, {Kind: "BusinessProcess", Name: "selling", Action: Create},
			{Kind: "Component", Name: "bank", Action: Delete}}},
		// Flows do not govern: no task, although prod asks for approvals.
		"flows without consent": {[]Owned{{flow1, "shop"}, {parsed(t, "Environment", "prod", "{after: dev}"), "laws"}}, []manifest.Resource{flow2}, Services, false, []Change{
			{Kind: "Flow", Name: "buy", Action: Update, Fields: []FieldChange{
				{Path: "spec.criticality", Old: `"high"`, New: `"low"`}, {Path: "spec.targets.reliability.availability", Old: `"99.9%"`}}}}},
		"not its kind": {nil, []manifest.Resource{env}, Services, false, []Change{{Kind: "Environment", Name: "dev", Action: Conflict,
			Reason: "a source of services may not hold Environment dev (only a platform source may; an administrator registers it with: slipway source add --kind platform)"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Plan(c.current, c.wanted, "shop", c.kind, c.partial)
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What the plan calls a conflict, the resource's machine refuses; everything else it takes.
func TestPlanForetellsTheMachine(t *testing.T) {
	t.Parallel()
	for _, owner := range []string{"", "shop", "other"} {
		for _, kind := range []SourceKind{Platform, Services} {
			for _, r := range []manifest.Resource{parsed(t, "Service", "b", `{image: "b:1"}`), parsed(t, "Environment", "dev", "{}"),
				parsed(t, "Flow", "f", `{type: user, criticality: high, start: a, end: b, steps: [{event: c}]}`), parsed(t, "Component", "c", `{type: api}`),
				parsed(t, "UseCase", "u", `{purpose: a, start: a, end: b}`), parsed(t, "BusinessProcess", "p", `{stages: [{useCase: u}]}`)} {
				foretold := Plan([]Owned{{r, owner}}, []manifest.Resource{r}, "shop", kind, false)[0]
				state := ResourceState{Kind: r.Kind, Name: r.Name, Source: owner, Digest: r.Digest}
				_, err := Resource{}.Step(state, machine.Event{Type: EventApplied, Data: machine.Must(Applied{Source: "shop", SourceKind: kind, Kind: r.Kind, Name: r.Name, Digest: r.Digest})})
				if (foretold.Action == Conflict) != (err != nil) || err != nil && foretold.Reason != err.Error() {
					t.Errorf("%s of %q by a %s source: plan %+v, machine %v", r.ID(), owner, kind, foretold, err)
				}
				if code := fault.CodeOf(err); err != nil && code != fault.Refused && code != fault.Denied {
					t.Errorf("code %s", code)
				}
			}
		}
	}
}

func TestItemOf(t *testing.T) {
	t.Parallel()
	r := parsed(t, "Service", "a", `{source: {path: services/a, branch: next}, build: {run: make}, run: {command: [./a]}}`)
	item, err := ItemOf(r, func(path string) bool { return path == "services/a" })
	want := Item{Kind: "Service", Name: "a", Team: "box", Digest: r.Digest,
		Service: &ServiceItem{Path: "services/a", Branch: "next", Build: &manifest.Build{Run: "make"}, Changed: true}}
	if diff := cmp.Diff(want, item); err != nil || diff != "" {
		t.Error(err, diff)
	}
	image, err := ItemOf(parsed(t, "Service", "a", `{image: "a:1"}`), func(string) bool { return true })
	if err != nil || image.Service.Changed || image.Service.Image != "a:1" {
		t.Errorf("%+v %v", image.Service, err)
	}
}

// A push that is too large is a mistake in the source, and nothing of it is taken.
func TestPushIsBounded(t *testing.T) {
	t.Parallel()
	for _, n := range []int{MaxResources, MaxResources + 1} {
		p := Pushed{}
		for i := range n {
			p.Items = append(p.Items, Item{Kind: manifest.KindTeam, Name: fmt.Sprint("t", i), Digest: "sha256:1"})
		}
		state := SourceState{Spec: SourceSpec{Name: "cli", Kind: Platform}}
		next, err := Source{}.Step(state, machine.Event{Type: EventPushed, Data: machine.Must(p)})
		taken := len(next.Messages) == n && next.State.Problem() == ""
		if err != nil || taken != (n <= MaxResources) || !taken && len(next.State.Holds) > 0 {
			t.Errorf("%d: %d messages, problem %q, %v", n, len(next.Messages), next.State.Problem(), err)
		}
	}
}
