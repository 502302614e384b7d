package gate

import (
	"strings"
	"testing"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/release"
)

// An image has no commits. Its authors are those of the commit that names it, or else who
// asked for it; nobody is guessed.
func TestWhoMadeAnImage(t *testing.T) {
	w := newWorld(t)
	w.accounts("ann approver", "bob approver", "bare approver")
	none := []string{}
	try(w.people.Tell(t.Context(), access.LocalToken, "bare", access.EventPersonChanged, access.Changed{Addresses: &none}))(t)
	w.apply(team, environment("dev", ""), environment("prod", prod))
	spec, problems := manifest.Parse("f.yaml", []byte(head+"kind: Service\nmetadata: {name: tickets, team: shop}\nspec: {image: \"registry.example/tickets:1\", run: {command: [./app]}}\n"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	digest := try(w.engine.Blobs().Put(t.Context(), spec[0].Document()))(t)
	for i, c := range []struct {
		name    string
		by      machine.Actor
		authors []string
		with    []string // approves
		want    gate.Verdict
		says    string
	}{
		{"its author approves", person("bob"), []string{"Ann <ann@example.com>"}, []string{"ann"}, gate.Fail, "wrote part"},
		{"another does", person("bob"), []string{"Ann <ann@example.com>"}, []string{"bob"}, gate.Pass, "Approved by bob"},
		{"a stranger wrote it", person("bob"), []string{"Eve <eve@example.com>"}, []string{"bob"}, gate.Unknown, "eve@example.com"},
		{"an author who is no address", person("bob"), []string{"eve"}, []string{"bob"}, gate.Unknown, "eve"},
		{"who asked approves", person("ann"), nil, []string{"ann"}, gate.Fail, "wrote part"},
		{"through a token", machine.Actor{Kind: "token", Name: "ann/ci"}, nil, []string{"ann"}, gate.Fail, "wrote part"},
		{"another than who asked", machine.Actor{Kind: "token", Name: "ann/ci"}, nil, []string{"bob"}, gate.Pass, "Approved by bob"},
		{"the host asked", access.LocalToken, nil, []string{"bob"}, gate.Unknown, "token:local"},
		{"nobody did", machine.System("source"), nil, []string{"bob"}, gate.Unknown, "is no account"},
		{"an account that is gone", person("ghost"), nil, []string{"bob"}, gate.Unknown, "is no account"},
		{"an account without an address", person("bare"), nil, []string{"bob"}, gate.Unknown, "has no address"},
	} {
		r := config.Release{ID: strings.Repeat(string(rune('a'+i)), 12), Service: "tickets", Image: "registry.example/tickets:1", Spec: digest, To: "prod", Authors: c.authors, Order: int64(i + 1)}
		w.must(w.submit(release.MachineID("tickets", r.ID), release.EventRequested, c.by, r))
		e := try(w.book.Explain(t.Context(), Question{Service: "tickets", Environment: "prod", Release: w.released("tickets", r.ID), Approvals: c.with}))(t)
		for _, one := range e.Conditions {
			if one.Name == "approvals" && (one.Verdict != c.want || !strings.Contains(one.Reason, c.says)) {
				t.Errorf("%s: %s %s", c.name, one.Verdict, one.Reason)
			}
		}
		if !strings.Contains(stands(e.Conditions), "approvals") {
			t.Errorf("%s: %s", c.name, stands(e.Conditions))
		}
	}
}
