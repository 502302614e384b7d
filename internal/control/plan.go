package control

import (
	"context"
	"encoding/json"
	"slices"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/release"
	"slipway.dev/internal/engine"
)

// Plan says what a deployment of a release into an environment would do.
func (c *Control) Plan(ctx context.Context, service, environment, name string) (model.Plan, error) {
	if _, err := c.may(ctx, access.Read, c.scope(ctx, service, environment)); err != nil {
		return model.Plan{}, err
	}
	rel, err := c.candidate(ctx, service, environment, name)
	if err != nil {
		return model.Plan{}, err
	}
	request, err := c.requestOf(ctx, rel, environment)
	if err != nil {
		return model.Plan{}, err
	}
	return c.plan(ctx, request, rel)
}

// writePlan keeps the plan of a request, and why that was made, as a blob and gives its
// digest. The first environment takes releases without asking and has none.
func (c *Control) writePlan(ctx context.Context, r deploy.Request, why string) (string, error) {
	p, err := c.Doors.Policy(ctx, r.Environment)
	if err != nil || p.After == "" {
		return "", err
	}
	rel, _, err := engine.Load[release.State](ctx, c.Engine, release.MachineID(r.Service, r.Release))
	if err != nil {
		return "", err
	}
	plan, err := c.plan(ctx, r, rel)
	if err != nil {
		return "", err
	}
	plan.Reason = why
	return c.Engine.Blobs().Put(ctx, machine.Must(plan))
}

// readPlan gives a plan that was kept with a deployment.
func (c *Control) readPlan(ctx context.Context, digest string) (*model.Plan, error) {
	if digest == "" {
		return nil, nil
	}
	blob, err := c.Engine.Blobs().Get(ctx, digest)
	if fault.Is(err, fault.NotFound) { // its time is over
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var p model.Plan
	return &p, json.Unmarshal(blob, &p)
}

// plan puts together all that is known beforehand of a deployment.
func (c *Control) plan(ctx context.Context, r deploy.Request, rel release.State) (model.Plan, error) {
	lane, _, err := engine.Load[deploy.State](ctx, c.Engine, deploy.MachineID(r.Service, r.Environment))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return model.Plan{}, err
	}
	p := model.Plan{
		Service: r.Service, Environment: r.Environment, Team: c.scope(ctx, r.Service, "").Team, Release: r.Release, Commit: r.Commit,
		Artifact: r.Artifact, Config: r.Config, Strategy: r.Rollout.Strategy.Kind, Migration: string(r.Rollout.Migration),
		Commits: []model.PlanCommit{}, Changes: []model.FieldChange{}, MadeAt: c.Engine.Now(),
	}
	if lane.Current != nil {
		p.From = lane.Current.Release
	}
	for _, add := range []func() error{
		func() error { return c.planCommits(ctx, &p, lane, rel) },
		func() error { return c.planChanges(ctx, &p, lane) },
		func() (err error) {
			p.Gate, err = c.explain(ctx, model.GateQuery{Service: r.Service, Environment: r.Environment, Release: r.Release, Expedite: r.Expedite})
			return err
		},
		func() error { return c.planTime(ctx, &p) },
		func() error { return c.planContacts(ctx, &p, rel) },
	} {
		if err := add(); err != nil {
			return model.Plan{}, err
		}
	}
	p.Steps, p.Rollback, p.Checklist = stepsOf(r.Rollout, lane), wayBack(r.Rollout, lane), checklist(r.Rollout)
	return p, nil
}

// planCommits finds what is new since the release that runs there.
func (c *Control) planCommits(ctx context.Context, p *model.Plan, lane deploy.State, rel release.State) error {
	rows, err := c.rows(ctx, p.Service)
	if err != nil {
		return err
	}
	p.Releases = []string{}
	for _, row := range rows {
		if order := orderOf(row); order <= rel.Order && (lane.Current == nil || order > lane.Current.Order) && row.Summary.Labels["artifact"] != "" {
			p.Releases = append(p.Releases, row.Summary.Labels["release"])
		}
	}
	p.Releases = p.Releases[:min(len(p.Releases), 50)]
	switch {
	case rel.Commit == "":
		p.NoCommits = "it is an image: " + rel.Image
		return nil
	case lane.Current == nil:
		p.NoCommits = "nothing runs there yet: all of it is new"
		return nil
	}
	var problem error
	if p.Commits, p.MoreCommits, problem = c.Deps.Sources.Commits(ctx, rel.Source, lane.Current.Commit, rel.Commit); problem != nil {
		p.Commits, p.NoCommits = []model.PlanCommit{}, problem.Error() // the rest of the plan is told all the same
	}
	return nil
}

// planChanges compares the configuration with the one that runs there.
func (c *Control) planChanges(ctx context.Context, p *model.Plan, lane deploy.State) error {
	if lane.Current == nil || lane.Current.Config == p.Config {
		return nil
	}
	before, err := c.Engine.Blobs().Get(ctx, lane.Current.Config)
	if err != nil {
		return err
	}
	after, err := c.Engine.Blobs().Get(ctx, p.Config)
	if err != nil {
		return err
	}
	for _, f := range config.DiffJSON(before, after) {
		p.Changes = append(p.Changes, model.FieldChange(f))
	}
	return nil
}

// planTime expects what the last completed deployments took. One that waited for people is
// counted from the moment that it began.
func (c *Control) planTime(ctx context.Context, p *model.Plan) error {
	ended, err := c.Ended(ctx, model.DeploymentsQuery{Service: p.Service, Environment: p.Environment, Limit: 20})
	if err != nil {
		return err
	}
	var seconds []float64
	for _, d := range ended {
		if d.Kind == deploy.KindDeploy && d.Outcome == deploy.Completed && len(d.Phases) > 0 {
			seconds = append(seconds, d.Finished.Sub(d.Phases[0].At).Seconds())
		}
	}
	if len(seconds) == 0 {
		p.Basis = "not known: none was completed there yet"
		return nil
	}
	slices.Sort(seconds)
	p.Seconds, p.Basis = seconds[len(seconds)/2], "the median of "+count(len(seconds), "completed deployment")
	return nil
}
