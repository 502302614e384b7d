package gate

import (
	"context"
	"slices"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/glass"
	"slipway.dev/internal/core/lease"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/release"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/core/train"
)

// entrant is a release at a door, with all that is known of it.
type entrant struct {
	gate.Subject
	Facts  gate.Facts
	Now    resolved        // its configuration, as it would be now
	Guards []machine.Guard // that the facts are still so
	Again  bool            // something could not be read just now
}

// gathering collects the facts of one entrant.
type gathering struct {
	*Book
	*rules
	entrant
	policy gate.Policy
	flows  bool // something at the door asks for flows
	lane   deploy.State
	spec   string // digest of the release's manifest
	task   string // name of the approval task; empty: there is none yet
}

// gather finds out all that a gate must know of an entrant.
func (b *Book) gather(ctx context.Context, r *rules, lane deploy.State, e entrant, deployment string) (entrant, error) {
	compiled, err := r.policy(e.Environment)
	if err != nil {
		return e, err
	}
	g := &gathering{Book: b, rules: r, entrant: e, policy: compiled.Policy, flows: compiled.Flows(), lane: lane, task: deployment}
	g.guard(r.guards...)
	for _, find := range []func(context.Context) error{g.release, g.previous, g.answers, g.needs, g.budgets, g.leases, g.glass, g.train} {
		if err := find(ctx); err != nil {
			return e, err
		}
	}
	return g.entrant, nil
}

func (r *rules) policy(environment string) (*gate.Compiled, error) {
	if err := r.problems[environment]; err != nil {
		return nil, fault.New(fault.Invalid, "what %s asks at its door cannot be read", environment).Because(err)
	}
	p := r.policies[environment]
	if p == nil {
		return nil, noEnvironment(environment)
	}
	return p, nil
}

func (g *gathering) guard(list ...machine.Guard) {
	for _, one := range list {
		if !slices.Contains(g.Guards, one) {
			g.Guards = append(g.Guards, one)
		}
	}
}

// look gives a machine's state, and holds the decision to it.
func look[S any](ctx context.Context, g *gathering, id string) (S, bool, error) {
	s, step, err := of[S](ctx, &g.cache, id)
	if err == nil {
		g.guard(machine.Guard{Machine: id, Step: step})
	}
	return s, step > 0, err
}

// release finds who wrote it, what it would run with, and whether it was revoked.
func (g *gathering) release(ctx context.Context) error {
	s, ok, err := look[release.State](ctx, g, release.MachineID(g.Service, g.Release))
	if err != nil {
		return err
	}
	if !ok {
		g.entrant.Facts.ContributorsUnknown = "the release " + g.Release + " is not known any more"
		return nil
	}
	g.entrant.Facts.Revoked = s.Revoked
	g.spec = s.Spec
	g.Now = g.config(ctx, s.Spec, g.Environment)
	if fault.CodeOf(g.Now.err) == fault.Internal {
		return g.Now.err
	}
	g.guard(g.Now.guards...)
	if g.policy.Approvals.Count > 0 {
		g.wrote(ctx, s)
	}
	return nil
}

// wrote finds everybody who wrote, helped to write or committed what would be new here.
func (g *gathering) wrote(ctx context.Context, s release.State) {
	if s.Commit == "" {
		g.made(s)
		return
	}
	key := writersKey{source: s.Source, to: s.Commit}
	if c := g.lane.Current; c != nil {
		key.from = c.Commit
	}
	if key.from == "" {
		key.path = s.Path
	}
	if key.from == key.to {
		return // the same commit with another config
	}
	list, err := g.contributors(ctx, key)
	if err != nil {
		g.entrant.Facts.ContributorsUnknown, g.entrant.Again = err.Error(), true
		return
	}
	g.entrant.Facts.Contributors = list
}

// previous finds what runs in the environment before.
func (g *gathering) previous(ctx context.Context) error {
	if g.policy.After == "" {
		return nil
	}
	s, _, err := look[deploy.State](ctx, g, deploy.MachineID(g.Service, g.policy.After))
	if err != nil || s.Current == nil {
		return err
	}
	c := s.Current
	healthy, text := s.Health()
	g.entrant.Facts.Previous = &gate.Running{Release: c.Release, Artifact: c.Artifact, Since: c.Completed, Healthy: healthy, Text: text}
	return nil
}

