package source

import (
	"context"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// Owned gives all resources that are in force, with their sources.
func Owned(ctx context.Context, e *engine.Engine) ([]config.Owned, error) {
	return owned(ctx, e, "resource/")
}

// Governing gives the resources in force that govern; see config.Governs.
func Governing(ctx context.Context, e *engine.Engine) ([]config.Owned, error) {
	var list []config.Owned
	for _, kind := range manifest.Kinds() {
		if !config.Governs(kind) {
			continue
		}
		some, err := Of(ctx, e, kind)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	return list, nil
}

// Of gives the resources of a kind that are in force.
func Of(ctx context.Context, e *engine.Engine, kind string) ([]config.Owned, error) {
	return owned(ctx, e, config.ResourceID(kind, ""))
}

func owned(ctx context.Context, e *engine.Engine, prefix string) ([]config.Owned, error) {
	rows, err := e.List(ctx, prefix, store.ListOptions{})
	if err != nil {
		return nil, err
	}
	var list []config.Owned
	for _, row := range rows {
		if row.Status == "removed" {
			continue
		}
		document, err := e.Blobs().Get(ctx, row.Summary.Labels["digest"])
		if err != nil {
			return nil, err
		}
		r, err := manifest.Load(document)
		if err != nil {
			return nil, err
		}
		list = append(list, config.Owned{Resource: r, Source: row.Summary.Labels["source"]})
	}
	return list, nil
}

// Check says what is wrong with what a source has, against all that is in force of others;
// with partial, also against what else is of the source. What a change that must be approved
// first would take away is still there meanwhile, so that nothing may come to its place.
func Check(owned []config.Owned, found []manifest.Resource, name string, partial bool) manifest.Problems {
	var known []manifest.Resource
	for _, o := range owned {
		if partial || o.Source != name {
			known = append(known, o.Resource)
		}
	}
	if problems := manifest.Check(found, known, false); len(problems) > 0 {
		return problems
	}
	return manifest.Collisions(config.Standing(owned, found, name, partial))
}
