package apitest

import (
	"context"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// Releases lists a service's releases.
func (f *Fake) Releases(ctx context.Context, service string, limit int) ([]model.Release, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	var out []model.Release
	for _, r := range f.releases {
		if r.Service == service && (limit == 0 || len(out) < limit) {
			out = append(out, *r)
		}
	}
	if out == nil {
		return nil, fault.New(fault.NotFound, "there is no service %s", service)
	}
	return out, nil
}

// Release gives one release.
func (f *Fake) Release(ctx context.Context, service, id string) (model.Release, error) {
	if err := f.enter(ctx); err != nil {
		return model.Release{}, err
	}
	defer f.mu.Unlock()
	if r := f.find(id); r != nil && r.Service == service {
		return *r, nil
	}
	return model.Release{}, fault.New(fault.NotFound, "%s has no release %s", service, id)
}

// RetryBuild builds what failed again.
func (f *Fake) RetryBuild(ctx context.Context, service, id string) (model.Receipt, error) {
	return f.rebuild(ctx, service, id, "failed", "building")
}

// CancelBuild stops a build.
func (f *Fake) CancelBuild(ctx context.Context, service, id string) (model.Receipt, error) {
	return f.rebuild(ctx, service, id, "building", "cancelled")
}

func (f *Fake) rebuild(ctx context.Context, service, id, from, to string) (model.Receipt, error) {
	if _, err := f.Release(ctx, service, id); err != nil {
		return model.Receipt{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.find(id)
	if r.Status != from {
		return model.Receipt{}, fault.New(fault.Refused, "release %s of %s is %s", id, service, r.Status)
	}
	r.Status = to
	return f.note(Actor(ctx), "release/"+service+"/"+id, "build."+to), nil
}
