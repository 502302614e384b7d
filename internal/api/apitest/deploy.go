package apitest

import (
	"context"
	"fmt"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// Lanes gives all lanes as they are.
func (f *Fake) Lanes(ctx context.Context) ([]model.Lane, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	var out []model.Lane
	for _, l := range f.lanes {
		out = append(out, copyOf(l))
	}
	return out, nil
}

// Lane gives a lane, and its deployment goes on by a phase.
func (f *Fake) Lane(ctx context.Context, service, env string) (model.Lane, error) {
	if err := f.enter(ctx); err != nil {
		return model.Lane{}, err
	}
	defer f.mu.Unlock()
	l, err := f.lane(service, env)
	if err != nil {
		return model.Lane{}, err
	}
	out := copyOf(l)
	if !f.Slow {
		f.advance(l)
	}
	return out, nil
}

func copyOf(l *model.Lane) model.Lane {
	out := *l
	if l.Active != nil {
		a := *l.Active
		out.Active = &a
	}
	return out
}

func (f *Fake) lane(service, env string) (*model.Lane, error) {
	for _, l := range f.lanes {
		if l.Service == service && l.Environment == env {
			return l, nil
		}
	}
	return nil, fault.New(fault.NotFound, "there is no service %s in %s", service, env).
		WithHint("`slipway status` lists what there is")
}

// phases is the way of a deployment. r4 is the bad release: its smoke check fails.
var phases = map[string]string{"preparing": "checking", "checking": "shifting", "shifting": "observing", "observing": "completed",
	"rollingBack": "rolledBack"}

func (f *Fake) advance(l *model.Lane) {
	a := l.Active
	if a == nil {
		return
	}
	next := phases[a.Outcome]
	if a.Release == "r4" && a.Outcome == "checking" {
		next, a.Reason = "rollingBack", "smoke check \"sells one ticket\" failed: status 500, expected 200"
	}
	a.Outcome, l.Status = next, next
	a.Seconds++
	if next == "shifting" {
		a.Weight, a.Stage = 25, 1
	}
	if next == "completed" || next == "rolledBack" {
		a.FinishedAt = a.RequestedAt.Add(5 * time.Second)
		if next == "completed" {
			a.Weight = 100
			l.Kept = append([]model.Placed{*l.Current}, l.Kept...)
			l.Current = &model.Placed{Deployment: a.ID, Release: a.Release, Commit: a.Commit, Subject: a.Subject, Artifact: a.Artifact,
				CompletedAt: f.now}
		}
		l.Active, l.Status = nil, "idle"
	}
}

// Deployments gives the history, latest first.
func (f *Fake) Deployments(ctx context.Context, q model.DeploymentsQuery) ([]model.Deployment, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	var out []model.Deployment
	for _, d := range f.history {
		if (q.Service == "" || q.Service == d.Service) && (q.Environment == "" || q.Environment == d.Environment) {
			out = append(out, *d)
		}
	}
	if q.Limit > 0 && len(out) > q.Limit {
		out = out[:q.Limit]
	}
	return out, nil
}

// Deploy begins a deployment.
func (f *Fake) Deploy(ctx context.Context, r model.DeployRequest) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	if r.Release == "" {
		r.Release = "r4"
	}
	return f.begin(ctx, r.Service, r.Environment, r.Release, "manual")
}

// Rollback begins going back.
func (f *Fake) Rollback(ctx context.Context, r model.RollbackRequest) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	l, err := f.lane(r.Service, r.Environment)
	switch {
	case err != nil:
		return model.Receipt{}, err
	case len(l.Kept) == 0:
		return model.Receipt{}, fault.New(fault.Refused, "nothing is kept to go back to")
	case r.To == "":
		r.To = l.Kept[0].Release
	}
	if r.To == "r2" && l.Environment == "prod" && !r.Force {
		return model.Receipt{}, fault.New(fault.Refused, "r3 has an irreversible migration; going back to r2 would cross it").
			WithHint("if you are sure, add --force")
	}
	return f.begin(ctx, r.Service, r.Environment, r.To, "rollback")
}

func (f *Fake) begin(ctx context.Context, service, env, release, cause string) (model.Receipt, error) {
	l, err := f.lane(service, env)
	if err != nil {
		return model.Receipt{}, err
	}
	r := f.find(release)
	if r == nil {
		return model.Receipt{}, fault.New(fault.NotFound, "%s has no release %s", service, release).
			WithHint("`slipway release list %s` lists them", service)
	}
	d := &model.Deployment{ID: fmt.Sprintf("%s.%s.%d", service, env, f.position+10), Service: service, Environment: env, Release: release,
		Commit: r.Commit, Subject: r.Subject, Artifact: r.Artifact, Strategy: "canary", Outcome: "preparing", Cause: cause,
		Stages: 2, RequestedAt: f.now}
	l.Active, l.Status = d, d.Outcome
	f.history = append([]*model.Deployment{d}, f.history...)
	receipt := f.note(Actor(ctx), "deploy/"+service+"/"+env, cause+".requested")
	receipt.Deployment = d.ID
	return receipt, nil
}

// Abort stops the deployment under way.
func (f *Fake) Abort(ctx context.Context, r model.AbortRequest) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	l, err := f.lane(r.Service, r.Environment)
	if err != nil {
		return model.Receipt{}, err
	}
	if l.Active == nil {
		return model.Receipt{}, fault.New(fault.Refused, "no deployment of %s is under way in %s", r.Service, r.Environment)
	}
	receipt := f.note(Actor(ctx), "deploy/"+r.Service+"/"+r.Environment, "abort.requested")
	receipt.Deployment = l.Active.ID
	l.Active.Outcome, l.Active.Reason = "aborted", r.Reason
	l.Active, l.Status = nil, "idle"
	return receipt, nil
}

// Settle decides on what is held, which nothing here ever is.
func (f *Fake) Settle(ctx context.Context, r model.SettleRequest) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	if _, err := f.lane(r.Service, r.Environment); err != nil {
		return model.Receipt{}, err
	}
	return model.Receipt{}, fault.New(fault.Refused, "no deployment of %s is held in %s", r.Service, r.Environment)
}
