package source

import (
	"context"
	"strings"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/engine"
)

// Facts gathers what must be known of others to take a push: whether a change of what
// governs must be approved, what that would change, and who had a hand in it.
func (d *Driver) Facts(ctx context.Context, r engine.Reader, e machine.Event) (machine.Value, error) {
	if e.Type != config.EventPushed {
		return nil, nil
	}
	p, err := machine.Decode[config.Pushed](e)
	if err != nil {
		return nil, err
	}
	name := strings.TrimPrefix(engine.Subject(ctx), "source/")
	s, _, err := engine.Load[config.SourceState](ctx, r, config.SourceID(name))
	if ignore(err, fault.NotFound) != nil {
		return nil, err
	}
	// The step is read first: what changes while the rest is read makes the guard fail.
	_, step, err := engine.Load[config.PolicyState](ctx, r, config.PolicyID)
	if ignore(err, fault.NotFound) != nil {
		return nil, err
	}
	inForce, err := Governing(ctx, d.Engine)
	if err != nil {
		return nil, err
	}
	all := make([]manifest.Resource, len(inForce))
	for i, o := range inForce {
		all[i] = o.Resource
	}
	f := config.Facts{Policy: step, Free: !config.Asks(all)}
	if f.Free || s.Spec.Kind == config.Services { // that may hold nothing that governs
		return machine.Must(f), nil
	}
	f.Referred = config.Referred(all)
	g := gathering{Driver: d, Facts: &f, source: name, pushed: p, inForce: map[string]config.Owned{}, since: map[string]bool{}}
	for _, o := range inForce {
		g.inForce[o.ID()] = o
	}
	if err := g.gather(ctx, e.Actor); err != nil {
		return nil, err
	}
	return machine.Must(f), nil
}

// gathering finds the facts of one push.
type gathering struct {
	*Driver
	*config.Facts
	source  string
	pushed  config.Pushed
	inForce map[string]config.Owned
	since   map[string]bool // commits from which what would change came
}

func (g *gathering) gather(ctx context.Context, actor machine.Actor) error {
	g.Changes = map[string]string{}
	wanted := map[string]bool{}
	for _, item := range g.pushed.Items {
		id := item.Kind + "/" + item.Name
		wanted[id] = true
		if !config.Governs(item.Kind) || g.inForce[id].Digest == item.Digest {
			continue
		}
		text, err := g.difference(ctx, id, item.Digest)
		if err != nil {
			return err
		}
		if err := g.change(ctx, item.Kind, item.Name, text); err != nil {
			return err
		}
	}
	for id, o := range g.inForce {
		if g.pushed.Partial || wanted[id] || o.Source != g.source {
			continue
		}
		if err := g.change(ctx, o.Kind, o.Name, "It would be in force no more."); err != nil {
			return err
		}
	}
	if len(g.Changes) == 0 {
		return nil
	}
	return g.people(ctx, actor)
}

// change notes what would change, and since which commit.
func (g *gathering) change(ctx context.Context, kind, name, text string) error {
	g.Changes[kind+"/"+name] = text
	s, _, err := engine.Load[config.ResourceState](ctx, g.Engine, config.ResourceID(kind, name))
	if ignore(err, fault.NotFound) != nil {
		return err
	}
	from := ""
	if s.InForce() && s.Source == g.source {
		from = s.Commit
	}
	g.since[from] = true
	return nil
}

// difference says what would change, for who is to approve it.
func (g *gathering) difference(ctx context.Context, id, digest string) (string, error) {
	document, err := g.Engine.Blobs().Get(ctx, digest)
	if err != nil {
		return "", err
	}
	after, err := manifest.Load(document)
	if err != nil {
		return "", err
	}
	before, there := g.inForce[id]
	if !there {
		before.Resource = manifest.Resource{Kind: after.Kind, Name: after.Name, Spec: []byte("{}")}
	}
	return config.Differences(config.Diff(before.Resource, after)), nil
}
