package apitest

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// gate is how the door of an environment stands to a release: prod asks for two approvals.
func (f *Fake) gate(service, env, release string) model.Gate {
	g := model.Gate{Service: service, Environment: env, Release: release, Verdict: "pass", Conditions: []model.Condition{},
		Policy: "sha256:" + repeat("p", 64), At: f.now}
	if env != "prod" {
		return g
	}
	g.Deployment, g.Verdict, g.Next = "tickets.prod.4", "fail", f.now.Add(time.Hour)
	g.Conditions = []model.Condition{
		{Name: "previous", Verdict: "pass", Reason: "dev runs " + release + ", 1 of 1 instances healthy", Needs: []string{}},
		{Name: "approvals", Verdict: "fail", Reason: "0 of 2 people have approved", Needs: []string{"2 more people of approver: bob, eve"}},
	}
	return g
}

// Gates gives what waits.
func (f *Fake) Gates(ctx context.Context) ([]model.Gate, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	return []model.Gate{f.gate("tickets", "prod", "r4")}, nil
}

// Gate tells how a door stands.
func (f *Fake) Gate(ctx context.Context, q model.GateQuery) (model.Gate, error) {
	if err := f.enter(ctx); err != nil {
		return model.Gate{}, err
	}
	defer f.mu.Unlock()
	if _, err := f.lane(q.Service, q.Environment); err != nil {
		return model.Gate{}, err
	}
	if q.Release == "" {
		q.Release = "r4"
	}
	if f.find(q.Release) == nil {
		return model.Gate{}, fault.New(fault.NotFound, "%s has no release %s", q.Service, q.Release).WithHint("slipway release list %s", q.Service)
	}
	g := f.gate(q.Service, q.Environment, q.Release)
	for _, w := range q.With {
		if !strings.HasPrefix(w, "approval=") {
			return model.Gate{}, fault.New(fault.Invalid, "%q is not something that a gate can be asked about", w).WithHint("say approval=NAME")
		}
	}
	if len(q.With) >= 2 && len(g.Conditions) > 0 {
		g.Verdict = "pass"
		g.Conditions[1] = model.Condition{Name: "approvals", Verdict: "pass", Reason: "2 of 2 people have approved", Needs: []string{}}
	}
	if !q.At.IsZero() {
		g.At = q.At
	}
	return g, nil
}

// Plan tells what a deployment would do.
func (f *Fake) Plan(ctx context.Context, service, env, release string) (model.Plan, error) {
	g, err := f.Gate(ctx, model.GateQuery{Service: service, Environment: env, Release: release})
	if err != nil {
		return model.Plan{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.find(g.Release)
	return model.Plan{
		Service: service, Environment: env, Team: "box-office", Release: r.ID, Commit: r.Commit, Artifact: r.Artifact, Config: "sha256:" + repeat("c", 64),
		From: "r3", Releases: []string{r.ID}, Commits: []model.PlanCommit{{ID: r.Commit, Subject: r.Subject, Author: "Ada <ada@example.com>", At: r.CommittedAt}},
		Changes: []model.FieldChange{{Path: "env.CURRENCY", Old: `"EUR"`, New: `"USD"`}}, Gate: g, Strategy: "canary", Migration: "none",
		Steps: []string{"start 2 instances of the new release beside the old", "move 100% of the traffic to the new release"}, Seconds: 90,
		Basis: "the median of 3 completed deployments", Contacts: []model.Contact{{Role: "on call", Name: "ada", Email: "ada@example.com"}},
		Rollback:  model.RollbackPath{To: "r3", Conditions: []string{"a smoke check fails"}, Notes: []string{"it needs no approval"}},
		Checklist: []string{"every new instance is healthy (slipway)"}, MadeAt: f.now,
	}, nil
}

// Deployment tells all about one.
func (f *Fake) Deployment(ctx context.Context, id string) (model.DeploymentDetail, error) {
	if err := f.enter(ctx); err != nil {
		return model.DeploymentDetail{}, err
	}
	defer f.mu.Unlock()
	for _, d := range f.history {
		if d.ID == id {
			return model.DeploymentDetail{Deployment: *d, VSA: "sha256:" + repeat("v", 64)}, nil
		}
	}
	for _, l := range f.lanes {
		if l.Active != nil && l.Active.ID == id {
			g := f.gate(l.Service, l.Environment, l.Active.Release)
			return model.DeploymentDetail{Deployment: *l.Active, Gate: &g}, nil
		}
	}
	return model.DeploymentDetail{}, fault.New(fault.NotFound, "there is no deployment %s", id).WithHint("slipway history")
}

// Decision gives a signed statement.
func (f *Fake) Decision(ctx context.Context, id string) (model.Envelope, error) {
	d, err := f.Deployment(ctx, id)
	if err == nil && d.VSA == "" {
		err = fault.New(fault.NotFound, "%s has no signed decision", id)
	}
	return model.Envelope{Envelope: json.RawMessage(`{"payloadType":"application/vnd.in-toto+json"}`), Keys: f.keys}, err
}

// Promote begins a deployment.
func (f *Fake) Promote(ctx context.Context, r model.PromoteRequest) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	if r.Window && !r.At.IsZero() {
		return model.Receipt{}, fault.New(fault.Invalid, "a promotion is for a time or for the next window, not for both")
	}
	if r.Release == "" {
		r.Release = "r4"
	}
	return f.begin(ctx, r.Service, r.Environment, r.Release, "manual")
}

// RevokeRelease marks a release.
func (f *Fake) RevokeRelease(ctx context.Context, service, id string, r model.RevokeRequest) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	switch {
	case service != "tickets" || f.find(id) == nil:
		return model.Receipt{}, fault.New(fault.NotFound, "%s has no release %s", service, id)
	case r.Reason == "":
		return model.Receipt{}, fault.New(fault.Invalid, "a release is revoked for a reason").WithHint("say it with --reason")
	}
	f.find(id).Revoked, f.find(id).RevokedBy = r.Reason, Actor(ctx).String()
	for _, l := range f.lanes {
		if l.Current.Release == id {
			l.Current.Revoked = r.Reason
		}
	}
	return f.note(Actor(ctx), "release/tickets/"+id, "release.revoke"), nil
}
