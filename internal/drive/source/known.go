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
	rows, err := e.List(ctx, "resource/", store.ListOptions{})
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

// Known gives the resources of all sources but one.
func Known(ctx context.Context, e *engine.Engine, but string) ([]manifest.Resource, error) {
	owned, err := Owned(ctx, e)
	var list []manifest.Resource
	for _, o := range owned {
		if o.Source != but {
			list = append(list, o.Resource)
		}
	}
	return list, err
}