// answers finds the approvals and rejections that were given. That those who gave them are
// who they were is among the guards of the rules.
func (g *gathering) answers(ctx context.Context) error {
	if g.task == "" || g.policy.Approvals.Count == 0 {
		return nil
	}
	id := task.MachineID(g.task)
	s, ok, err := look[task.State](ctx, g, id)
	if err != nil || !ok {
		return err
	}
	for _, a := range s.Given {
		if a.Void != "" {
			continue
		}
		g.entrant.Facts.Answers = append(g.entrant.Facts.Answers, gate.Answer{
			Task: id, Person: a.Person, Approve: a.Decision == "approve", At: a.At,
			Artifact: a.Digests["artifact"], Config: a.Digests["config"], Digest: digestOf(a),
		})
	}
	return nil
}

// needs finds how the services do that this one needs.
func (g *gathering) needs(ctx context.Context) error {
	s, step, err := g.service(ctx, g.Service)
	if err != nil {
		return err
	}
	g.guard(machine.Guard{Machine: config.ResourceID("Service", g.Service), Step: step})
	// Whose it is, is as things are now. What the release is and needs, its own manifest says:
	// a later commit does not change by what an earlier one is judged.
	own, err := g.declared(ctx, g.spec)
	if err != nil {
		return err
	}
	g.Team, g.Labels = s.team, own.labels
	for _, name := range own.needs {
		other, _, err := look[deploy.State](ctx, g, deploy.MachineID(name, g.Environment))
		if err != nil {
			return err
		}
		d := gate.Dependency{Service: name, Running: other.Current != nil, Text: "it was never deployed to " + g.Environment}
		if d.Running {
			d.Healthy, d.Text = other.Health()
		}
		if g.together(ctx, name) {
			d.Running, d.Healthy, d.Text = true, true, "it goes in before this one, in the same train"
		}
		g.entrant.Facts.Dependencies = append(g.entrant.Facts.Dependencies, d)
	}
	return nil
}

// together says whether a service is in the same train: its order sees to what needs what.
func (g *gathering) together(ctx context.Context, service string) bool {
	if g.Train == "" {
		return false
	}
	s, _, err := look[train.State](ctx, g, train.MachineID(g.Train))
	return err == nil && slices.ContainsFunc(s.Members, func(m train.Member) bool { return m.Service == service })
}

// leases finds what is under way in an environment that bounds it.
func (g *gathering) leases(ctx context.Context) error {
	if g.policy.Concurrency == 0 {
		return nil
	}
	s, _, err := look[lease.State](ctx, g, lease.MachineID(g.Environment))
	for _, h := range s.Holders {
		if h.Service != g.Service {
			g.entrant.Facts.UnderWay = append(g.entrant.Facts.UnderWay, h.Service)
		}
	}
	return err
}

// glass finds whether somebody broke it for this service here.
func (g *gathering) glass(ctx context.Context) error {
	id := glass.MachineID(glass.Target{Service: g.Service, Environment: g.Environment})
	s, ok, err := look[glass.State](ctx, g, id)
	if err == nil && ok && s.OpenAt(g.Engine.Now()) {
		g.entrant.Facts.Glass, g.entrant.Facts.GlassUntil = s.ID(), s.Until
	}
	return err
}

// train finds whether it is this one's turn.
func (g *gathering) train(ctx context.Context) error {
	if g.Train == "" {
		return nil
	}
	s, ok, err := look[train.State](ctx, g, train.MachineID(g.Train))
	if err != nil {
		return err
	}
	g.entrant.Facts.Train = &gate.Train{ID: g.Train, Text: "the train " + g.Train + " is not known"}
	if ok {
		g.entrant.Facts.Train.Go, g.entrant.Facts.Train.Text = s.Turn(g.Service)
	}
	return nil
}
