package source

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/task"
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
	// The step is read first: what changes while the rest is read makes the guard fail.
	_, step, err := engine.Load[config.PolicyState](ctx, r, config.PolicyID)
	if ignore(err, fault.NotFound) != nil {
		return nil, err
	}
	inForce, err := d.governing(ctx)
	if err != nil {
		return nil, err
	}
	f := config.Facts{Policy: step, Free: !config.Asks(inForce)}
	if !f.Free {
		g := gathering{Driver: d, source: strings.TrimPrefix(engine.Subject(ctx), "source/"), pushed: p, inForce: map[string]manifest.Resource{}, Facts: &f}
		for _, o := range inForce {
			g.inForce[o.ID()] = o
		}
		f.Referred = config.Referred(inForce)
		if err := g.gather(ctx, e.Actor); err != nil {
			return nil, err
		}
	}
	return machine.Must(f), nil
}

// governing gives the resources in force that govern.
func (d *Driver) governing(ctx context.Context) ([]manifest.Resource, error) {
	owned, err := Owned(ctx, d.Engine)
	var list []manifest.Resource
	for _, o := range owned {
		if config.Governs(o.Kind) {
			list = append(list, o.Resource)
		}
	}
	return list, err
}

// gathering finds the facts of one push.
type gathering struct {
	*Driver
	*config.Facts
	source  string
	pushed  config.Pushed
	inForce map[string]manifest.Resource
}

func (g *gathering) gather(ctx context.Context, actor machine.Actor) error {
	g.Changes = map[string]string{}
	since := map[string]bool{} // commits from which what governs is changed
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
		if err := g.changes(ctx, since, item.Kind, item.Name, text); err != nil {
			return err
		}
	}
	for id, r := range g.inForce {
		s, _, err := engine.Load[config.ResourceState](ctx, g.Engine, config.ResourceID(r.Kind, r.Name))
		if err != nil {
			return err
		}
		if !g.pushed.Partial && !wanted[id] && s.Source == g.source {
			if err := g.changes(ctx, since, r.Kind, r.Name, "It would be in force no more."); err != nil {
				return err
			}
		}
	}
	if len(g.Changes) == 0 {
		return nil
	}
	return g.people(ctx, actor, since)
}

// changes notes a change, and since which commit.
func (g *gathering) changes(ctx context.Context, since map[string]bool, kind, name, text string) error {
	g.Changes[kind+"/"+name] = text
	s, _, err := engine.Load[config.ResourceState](ctx, g.Engine, config.ResourceID(kind, name))
	if ignore(err, fault.NotFound) != nil {
		return err
	}
	commit := ""
	if s.InForce() && s.Source == g.source {
		commit = s.Commit
	}
	since[commit] = true
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
		before = manifest.Resource{Kind: after.Kind, Name: after.Name, Spec: []byte("{}")}
	}
	return config.Differences(config.Diff(before, after)), nil
}

// people finds who may not approve, and who could.
func (g *gathering) people(ctx context.Context, actor machine.Actor, since map[string]bool) error {
	directory, err := g.directory(ctx)
	if err != nil {
		return err
	}
	g.Excluded = map[string]string{}
	for from := range since {
		if err := g.wrote(ctx, directory, from); err != nil {
			return err
		}
	}
	if account := task.Account(actor); account != "" {
		for _, same := range append(directory.Same(account), account) {
			g.Excluded[same] = "they proposed it"
		}
	}
	slices.Sort(g.Unknown)
	g.Unknown = slices.Compact(g.Unknown)
	able := map[string]bool{}
	for _, role := range config.Approvers {
		for _, account := range directory.Holders(role, access.Scope{}) {
			if _, excluded := g.Excluded[account]; !excluded {
				able[account] = true
			}
		}
	}
	g.Able = slices.Sorted(maps.Keys(able))
	return nil
}

func (d *Driver) directory(ctx context.Context) (*access.Directory, error) {
	if d.Directory == nil {
		return access.NewDirectory(access.Everybody{}), nil
	}
	return d.Directory(ctx)
}

// wrote excludes whoever wrote a commit that touches manifests, since the one from which
// what is in force came. If that is not known any more, they are those of all commits.
func (g *gathering) wrote(ctx context.Context, directory *access.Directory, from string) error {
	if g.pushed.Commit == "" {
		return nil // by hand
	}
	m, err := g.Mirror(g.source)
	if err != nil {
		return err
	}
	list, err := m.ContributorsTo(ctx, from, g.pushed.Commit, manifestPaths...)
	if from != "" && fault.Is(err, fault.NotFound) {
		list, err = m.ContributorsTo(ctx, "", g.pushed.Commit, manifestPaths...)
	}
	if err != nil {
		return fmt.Errorf("find out who wrote %.12s: %w", g.pushed.Commit, err)
	}
	for _, one := range list {
		if !directory.Known(one.Email) {
			g.Unknown = append(g.Unknown, one.Email)
		}
		for _, account := range directory.Behind(one.Email) {
			g.Excluded[account] = "they wrote it, with the address " + one.Email
		}
	}
	return nil
}

// manifestPaths are where a repository's manifests are.
var manifestPaths = []string{"slipway.yaml", "slipway.yml", ".slipway"}
