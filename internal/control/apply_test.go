package control_test

import (
	"fmt"
	"strings"
	"testing"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/manifest"
)

func parse(t testing.TB, text string) []manifest.Resource {
	t.Helper()
	found, problems := manifest.Parse("slipway.yaml", []byte(text))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}

// actions says what a plan does, as "create Team/shop".
func actions(r model.ApplyResult) string {
	var list []string
	for _, c := range r.Changes {
		list = append(list, fmt.Sprintf("%s %s/%s", c.Action, c.Kind, c.Name))
	}
	return strings.Join(list, ", ")
}

func TestApply(t *testing.T) {
	w := newWorld(t)
	all := func(r model.ApplyRequest) model.ApplyResult {
		t.Helper()
		r.Source = "hand"
		return try(w.Apply(w.ctx, r))(t)
	}
	platform := strings.Replace(platform, "{after: dev, ", "{after: dev, gate: {approvals: {count: 0}}, ", 1) // nothing need be approved
	files := []model.File{{Name: "platform.yaml", Content: platform}}

	const created = "create Team/shop, create Environment/dev, create Environment/prod"
	if got := all(model.ApplyRequest{Files: files, DryRun: true}); actions(got) != created || got.Position != 0 {
		t.Errorf("dry run: %+v", got)
	}
	if r := try(w.Resources(w.ctx, ""))(t); len(r) != 0 {
		t.Errorf("a dry run applied %+v", r)
	}
	first := all(model.ApplyRequest{Files: files})
	if actions(first) != created || first.Position == 0 {
		t.Errorf("%+v", first)
	}
	if got := all(model.ApplyRequest{Files: files}); actions(got) != strings.ReplaceAll(created, "create", "unchanged") || got.Position != 0 {
		t.Errorf("again: %+v", got)
	}

	// A file that refers to what another one brought, and does not repeat it.
	staging := []model.File{{Name: "staging.yaml", Content: "apiVersion: slipway.dev/v1\nkind: Environment\nmetadata: {name: staging}\nspec: {after: dev, gate: {approvals: {count: 0}}}\n"}}
	if got := all(model.ApplyRequest{Files: staging}); actions(got) != "create Environment/staging" || len(got.Problems) > 0 {
		t.Errorf("%+v", got)
	}
	if r := try(w.Resources(w.ctx, manifest.KindEnvironment))(t); len(r) != 3 || r[0].Source != "hand" {
		t.Errorf("%+v", r)
	}
	changed := []model.File{{Name: "p.yaml", Content: strings.Replace(platform, "after: dev, ", "", 1)}}
	got := all(model.ApplyRequest{Files: changed, Prune: true})
	if want := "unchanged Team/shop, unchanged Environment/dev, update Environment/prod, delete Environment/staging"; actions(got) != want {
		t.Errorf("%s", actions(got))
	}
	if f := got.Changes[2].Fields; len(f) != 1 || f[0].Path != "spec.after" || f[0].Old != `"dev"` || f[0].New != "" {
		t.Errorf("%+v", f)
	}
	if r := try(w.Resources(w.ctx, manifest.KindEnvironment))(t); len(r) != 2 {
		t.Errorf("after a prune: %+v", r)
	}
}

