package source

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
)

// people finds who may not approve, and who could.
func (g *gathering) people(ctx context.Context, actor machine.Actor) error {
	directory, err := g.directory(ctx)
	if err != nil {
		return err
	}
	g.Excluded = map[string]string{}
	for from := range g.since {
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
		by := directory.Mapper(one.Email)
		for _, account := range append(directory.Same(by), by) {
			if by != "" && g.Excluded[account] == "" {
				g.Excluded[account] = "they said whose the address " + one.Email + " is"
			}
		}
	}
	return nil
}

// manifestPaths are where a repository's manifests are.
var manifestPaths = []string{"slipway.yaml", "slipway.yml", ".slipway"}
