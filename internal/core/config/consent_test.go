package config

import (
	"slices"
	"strings"
	"testing"

	"slipway.dev/internal/core/manifest"
)

// A repository of services may bring services and what they are for, whatever else there is.
// None of that governs.
func TestServiceSourcesHoldWhatIsOfServices(t *testing.T) {
	t.Parallel()
	theirs := []string{manifest.KindService, manifest.KindFlow, manifest.KindUseCase, manifest.KindProcess, manifest.KindComponent}
	for _, kind := range manifest.Kinds() {
		if slices.Contains(theirs, kind) && Governs(kind) {
			t.Errorf("%s governs, and comes from the repositories of services", kind)
		}
		if err := mayHold(Services, kind, "x"); (err == nil) != slices.Contains(theirs, kind) {
			t.Errorf("%s in a source of services: %v", kind, err)
		}
		if err := mayHold(Platform, kind, "x"); err != nil {
			t.Errorf("%s in a platform source: %v", kind, err)
		}
		if err := mayHold("", kind, "x"); err == nil {
			t.Errorf("%s in a source of no kind", kind)
		}
	}
}

func TestAsks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"": false, "dev {}": false, "dev {gate: {approvals: {count: 1}}}": true, "prod {after: gone}": true,
		"prod {after: dev, gate: {approvals: {count: 0}}}": false, "prod {gate: {windows: [{from: \"09:00\", to: \"10:00\"}]}}": false,
	} {
		all := []manifest.Resource{parsed(t, "Team", "ops", "{}"), parsed(t, "Environment", "zero", "{}")}
		if name, spec, ok := strings.Cut(text, " "); ok {
			all = append(all, parsed(t, "Environment", name, spec))
		}
		if got := Asks(all); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if !Asks([]manifest.Resource{{Kind: manifest.KindEnvironment, Name: "x", Spec: []byte("?")}}) {
		t.Error("an environment that cannot be read asks for nothing")
	}
}

func TestReferred(t *testing.T) {
	t.Parallel()
	got := Referred([]manifest.Resource{
		parsed(t, "Environment", "prod", "{after: staging, gate: {parity: {with: twin, atLeast: 90%}}}"),
		parsed(t, "Environment", "live", "{after: prod}"), parsed(t, "Environment", "edge", "{after: staging}"), parsed(t, "Team", "staging", "{}"),
	})
	if want := []string{"Environment/staging", "Environment/twin"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestStanding(t *testing.T) {
	t.Parallel()
	dev, prod := parsed(t, "Environment", "dev", "{}"), parsed(t, "Environment", "prod", "{after: dev}")
	free := parsed(t, "Environment", "prod", "{after: dev, gate: {approvals: {count: 0}}}")
	a, b, freeze, team := parsed(t, "Service", "a", `{image: "a:1"}`), parsed(t, "Service", "b", `{image: "a:1"}`), parsed(t, "Freeze", "f",
		`{from: "2026-12-20T00:00", until: "2027-01-04T06:00", reason: a}`), parsed(t, "Team", "ops", "{}")
	ids := func(list []manifest.Resource) string {
		var out []string
		for _, r := range list {
			out = append(out, r.ID()+strings.TrimPrefix(r.Digest, "sha256:")[:4])
		}
		slices.Sort(out)
		return strings.Join(out, " ")
	}
	for name, c := range map[string]struct {
		current    []Owned
		wanted     []manifest.Resource
		partial    bool
		now, stays []manifest.Resource
	}{
		"nothing asks":    {[]Owned{{dev, "x"}, {free, "x"}, {a, "y"}}, []manifest.Resource{prod, team}, false, []manifest.Resource{prod, team}, []manifest.Resource{a}},
		"partial":         {[]Owned{{dev, "x"}, {free, "x"}}, []manifest.Resource{team}, true, []manifest.Resource{team}, []manifest.Resource{dev, free}},
		"a change waits":  {[]Owned{{dev, "x"}, {prod, "x"}}, []manifest.Resource{dev, free, freeze, team}, false, []manifest.Resource{dev, freeze}, []manifest.Resource{prod}},
		"a removal waits": {[]Owned{{dev, "x"}, {prod, "x"}, {a, "x"}}, []manifest.Resource{dev, b}, false, []manifest.Resource{dev, b}, []manifest.Resource{prod}},
		"what is named":   {[]Owned{{prod, "x"}}, []manifest.Resource{prod, dev}, false, []manifest.Resource{prod}, nil},
	} {
		now, stays := Standing(c.current, c.wanted, "x", c.partial)
		if ids(now) != ids(c.now) || ids(stays) != ids(c.stays) {
			t.Errorf("%s: now %s and stays %s, want %s and %s", name, ids(now), ids(stays), ids(c.now), ids(c.stays))
		}
	}
}

func TestPlanSaysWhatWaits(t *testing.T) {
	t.Parallel()
	dev, prod := parsed(t, "Environment", "dev", "{}"), parsed(t, "Environment", "prod", "{after: dev}")
	current := []Owned{{dev, "x"}, {prod, "x"}, {parsed(t, "Service", "a", `{image: "a:1"}`), "x"}}
	wanted := []manifest.Resource{prod, parsed(t, "Environment", "qa", "{after: dev}"), parsed(t, "Team", "ops", "{}"), parsed(t, "Service", "b", `{image: "a:1"}`)}
	got := map[string]string{}
	for _, c := range Plan(current, wanted, "x", Platform, false) {
		got[string(c.Action)+" "+c.Kind+" "+c.Name] = c.Task
	}
	for what, task := range map[string]string{
		"unchanged Environment prod": "", "create Environment qa": "", "create Team ops": "policy.Team.ops", "create Service b": "",
		"delete Environment dev": "policy.Environment.dev", "delete Service a": "",
	} {
		if is, there := got[what]; !there || is != task {
			t.Errorf("%s: task %q, want %q (%v)", what, is, task, got)
		}
	}
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	many := make([]FieldChange, mostLines+5)
	for i := range many {
		many[i] = FieldChange{Path: "a", Old: strings.Repeat("ä", 500)}
	}
	text := Differences(many)
	if lines := strings.Split(text, "\n"); len(lines) != mostLines+1 || lines[mostLines] != "and 5 more" || len([]rune(lines[0])) > 120 || !strings.HasSuffix(lines[0], "→ (none)") {
		t.Errorf("%s", text)
	}
}