// What governs is only proposed while an environment asks for approvals.
func TestApplyProposes(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	change := func(dry bool, text string, prune bool) model.Change {
		t.Helper()
		r := try(w.Apply(w.ctx, model.ApplyRequest{Source: "hand", DryRun: dry, Prune: prune, Files: []model.File{{Name: "p.yaml", Content: text}}}))(t)
		if len(r.Problems) > 0 || len(r.Changes) == 0 {
			t.Fatalf("%+v", r)
		}
		return r.Changes[len(r.Changes)-1]
	}
	prod := func() model.Resource {
		t.Helper()
		for _, r := range try(w.Resources(w.ctx, manifest.KindEnvironment))(t) {
			if r.Name == "prod" {
				return r
			}
		}
		t.Fatal("there is no prod")
		return model.Resource{}
	}
	before := prod()
	weaker := strings.Replace(platform, "{after: dev, ", "{after: dev, gate: {approvals: {count: 0}}, ", 1)
	if c := change(true, weaker, false); c.Action != "update" || c.Task != "policy.Environment.prod" || !strings.Contains(c.Reason, "security or admin") || len(c.Fields) == 0 {
		t.Errorf("diff: %+v", c)
	}
	if c := change(false, weaker, false); c.Action != "update" || !strings.Contains(c.Reason, "waits for approval by somebody") || !strings.Contains(c.Reason, "task policy.Environment.prod") {
		t.Errorf("apply: %+v", c)
	}
	if r := prod(); r.Digest != before.Digest || r.Proposed == nil || r.Proposed.Action != "update" || r.Proposed.Task != "policy.Environment.prod" || r.Proposed.By != admin.String() {
		t.Errorf("proposed: %+v", r)
	}
	if c := change(false, platform, false); c.Action != "unchanged" || prod().Proposed != nil {
		t.Errorf("taken back: %+v, %+v", c, prod().Proposed)
	}
	without, _, _ := strings.Cut(platform, "---\napiVersion: slipway.dev/v1\nkind: Environment\nmetadata: {name: prod}")
	if c := change(false, without, true); c.Action != "delete" || c.Task == "" || prod().Proposed == nil || prod().Digest != before.Digest {
		t.Errorf("removal: %+v, %+v", c, prod())
	}
	team := platform + "---\napiVersion: slipway.dev/v1\nkind: Team\nmetadata: {name: ops}\nspec: {}\n"
	if c := change(true, team, false); c.Action != "create" || c.Task != "policy.Team.ops" {
		t.Errorf("diff of a team: %+v", c)
	}
	if c := change(false, team, false); c.Action != "create" || c.Task != "policy.Team.ops" {
		t.Errorf("team: %+v", c)
	}
	if teams := try(w.Resources(w.ctx, manifest.KindTeam))(t); len(teams) != 2 || teams[1].Digest != "" || teams[1].Spec != nil || teams[1].Proposed == nil || teams[1].Proposed.Action != "create" {
		t.Errorf("%+v", teams)
	}
	change(false, platform, true)
	if teams := try(w.Resources(w.ctx, manifest.KindTeam))(t); len(teams) != 1 {
		t.Errorf("a team that nobody wants is still proposed: %+v", teams)
	}
}

func TestApplyRefusals(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	head := try(w.store.Head(t.Context()))(t)

	got := try(w.Apply(w.ctx, model.ApplyRequest{Source: "hand", Files: []model.File{
		{Name: "a.yaml", Content: strings.Replace(tickets, "team: shop", "team: shpo", 1)},
	}}))(t)
	if len(got.Problems) != 1 || got.Problems[0].File != "a.yaml" || got.Problems[0].Line != 4 || !strings.Contains(got.Problems[0].Text, "shop") {
		t.Errorf("%+v", got.Problems)
	}
	_, err := w.Apply(w.ctx, model.ApplyRequest{Source: "other", Files: []model.File{{Name: "a.yaml", Content: platform}}})
	w.refused(err, fault.Refused, "nothing was applied", "belongs to the source hand")
	plan := try(w.Apply(w.ctx, model.ApplyRequest{Source: "other", DryRun: true, Files: []model.File{{Name: "a.yaml", Content: platform}}}))(t)
	if !strings.HasPrefix(actions(plan), "conflict Team/shop") {
		t.Errorf("%s", actions(plan))
	}
	for _, dry := range []bool{true, false} {
		_, err = w.Apply(w.ctx, model.ApplyRequest{Source: "Not a name", DryRun: dry, Files: []model.File{{Name: "a.yaml", Content: platform}}})
		w.refused(err, fault.Invalid, "the source's name")
	}
	var many strings.Builder
	for n := range 401 {
		fmt.Fprintf(&many, "---\napiVersion: slipway.dev/v1\nkind: Team\nmetadata: {name: t%d}\nspec: {members: []}\n", n)
	}
	_, err = w.Apply(w.ctx, model.ApplyRequest{Source: "hand", Files: []model.File{{Name: "m.yaml", Content: many.String()}}})
	w.refused(err, fault.TooLarge, "401", "400")
	if now := try(w.store.Head(t.Context()))(t); now != head {
		t.Errorf("what was refused was written, at %d", now)
	}

	try(w.AddSource(w.ctx, model.Source{Name: "git", URL: "/srv/shop.git"}))(t)
	_, err = w.Apply(w.ctx, model.ApplyRequest{Source: "git"})
	w.refused(err, fault.Refused, "/srv/shop.git", "commit there")
}

func TestCheck(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	for text, want := range map[string]string{
		tickets: "",
		strings.Replace(tickets, "command", "comand", 1): "command",
		strings.Replace(tickets, "shop}", "shap}", 1):    "shop",
	} {
		problems := try(w.Check(w.ctx, []model.File{{Name: "s.yaml", Content: text}}))(t)
		if (len(problems) == 0) != (want == "") || want != "" && !strings.Contains(problems[0].Text, want) {
			t.Errorf("%s: %+v", want, problems)
		}
	}
}
