package release

import (
	"context"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/vault"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// Resolver finds the configuration with which a release runs in an environment.
type Resolver struct{ Engine *engine.Engine }

// Resolve lays a service's manifest (the digest of its document, as the release has it) over
// the environment as it is now, with the secrets as they are now. It keeps the result as a
// blob and gives its digest.
func (r Resolver) Resolve(ctx context.Context, spec, environment string) (digest string, c config.Resolved, err error) {
	env, err := r.current(ctx, manifest.KindEnvironment, environment)
	if err != nil {
		return "", c, err
	}
	return r.resolve(ctx, spec, env)
}

func (r Resolver) resolve(ctx context.Context, spec string, env manifest.Resource) (digest string, c config.Resolved, err error) {
	service, err := r.document(ctx, spec)
	if err != nil {
		return "", c, err
	}
	versions, err := r.versions(ctx)
	if err != nil {
		return "", c, err
	}
	if c, err = config.Resolve(service, env, versions); err != nil {
		return "", c, err
	}
	blob, _ := c.Blob()
	digest, err = r.Engine.Blobs().Put(ctx, blob)
	return digest, c, err
}

// current gives a resource as it is in force.
func (r Resolver) current(ctx context.Context, kind, name string) (manifest.Resource, error) {
	s, _, err := engine.Load[config.ResourceState](ctx, r.Engine, config.ResourceID(kind, name))
	if err == nil && s.Removed || fault.Is(err, fault.NotFound) {
		return manifest.Resource{}, fault.New(fault.NotFound, "there is no %s %s", kind, name).WithHint("slipway apply adds one")
	}
	if err != nil {
		return manifest.Resource{}, err
	}
	return r.document(ctx, s.Digest)
}

func (r Resolver) document(ctx context.Context, digest string) (manifest.Resource, error) {
	b, err := r.Engine.Blobs().Get(ctx, digest)
	if err != nil {
		return manifest.Resource{}, err
	}
	return manifest.Load(b)
}

// versions gives the current version of each secret.
func (r Resolver) versions(ctx context.Context) (map[string]int, error) {
	secrets, err := engine.All[vault.SecretState](ctx, r.Engine, "secret/", store.ListOptions{Status: "set"})
	if err != nil {
		return nil, err
	}
	versions := map[string]int{}
	for _, s := range secrets {
		versions[s.Name] = s.Last
	}
	return versions, nil
}

// first gives the environments that take every release by themselves: those that come after
// no other.
func (r Resolver) first(ctx context.Context) ([]manifest.Resource, error) {
	rows, err := r.Engine.List(ctx, "resource/"+manifest.KindEnvironment+"/")
	if err != nil {
		return nil, err
	}
	var list []manifest.Resource
	for _, row := range rows {
		if row.Status == "removed" {
			continue
		}
		env, err := r.document(ctx, row.Summary.Labels["digest"])
		if err != nil {
			return nil, err
		}
		spec, err := env.Environment()
		if err != nil {
			return nil, err
		}
		if spec.After == "" {
			list = append(list, env)
		}
	}
	return list, nil
}
