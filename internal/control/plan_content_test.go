package control_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// repository plays the sources: it knows the commits between two.
type repository struct {
	kicker
	away *error
	from *string
}

func (r repository) Commits(_ context.Context, source, from, to string) ([]model.PlanCommit, bool, error) {
	*r.from = from[:2]
	return []model.PlanCommit{{ID: to, Subject: source + ": new seats", Author: "Ada", At: time.Unix(1, 0).UTC()}}, true, *r.away
}

// A plan says what a deployment would do, from what is there and what was done before.
func TestPlanTellsAll(t *testing.T) {
	w := newWorld(t)
	var away error
	var from string
	w.Control.Deps.Sources = repository{kicker{w}, &away, &from}
	people := "members: [{name: Ada, email: ada@example.com, person: ada}], onCall: [bob]"
	w.apply("hand", strings.Replace(door("approvals: {count: 1}"), "members: []", people, 1))
	w.approvers("ada developer", "bob approver", "cid approver")
	w.live("a1")
	p := try(w.Plan(w.as("ada"), "tickets", "prod", ""))(t)
	if p.From != "" || p.NoCommits == "" || p.Seconds != 0 || !strings.HasPrefix(p.Basis, "not known") || p.Rollback.To != "" || p.Commits == nil || p.Changes == nil {
		t.Errorf("the first: %+v", p)
	}
	d := w.promoted(w.ctx, nil)
	if err := w.says(w.as("bob"), d, "approve"); err != nil {
		t.Fatal(err)
	}
	current := w.reaches("tickets", "prod", "a1").Current.Release

	w.live("b2")
	w.pushed("c3", strings.Replace(tickets, "  routes", "  config: {SEATS: \"12\"}\n  migration: expand\n  overrides: {prod: {strategy: {canary: {}}}}\n  smoke: [{http: {get: /health, status: 200}}]\n  routes", 1))
	w.until("c3 is live", func(l model.Lane) bool {
		return l.Current != nil && strings.HasPrefix(l.Current.Commit, "c3") && l.Active == nil
	})
	if err := w.Await(w.ctx, try(w.store.Head(t.Context()))(t)); err != nil {
		t.Fatal(err)
	}
	p = try(w.Plan(w.as("ada"), "tickets", "prod", ""))(t)
	if p.From != current || p.Commit[:2] != "c3" || p.Team != "shop" || p.Migration != "expand" || p.Strategy != "canary" {
		t.Errorf("%+v", p)
	}
	if len(p.Releases) != 2 || p.Releases[0][:2] != "c3" || p.Releases[1][:2] != "b2" {
		t.Errorf("since then: %v", p.Releases)
	}
	if len(p.Commits) != 1 || p.Commits[0].Subject != "git: new seats" || !p.MoreCommits || p.NoCommits != "" || from != "a1" {
		t.Errorf("%+v, from %s", p.Commits, from)
	}
	if i := slices.IndexFunc(p.Changes, func(c model.FieldChange) bool { return strings.Contains(c.Path, "SEATS") }); i < 0 || !strings.Contains(p.Changes[i].New, "12") {
		t.Errorf("%+v", p.Changes)
	}
	if p.Seconds <= 0 || p.Basis != "the median of 1 completed deployment" {
		t.Errorf("%v, %s", p.Seconds, p.Basis)
	}
	if p.Gate.Verdict != "fail" || p.Rollback.To != current || len(p.Checklist) < 4 || len(p.Steps) < 5 {
		t.Errorf("%+v", p)
	}
	for role, name := range map[string]string{"on call": "bob", "owner, shop": "Ada", "may approve (approver)": "cid"} {
		if !slices.ContainsFunc(p.Contacts, func(c model.Contact) bool { return c.Role == role && c.Name == name && c.Email != "" }) {
			t.Errorf("no %s %s in %+v", role, name, p.Contacts)
		}
	}
	// It is kept with the deployment as it was, whatever comes afterwards.
	d = w.promoted(w.ctx, func(r *model.PromoteRequest) { r.Reason = "the fair begins" })
	away = fault.New(fault.Unavailable, "the repository cannot be reached")
	kept := try(w.Deployment(w.ctx, d))(t).Plan
	if kept == nil || kept.Release != p.Release || kept.Reason != "the fair begins" || len(kept.Commits) != 1 || kept.Seconds != p.Seconds || kept.MadeAt.Before(p.MadeAt) {
		t.Errorf("%+v", kept)
	}
	if p = try(w.Plan(w.ctx, "tickets", "prod", ""))(t); p.NoCommits != away.Error() || len(p.Commits) != 0 {
		t.Errorf("%+v", p)
	}
	_, err := w.Plan(w.ctx, "tickets", "prod", "ff")
	w.refused(err, fault.NotFound)
	away = errors.New("it broke")
	try(w.Plan(w.ctx, "tickets", "prod", ""))(t)
}
