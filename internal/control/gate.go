package control

import (
	"context"
	"slices"
	"strings"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/release"
	doors "slipway.dev/internal/drive/gate"
	"slipway.dev/internal/engine"
)

// Doors knows how environments' doors stand.
type Doors interface {
	Explain(ctx context.Context, q doors.Question) (doors.Explained, error)
	Policy(ctx context.Context, environment string) (gate.Policy, error)
}

// Gate says how an environment's door stands to a release: the one that waits at it, or the
// one that would come next.
func (c *Control) Gate(ctx context.Context, q model.GateQuery) (model.Gate, error) {
	if _, err := c.may(ctx, access.Read, c.scope(ctx, q.Service, q.Environment)); err != nil {
		return model.Gate{}, err
	}
	return c.explain(ctx, q)
}

func (c *Control) explain(ctx context.Context, q model.GateQuery) (model.Gate, error) {
	approvals, err := whatIf(q.With)
	if err != nil {
		return model.Gate{}, err
	}
	if _, err := c.resource(ctx, "Environment", q.Environment); err != nil {
		return model.Gate{}, err
	}
	question := doors.Question{Service: q.Service, Environment: q.Environment, At: q.At, Approvals: approvals, Expedite: q.Expedite}
	lane, _, err := engine.Load[deploy.State](ctx, c.Engine, deploy.MachineID(q.Service, q.Environment))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return model.Gate{}, err
	}
	if p := waitsIn(lane, q.Release); p != nil {
		question.Deployment = p.Deployment
	} else if question.Release, err = c.candidate(ctx, q.Service, q.Environment, q.Release); err != nil {
		return model.Gate{}, err
	}
	e, err := c.Doors.Explain(ctx, question)
	if err != nil {
		return model.Gate{}, err
	}
	return gateOf(e, question.Deployment), nil
}

// whatIf reads "approval=ada".
func whatIf(with []string) ([]string, error) {
	var people []string
	for _, w := range with {
		what, who, _ := strings.Cut(w, "=")
		if what != "approval" || who == "" {
			return nil, fault.New(fault.Invalid, "%q is not something that a gate can be asked about", w).WithHint("say approval=NAME")
		}
		people = append(people, who)
	}
	return people, nil
}

// waitsIn finds what waits in a lane: a release, or without one the first.
func waitsIn(s deploy.State, release string) *deploy.Pending {
	i := slices.IndexFunc(s.Queue, func(p deploy.Pending) bool {
		return release == "" || strings.HasPrefix(p.Release, release) || p.Deployment == release
	})
	if i < 0 {
		return nil
	}
	return &s.Queue[i]
}

// candidate gives the release that would enter: the one that is named, or the one that runs
// in the environment before, or the newest that is built.
func (c *Control) candidate(ctx context.Context, service, environment, name string) (release.State, error) {
	if name == "" {
		p, err := c.Doors.Policy(ctx, environment)
		if err != nil {
			return release.State{}, err
		}
		if p.After != "" {
			if name, err = c.runs(ctx, service, p.After, environment); err != nil {
				return release.State{}, err
			}
		}
	}
	return c.built(ctx, service, name)
}

// runs gives the release that runs in the environment before another.
func (c *Control) runs(ctx context.Context, service, before, environment string) (string, error) {
	s, _, err := engine.Load[deploy.State](ctx, c.Engine, deploy.MachineID(service, before))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", err
	}
	if s.Current == nil && s.Active != nil {
		return "", fault.New(fault.Refused, "%s is still on its way into %s (%s), which comes before %s", service, before, s.Active.Phase, environment).
			WithHint("wait until it is completed there: slipway status %s", service)
	}
	if s.Current == nil {
		if _, err := c.resource(ctx, "Service", service); err != nil {
			return "", err
		}
		return "", fault.New(fault.Refused, "%s does not run in %s, which comes before %s", service, before, environment).
			WithHint("slipway deploy %s %s, or name a release with --release", service, before)
	}
	return s.Current.Release, nil
}

func gateOf(e doors.Explained, deployment string) model.Gate {
	g := model.Gate{
		Service: e.Service, Environment: e.Environment, Release: e.Release, Artifact: e.Artifact, Config: e.Subject.Config,
		Deployment: deployment, Verdict: string(e.Verdict), Conditions: conditionsOf(e.Conditions), Policy: e.Decision.Policy,
		At: e.At, Next: e.Next, Glass: e.Glass, Expedite: e.Expedite,
	}
	for i, c := range g.Conditions {
		if deployment == "" && c.Name == "window" && c.Verdict == string(gate.Fail) && !e.Next.IsZero() { // what waits already need not be asked for
			g.Conditions[i].Needs = append(slices.Clone(c.Needs), "or ask for it now: slipway promote "+e.Service+" "+e.Environment+" --at next-window")
		}
	}
	return g
}

func conditionsOf(conditions []gate.Condition) []model.Condition {
	list := make([]model.Condition, len(conditions))
	for i, c := range conditions {
		list[i] = model.Condition{Name: c.Name, Verdict: string(c.Verdict), Reason: c.Reason, Needs: c.Needs}
		if c.Needs == nil {
			list[i].Needs = []string{}
		}
	}
	return list
}

// Gates says how the doors stand at which something waits.
func (c *Control) Gates(ctx context.Context) ([]model.Gate, error) {
	sight, err := c.sees(ctx)
	if err != nil {
		return nil, err
	}
	lanes, err := c.lanes(ctx)
	if err != nil {
		return nil, err
	}
	names, list := c.subjects(ctx), []model.Gate{}
	for _, s := range lanes {
		if !sight.of(names.team(s.Service), s.Environment) {
			continue
		}
		for _, p := range s.Queue {
			e, err := c.Doors.Explain(ctx, doors.Question{Service: s.Service, Environment: s.Environment, Deployment: p.Deployment})
			if fault.Is(err, fault.NotFound) { // it went in meanwhile, or its environment is gone
				continue
			}
			if err != nil {
				return nil, err
			}
			list = append(list, gateOf(e, p.Deployment))
		}
	}
	return list, nil
}
