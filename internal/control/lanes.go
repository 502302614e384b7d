package control

import (
	"context"
	"slices"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/engine"
)

// Lanes gives every service in every environment that it was ever asked into.
func (c *Control) Lanes(ctx context.Context) ([]model.Lane, error) {
	see, err := c.sees(ctx)
	if err != nil {
		return nil, err
	}
	lanes, err := c.lanes(ctx)
	if err != nil {
		return nil, err
	}
	names := c.subjects(ctx)
	list := make([]model.Lane, 0, len(lanes))
	for _, s := range lanes {
		list = append(list, c.laneOf(s, names))
	}
	if list, err = c.undeployed(ctx, list); err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(l model.Lane) bool { return !see.of(names.team(l.Service), l.Environment) })
	return c.withPending(ctx, list)
}

// Lane gives a service in an environment.
func (c *Control) Lane(ctx context.Context, service, environment string) (model.Lane, error) {
	if _, err := c.may(ctx, access.Read, c.scope(ctx, service, environment)); err != nil {
		return model.Lane{}, err
	}
	s, _, err := engine.Load[deploy.State](ctx, c.Engine, deploy.MachineID(service, environment))
	if err != nil {
		return model.Lane{}, c.noLane(ctx, service, environment, err)
	}
	list, err := c.withPending(ctx, []model.Lane{c.laneOf(s, c.subjects(ctx))})
	if err != nil {
		return model.Lane{}, err
	}
	return list[0], nil
}

func (c *Control) laneOf(s deploy.State, names subjects) model.Lane {
	st := s.Status()
	l := model.Lane{Service: s.Service, Environment: s.Environment, Status: st.Word, Text: st.Text, URLs: c.urls(s), Team: names.team(s.Service)}
	if s.Current != nil {
		p := placedOf(*s.Current, true, names)
		l.Current = &p
	}
	for _, k := range s.Choices() {
		l.Kept = append(l.Kept, placedOf(k.Release, k.Warm, names))
	}
	if s.Active != nil {
		d := c.activeOf(s, names)
		l.Active = &d
	}
	for _, in := range s.Instances() {
		l.Instances = append(l.Instances, model.Instance{ID: in.ID, Deployment: in.Deployment, State: in.State,
			Address: in.Address, Restarts: in.Restarts, Routed: in.Routed})
	}
	return l
}

// activeOf gives what is under way in a lane.
func (c *Control) activeOf(s deploy.State, names subjects) model.Deployment {
	st := s.Status()
	d := c.deploymentOf(deploy.Ended{Service: s.Service, Environment: s.Environment, Row: s.Active.Row}, names)
	d.Outcome, d.Reason, d.Stage, d.Stages, d.Undecided = st.Word, st.Text, s.Active.Stage+1, len(s.Active.Stages), s.Active.Undecided
	d.Weight = s.Exposure() // of a rollback, its number is not that of its instances
	return d
}

func placedOf(r deploy.Release, warm bool, names subjects) model.Placed {
	return model.Placed{
		Deployment: r.Deployment, Release: r.Release, Commit: r.Commit, Subject: names.subject(r.Deployment, r.Release),
		Artifact: r.Artifact, Config: r.Config, CompletedAt: r.Completed, Warm: warm,
		Revoked: names.revoked(r.Deployment, r.Release),
	}
}

func (c *Control) deploymentOf(row deploy.Ended, names subjects) model.Deployment {
	d := model.Deployment{
		ID: row.Deployment, Service: row.Service, Environment: row.Environment, Release: row.Release,
		Commit: row.Commit, Subject: names.subject(row.Deployment, row.Release), Artifact: row.Artifact, Config: row.Config,
		Strategy: row.Strategy, Outcome: string(row.Outcome), Reason: row.Reason, Cause: row.Cause,
		Expedite: row.Expedite, Fix: row.Fix, Judge: judgementOf(row.Judge), Glass: row.Glass, Train: row.Train, Revoked: names.revoked(row.Deployment, row.Release),
		RequestedAt: row.Requested, CommittedAt: row.CommittedAt,
		LiveAt: row.Live, FinishedAt: row.Finished,
		RollbackMillis: float64(row.RollbackTime()) / float64(time.Millisecond),
	}
	until := row.Finished
	if until.IsZero() {
		until = c.Engine.Now()
	}
	d.Seconds = until.Sub(row.Requested).Seconds()
	return d
}

// urls are where users reach a service.
func (c *Control) urls(s deploy.State) []string {
	list := []string{}
	for _, r := range s.Route.Routes {
		list = append(list, c.URL(r.Host)+r.Path)
	}
	return list
}

// noLane says whether it is the service, the environment or only the pair that is unknown.
func (c *Control) noLane(ctx context.Context, service, environment string, err error) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	if _, err := c.resource(ctx, "Service", service); err != nil {
		return err
	}
	if _, err := c.resource(ctx, "Environment", environment); err != nil {
		return err
	}
	return fault.New(fault.NotFound, "%s was never deployed to %s", service, environment).
		WithHint("slipway deploy %s %s", service, environment)
}
