package gate

import (
	"context"
	"slices"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/escalate"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/release"
	"slipway.dev/internal/engine"
)

// Facts gives a lane what it must know of others: how the gate stands to each release that
// waits, and which of those that one could go back to were revoked.
func (b *Book) Facts(ctx context.Context, _ engine.Reader, e machine.Event) (machine.Value, error) {
	var f deploy.Facts
	var err error
	switch e.Type {
	case deploy.EventAsked:
		f.Gates, err = b.answersFor(ctx, engine.Subject(ctx))
	case machine.Timer: // a lane's other timers must not wait for a gate that gives no answer
		f.Gates, _ = b.answersFor(ctx, engine.Subject(ctx))
	case deploy.EventRollback:
		f, err = b.revoked(ctx, engine.Subject(ctx))
	default:
		return nil, nil
	}
	if err != nil || len(f.Gates) == 0 && len(f.Guards) == 0 {
		return nil, err
	}
	return machine.Must(f), nil
}

// answersFor evaluates the gate for all that waits in a lane.
func (b *Book) answersFor(ctx context.Context, id string) ([]deploy.Answered, error) {
	r, err := b.now(ctx)
	if err != nil {
		return nil, err
	}
	lane, step, err := of[deploy.State](ctx, &b.cache, id)
	if err != nil {
		return nil, err
	}
	var all []deploy.Answered
	for _, p := range lane.Queue {
		a, err := b.answer(ctx, r, lane, p)
		if err != nil {
			return nil, err
		}
		a.Guards = append(a.Guards, machine.Guard{Machine: id, Step: step})
		all = append(all, a)
	}
	return all, nil
}

// answer evaluates the gate for one release that waits.
func (b *Book) answer(ctx context.Context, r *rules, lane deploy.State, p deploy.Pending) (deploy.Answered, error) {
	a := deploy.Answered{Deployment: p.Deployment}
	e, err := b.gather(ctx, r, lane, entrant{Subject: p.Subject()}, p.Deployment)
	if err != nil {
		if code := fault.CodeOf(err); code != fault.NotFound && code != fault.Invalid {
			return a, err
		}
		a.Decision = closed("environment", err)
		return a, nil
	}
	policy, _ := r.policy(p.Environment)
	if e.Now.err == nil && e.Now.digest != e.Config {
		e.Config, a.Rollout = e.Now.digest, &e.Now.rollout
	}
	a.Artifact, a.Config = e.Artifact, e.Config
	a.Decision = decide(policy, r, e, b.Engine.Now())
	a.Guards, a.Supersede, a.Lease = e.Guards, policy.Supersede, policy.Concurrency
	if a.Ask = policy.Ask(e.Subject, e.Facts, r.directory); a.Ask != nil {
		way := r.ways[e.Team] // those who are asked are told first, then whom the service's team wants told
		a.Ask.AskedBy, a.Ask.Repeat = p.Actor, way.Repeat
		a.Ask.Escalation = append([]escalate.Step{{Tell: a.Ask.From}}, way.Steps...)
	}
	return a, nil
}

// closed is the decision where the gate cannot be asked at all.
func closed(name string, why error) gate.Decision {
	c := gate.Condition{Name: name, Verdict: gate.Unknown, Reason: why.Error()}
	return gate.Decision{Verdict: gate.Unknown, Conditions: []gate.Condition{c}}
}

// revoked finds which of the releases that one could go back to were revoked.
func (b *Book) revoked(ctx context.Context, id string) (f deploy.Facts, err error) {
	if err := b.cache.catchUp(ctx); err != nil {
		return f, err
	}
	lane, _, err := of[deploy.State](ctx, &b.cache, id)
	if err != nil {
		return f, err
	}
	kept := slices.Clone(lane.Kept)
	if lane.Current != nil { // what serves now may be kept by the time this is stepped
		kept = append(kept, *lane.Current)
	}
	if lane.Active != nil && lane.Active.Target != nil {
		kept = append(kept, *lane.Active.Target)
	}
	for _, k := range kept {
		rid := release.MachineID(lane.Service, k.Release)
		s, step, err := of[release.State](ctx, &b.cache, rid)
		if err != nil {
			return f, err
		}
		f.Guards = append(f.Guards, machine.Guard{Machine: rid, Step: step})
		if s.Revoked != "" {
			f.Revoked = append(f.Revoked, k.Release)
		}
	}
	return f, nil
}
