package control

import (
	"context"
	"slices"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/catalog"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/maintenance"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/engine"
)

// AnnounceMaintenance announces work in an environment.
func (c *Control) AnnounceMaintenance(ctx context.Context, r model.MaintenanceRequest) (model.Receipt, error) {
	k, err := c.Catalog.Catalog(ctx)
	if err != nil {
		return model.Receipt{}, err
	}
	teams := teamsOf(k, r)
	actor, err := c.mayFor(ctx, teams, r.Environment)
	if err != nil {
		return model.Receipt{}, err
	}
	if _, err := c.resource(ctx, manifest.KindEnvironment, r.Environment); err != nil {
		return model.Receipt{}, err
	}
	if err := manifest.CheckName(r.Name); err != nil {
		return model.Receipt{}, fault.New(fault.Invalid, "%v", err)
	}
	for _, name := range r.Flows {
		if _, ok := k.Flow(name); !ok {
			return model.Receipt{}, fault.New(fault.NotFound, "there is no Flow %s", name).WithHint("slipway flow list")
		}
	}
	for _, name := range r.Services {
		if _, err := c.resource(ctx, manifest.KindService, name); err != nil {
			return model.Receipt{}, err
		}
	}
	return c.tell(ctx, actor, maintenance.MachineID(r.Name), maintenance.EventAnnounced, maintenance.Announcement{
		Name: r.Name, Environment: r.Environment, Flows: r.Flows, Services: r.Services, From: r.From.UTC(), Until: r.Until.UTC(), Reason: r.Reason, Teams: teams})
}

// mayFor asks for the right to deploy what belongs to each of some teams; of none, to what
// belongs to nobody.
func (c *Control) mayFor(ctx context.Context, teams []string, environment string) (actor machine.Actor, err error) {
	if len(teams) == 0 {
		return c.may(ctx, access.Deploy, access.Scope{Environment: environment})
	}
	for _, team := range teams {
		if actor, err = c.may(ctx, access.Deploy, access.Scope{Team: team, Environment: environment}); err != nil {
			return actor, err
		}
	}
	return actor, nil
}

// teamsOf gives the teams of the flows that work touches, sorted.
func teamsOf(k *catalog.Catalog, r model.MaintenanceRequest) []string {
	var teams []string
	for _, f := range k.Flows() {
		if f.Team != "" && touches(r, f) && !slices.Contains(teams, f.Team) {
			teams = append(teams, f.Team)
		}
	}
	slices.Sort(teams)
	return teams
}

func touches(r model.MaintenanceRequest, f flow.Flow) bool {
	return len(r.Flows)+len(r.Services) == 0 || slices.Contains(r.Flows, f.Name) || slices.ContainsFunc(r.Services, f.Serves)
}

// CancelMaintenance takes an announcement back.
func (c *Control) CancelMaintenance(ctx context.Context, name string) (model.Receipt, error) {
	if err := c.maySomewhere(ctx, access.Deploy); err != nil {
		return model.Receipt{}, err
	}
	s, _, err := engine.Load[maintenance.State](ctx, c.Engine, maintenance.MachineID(name))
	if err != nil {
		return model.Receipt{}, ignoring(fault.NotFound, err, fault.New(fault.NotFound, "no maintenance %s is announced", name).WithHint("slipway maintenance list"))
	}
	actor, err := c.mayFor(ctx, s.Teams, s.Environment)
	if err != nil {
		return model.Receipt{}, err
	}
	return c.tell(ctx, actor, maintenance.MachineID(name), maintenance.EventCancelled, maintenance.Cancelled{})
}

// Maintenance lists announced work, latest first.
func (c *Control) Maintenance(ctx context.Context) ([]model.Maintenance, error) {
	see, err := c.sees(ctx)
	if err != nil {
		return nil, err
	}
	states, err := engine.All[maintenance.State](ctx, c.Engine, maintenance.MachineID(""))
	if err != nil {
		return nil, err
	}
	k, err := c.Catalog.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	list := []model.Maintenance{}
	for _, s := range states {
		if see.of("", s.Environment) || slices.ContainsFunc(s.Teams, func(team string) bool { return see.of(team, s.Environment) }) {
			list = append(list, maintenanceOf(k, s))
		}
	}
	slices.SortStableFunc(list, func(a, b model.Maintenance) int { return b.From.Compare(a.From) })
	return list, nil
}

func maintenanceOf(k *catalog.Catalog, s maintenance.State) model.Maintenance {
	m := model.Maintenance{
		Name: s.Name, Environment: s.Environment, Flows: s.Flows, Services: s.Services, From: s.From, Until: s.Until, Reason: s.Reason,
		Status: string(s.Status), AnnouncedAt: s.AnnouncedAt, AnnouncedBy: s.By.String(), Cancelled: s.Status == maintenance.Called,
	}
	for _, f := range k.Flows() {
		if len(f.Spec.Targets.Reliability.Availability) > 0 && s.Touches(f.Name, f.Services()) && !s.InTime(f.Notice()) {
			m.Late = append(m.Late, f.Name)
		}
	}
	return m
}
