package gate

import (
	"cmp"
	"context"
	"strings"
	"time"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/release"
)

// Question asks how a door stands to a release, or would stand.
type Question struct {
	Service, Environment string
	Release              release.State // what would enter; zero with Deployment
	Deployment           string        // one that waits; empty: what if Release asked now
	At                   time.Time     // zero: now
	Approvals            []string      // accounts: as if they had approved
	Expedite             bool
	Fix                  string // as if it were the fix, and why
}

// Explained is the answer.
type Explained struct {
	gate.Subject
	gate.Decision
	Policy gate.Policy
	At     time.Time
}

// Explain evaluates a gate without letting anybody in.
func (b *Book) Explain(ctx context.Context, q Question) (Explained, error) {
	r, err := b.now(ctx)
	if err != nil {
		return Explained{}, err
	}
	policy, err := r.policy(q.Environment)
	if err != nil {
		return Explained{}, err
	}
	lane, _, err := of[deploy.State](ctx, &b.cache, deploy.MachineID(q.Service, q.Environment))
	if err != nil {
		return Explained{}, err
	}
	start, err := b.entrant(ctx, lane, q)
	if err != nil {
		return Explained{}, err
	}
	e, err := b.gather(ctx, r, lane, start, q.Deployment)
	if err != nil {
		return Explained{}, err
	}
	if e.Now.err == nil {
		e.Config = e.Now.digest
	}
	at := q.At
	if at.IsZero() {
		at = b.Engine.Now()
	}
	for _, person := range q.Approvals {
		e.Facts.Answers = append(e.Facts.Answers, gate.Answer{Task: "what-if", Person: person, Approve: true, At: at, Artifact: e.Artifact, Config: e.Config})
	}
	return Explained{Subject: e.Subject, Decision: decide(policy, r, e, at), Policy: policy.Policy, At: at}, nil
}

// entrant is the one that a question is about.
func (b *Book) entrant(ctx context.Context, lane deploy.State, q Question) (entrant, error) {
	for _, p := range lane.Queue {
		if q.Deployment != "" && p.Deployment == q.Deployment {
			s := p.Subject()
			s.Fix = cmp.Or(q.Fix, s.Fix)
			return entrant{Subject: s}, nil
		}
	}
	if q.Deployment != "" {
		return entrant{}, fault.New(fault.NotFound, "%s does not wait in %s", q.Deployment, q.Environment)
	}
	s := q.Release
	now := b.config(ctx, s.Spec, q.Environment)
	return entrant{Subject: gate.Subject{
		Service: q.Service, Environment: q.Environment, Release: s.ID, Artifact: s.Artifact.Digest, Config: now.digest,
		Commit: s.Commit, CommittedAt: s.CommittedAt, Order: s.Order, Migration: string(now.rollout.Migration), Expedite: q.Expedite, Fix: q.Fix,
	}}, nil
}

// Policy gives what an environment asks.
func (b *Book) Policy(ctx context.Context, environment string) (gate.Policy, error) {
	r, err := b.now(ctx)
	if err != nil {
		return gate.Policy{}, err
	}
	p, err := r.policy(environment)
	if err != nil {
		return gate.Policy{}, err
	}
	return p.Policy, nil
}

// Policies gives what each environment asks, by its name.
func (b *Book) Policies(ctx context.Context) (map[string]gate.Policy, error) {
	r, err := b.now(ctx)
	if err != nil {
		return nil, err
	}
	all := map[string]gate.Policy{}
	for name, p := range r.policies {
		if p != nil {
			all[name] = p.Policy
		}
	}
	return all, nil
}

// laneOf parts the identity of a lane.
func laneOf(id string) (service, environment string) {
	service, environment, _ = strings.Cut(strings.TrimPrefix(id, "deploy/"), "/")
	return service, environment
}
