package control

import (
	"context"
	"fmt"
	"slices"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/release"
	doors "slipway.dev/internal/drive/gate"
)

// stepsOf tells what a rollout does, in order.
func stepsOf(r config.Rollout, lane deploy.State) []string {
	steps := []string{fmt.Sprintf("start %s of the new release beside the old", count(r.Replicas, "instance"))}
	if r.Smoke > 0 {
		steps = append(steps, "run "+count(r.Smoke, "smoke check")+" on them, before any user's request")
	}
	for _, s := range deploy.Stages(r.Strategy, r.Replicas, lane.Current == nil) {
		steps = append(steps, stepOf(s, r.Strategy))
	}
	return append(steps, "watch it with all traffic for "+r.Rollback.Observe.String(), "keep the old instances warm for "+r.Rollback.Warm.String())
}

func stepOf(s deploy.Stage, strategy config.Strategy) string {
	switch {
	case s.Judged && strategy.Baseline == config.BaselineRunning:
		return fmt.Sprintf("move %d%% of the traffic to it, and more as the evidence grows, judged against what runs; ask a person if that does not suffice within %s", s.Weight, strategy.Maximum)
	case s.Judged:
		return fmt.Sprintf("move %d%% of the traffic to it, and more as the evidence grows, judged against as many new instances of the old release; ask a person if that does not suffice within %s", s.Weight, strategy.Maximum)
	case s.Weight == 0 && strategy.Internal != nil:
		return fmt.Sprintf("send it the requests with the header %s, for %s", strategy.Internal.Header, s.Pause)
	case s.Pause > 0:
		return fmt.Sprintf("move %d%% of the traffic to the new release and watch it for %s", s.Weight, s.Pause)
	}
	return fmt.Sprintf("move %d%% of the traffic to the new release", s.Weight)
}

// wayBack tells how it is taken back, and when that happens by itself.
func wayBack(r config.Rollout, lane deploy.State) model.RollbackPath {
	path := model.RollbackPath{Conditions: []string{
		fmt.Sprintf("more than %g%% of at least %d requests fail", r.Rollback.Errors*100, r.Rollback.Minimum),
		"an instance crashes again and again, or is not healthy within " + r.Deadline.String(),
	}, Notes: []string{}}
	if r.Smoke > 0 {
		path.Conditions = append(path.Conditions, "a smoke check fails")
	}
	if r.Strategy.Judged && lane.Current != nil {
		path.Conditions = append(path.Conditions, "the judge has evidence that it is worse in a flow")
	}
	if lane.Current == nil {
		path.Notes = append(path.Notes, "nothing ran there before: there is nothing to go back to")
		return path
	}
	path.To = lane.Current.Release
	path.Notes = append(path.Notes, "`slipway rollback` takes it back in one step; it needs no approval")
	switch r.Migration {
	case config.MigrationContract, config.MigrationIrreversible:
		path.Notes = append(path.Notes, fmt.Sprintf("its migration is %s: once it has traffic, going back needs --force, and the old release may not read the data", r.Migration))
	case config.MigrationExpand:
		path.Notes = append(path.Notes, "its migration only adds: the old release can read the data")
	}
	return path
}

// checklist tells what is validated, and by whom.
func checklist(r config.Rollout) []string {
	list := []string{"every new instance is healthy (slipway)"}
	if r.Smoke > 0 {
		list = append(list, count(r.Smoke, "smoke check")+" pass on each new instance (slipway)")
	}
	return append(list,
		fmt.Sprintf("errors stay below %g%% for %s with all traffic (slipway)", r.Rollback.Errors*100, r.Rollback.Observe.Round(time.Second)),
		"what the change promised can be seen by a user (who asked for it)",
		"dashboards and alerts are quiet (on call)",
	)
}

// planContacts finds who to turn to.
func (c *Control) planContacts(ctx context.Context, p *model.Plan, rel release.State) error {
	p.Contacts = []model.Contact{}
	_, d, err := c.known(ctx)
	if err != nil {
		return err
	}
	team, err := c.manifest(ctx, manifest.KindTeam, p.Team)
	if fault.Is(err, fault.NotFound) { // it has none, or one that nobody declared
		return c.planApprovers(ctx, p, rel, d)
	}
	if err != nil {
		return err
	}
	t, err := team.TeamSpec()
	if err != nil {
		return err
	}
	for _, person := range t.OnCall {
		p.Contacts = append(p.Contacts, model.Contact{Role: "on call", Name: string(person), Email: address(d, string(person))})
	}
	for _, m := range t.Members {
		p.Contacts = append(p.Contacts, model.Contact{Role: "owner, " + p.Team, Name: string(m.Name), Email: string(m.Email)})
	}
	return c.planApprovers(ctx, p, rel, d)
}

// maxApprovers bounds how many people a plan names who may approve.
const maxApprovers = 20

// whatIfApproval begins the name of an approval that a gate counts only because it was asked
// what would be.
const whatIfApproval = "slipway:task/what-if#"

// planApprovers finds whose approvals would count: not those of who wrote the change. The
// gate says so itself, asked what would be if all in its groups had approved.
func (c *Control) planApprovers(ctx context.Context, p *model.Plan, rel release.State, d *access.Directory) error {
	policy, err := c.Doors.Policy(ctx, p.Environment)
	if err != nil || policy.Approvals.Count == 0 {
		return err
	}
	var people, groups []string // those in the groups, and in which each was met first
	for _, group := range policy.Approvals.From {
		for _, person := range d.Holders(group, access.Scope{Team: p.Team, Environment: p.Environment}) {
			if !slices.Contains(people, person) {
				people, groups = append(people, person), append(groups, group)
			}
		}
	}
	e, err := c.Doors.Explain(ctx, doors.Question{Service: p.Service, Environment: p.Environment, Release: rel, Approvals: people})
	unknown := func(c gate.Condition) bool { return c.Name == "approvals" && c.Verdict == gate.Unknown }
	if err != nil || slices.ContainsFunc(e.Conditions, unknown) { // not all who wrote it are known: any of these may have
		return err
	}
	named := 0
	for i, person := range people {
		counts := slices.ContainsFunc(e.Inputs, func(in gate.Input) bool { return in.URI == whatIfApproval+person })
		if counts && named < maxApprovers {
			named++
			p.Contacts = append(p.Contacts, model.Contact{Role: "may approve (" + groups[i] + ")", Name: person, Email: address(d, person)})
		}
	}
	return nil
}

func address(d *access.Directory, person string) string {
	p, _ := d.Person(person)
	if len(p.Addresses) == 0 {
		return ""
	}
	return p.Addresses[0]
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
