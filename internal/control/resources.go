package control

import (
	"context"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/engine"
)

// Resources lists what manifests declared, of one kind or of all.
func (c *Control) Resources(ctx context.Context, kind string) ([]model.Resource, error) {
	if _, err := c.may(ctx, access.Read, access.Scope{}); err != nil {
		return nil, err
	}
	owned, err := c.Owned(ctx)
	if err != nil {
		return nil, err
	}
	list := []model.Resource{}
	for _, o := range owned {
		if kind == "" || o.Kind == kind {
			list = append(list, model.Resource{Kind: o.Kind, Name: o.Name, Team: o.Team, Source: o.Source, Digest: o.Digest, Spec: o.Spec})
		}
	}
	return c.withProposals(ctx, list, kind)
}

// manifest gives a resource in force with its spec.
func (c *Control) manifest(ctx context.Context, kind, name string) (manifest.Resource, error) {
	s, err := c.resource(ctx, kind, name)
	if err != nil {
		return manifest.Resource{}, err
	}
	return c.document(ctx, s.Digest)
}

// document gives a manifest by its digest.
func (c *Control) document(ctx context.Context, digest string) (manifest.Resource, error) {
	blob, err := c.Engine.Blobs().Get(ctx, digest)
	if err != nil {
		return manifest.Resource{}, err
	}
	return manifest.Load(blob)
}

// resource says whether a resource is in force.
func (c *Control) resource(ctx context.Context, kind, name string) (config.ResourceState, error) {
	s, _, err := engine.Load[config.ResourceState](ctx, c.Engine, config.ResourceID(kind, name))
	if err == nil && s.Removed {
		err = fault.New(fault.NotFound, "removed")
	}
	return s, noSuch(kind, name, err)
}
