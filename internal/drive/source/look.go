package source

import (
	"context"
	"errors"
	"fmt"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/release"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/source"
)

// Look fetches a source and brings what it has now, if that is something else than what is
// known. That it cannot be fetched is brought as well, and given as an error.
func (d *Driver) Look(ctx context.Context, spec config.SourceSpec) error {
	m, err := d.Mirror(spec.Name)
	if err != nil {
		return err
	}
	remote, err := d.remote(ctx, spec)
	if err != nil {
		return d.trouble(ctx, spec, err)
	}
	head, err := m.Fetch(ctx, remote)
	if err != nil {
		return d.trouble(ctx, spec, err)
	}
	for range 3 { // again when somebody else brought a push meanwhile
		s, _, err := engine.Load[config.SourceState](ctx, d.Engine, config.SourceID(spec.Name))
		if err != nil {
			return err
		}
		if s.Head == head && s.Problem() == "" {
			return nil
		}
		pushed, err := d.read(ctx, m, s, head)
		if err != nil {
			return d.trouble(ctx, spec, err)
		}
		if s.Head == head && s.Trouble == "" && s.Mistakes == pushed.Problem && (pushed.Problem != "" || len(s.Conflicts) > 0) {
			return nil // the same commit, and wrong in the same way
		}
		err = d.tell(ctx, spec.Name, config.EventPushed, pushed)
		if !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return fault.New(fault.Conflict, "the source %s keeps changing", spec.Name)
}

// trouble brings that a source cannot be looked at, unless that is known.
func (d *Driver) trouble(ctx context.Context, spec config.SourceSpec, cause error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s, _, err := engine.Load[config.SourceState](ctx, d.Engine, config.SourceID(spec.Name))
	if err == nil && s.Trouble != cause.Error() {
		err = d.tell(ctx, spec.Name, config.EventProblem, config.Trouble{Text: cause.Error()})
	}
	return errors.Join(cause, err)
}

// read says what a commit has: its manifests' resources, and which services changed since
// the last good commit.
func (d *Driver) read(ctx context.Context, m *source.Mirror, s config.SourceState, head string) (config.Pushed, error) {
	about, err := m.Commit(ctx, head)
	if err != nil {
		return config.Pushed{}, err
	}
	p := config.Pushed{Commit: head, Previous: s.Commit, CommittedAt: about.Committed, Authors: authors(about), Subject: about.Subject}
	found, err := d.resources(ctx, m, head, s.Spec.Name)
	if err != nil {
		if fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge) {
			p.Problem = err.Error()
			return p, nil
		}
		return p, err
	}
	for _, r := range found {
		if _, err := d.Engine.Blobs().Put(ctx, r.Document()); err != nil {
			return p, err
		}
		item, err := d.item(ctx, m, s, head, r)
		if err != nil {
			p.Problem = fmt.Sprintf("%s: %s: %s", r.At, r.ID(), err)
			return p, nil
		}
		p.Items = append(p.Items, item)
	}
	return p, nil
}

// item says whether a service's own folder changed. One that cannot be compared with an
// older commit has.
func (d *Driver) item(ctx context.Context, m *source.Mirror, s config.SourceState, head string, r manifest.Resource) (config.Item, error) {
	var failed error
	item, err := config.ItemOf(r, func(path string) bool {
		now, err := m.TreeDigest(ctx, head, path)
		if err != nil {
			failed = err
			return false
		}
		if s.Commit == "" {
			return true
		}
		before, err := m.TreeDigest(ctx, s.Commit, path)
		return err != nil || before != now
	})
	if err = errors.Join(err, failed); err == nil && item.Service != nil && item.Service.Build != nil && !item.Service.Changed {
		item.Service.Changed, err = d.unbuilt(ctx, r.Name)
	}
	return item, err
}

// unbuilt says whether the last release of a service failed to build. The next commit may
// mend that, wherever in the repository it is.
func (d *Driver) unbuilt(ctx context.Context, service string) (bool, error) {
	s, _, err := engine.Load[config.ResourceState](ctx, d.Engine, config.ResourceID(manifest.KindService, service))
	if err != nil || s.Latest == "" {
		return false, ignore(err, fault.NotFound)
	}
	last, _, err := engine.Load[release.State](ctx, d.Engine, release.MachineID(service, s.Latest))
	return err == nil && last.Status == release.Failed, ignore(err, fault.NotFound)
}

func ignore(err error, code fault.Code) error {
	if fault.Is(err, code) {
		return nil
	}
	return err
}

// resources reads the manifests of a commit and holds them against all others.
func (d *Driver) resources(ctx context.Context, m *source.Mirror, head, name string) ([]manifest.Resource, error) {
	files, err := m.Manifests(ctx, head)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fault.New(fault.Invalid, "commit %.12s has no slipway.yaml and no .slipway folder", head).
			WithHint("slipway init writes one")
	}
	var found []manifest.Resource
	var problems manifest.Problems
	for _, f := range files {
		r, p := manifest.Parse(f.Path, f.Content)
		found, problems = append(found, r...), append(problems, p...)
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	owned, err := Owned(ctx, d.Engine)
	if err != nil {
		return nil, err
	}
	return found, Check(owned, found, name, false).Err()
}

func authors(c source.Commit) []string {
	list := []string{fmt.Sprintf("%s <%s>", c.Author.Name, c.Author.Email)}
	for _, p := range c.CoAuthors {
		list = append(list, fmt.Sprintf("%s <%s>", p.Name, p.Email))
	}
	return list
}
