package control

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/release"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// Releases gives the releases of a service, or of all, latest first.
func (c *Control) Releases(ctx context.Context, service string, limit int) ([]model.Release, error) {
	if _, err := may(ctx, access.Read); err != nil {
		return nil, err
	}
	states, err := c.releases(ctx, service)
	if err != nil {
		return nil, err
	}
	if limit <= 0 {
		limit = defaultHistory
	}
	list := []model.Release{}
	for _, s := range states[:min(len(states), limit)] {
		list = append(list, releaseOf(s))
	}
	return list, nil
}

// Release gives one release. Its name may be cut short as long as it is unmistakable.
func (c *Control) Release(ctx context.Context, service, id string) (model.Release, error) {
	if _, err := may(ctx, access.Read); err != nil {
		return model.Release{}, err
	}
	s, err := c.findRelease(ctx, service, id)
	return releaseOf(s), err
}

// RetryBuild builds a release again whose build failed, or asks again for the environments
// that did not take it.
func (c *Control) RetryBuild(ctx context.Context, service, id string) (model.Receipt, error) {
	return c.commandRelease(ctx, service, id, release.EventRetry, nil)
}

// CancelBuild stops the build of a release.
func (c *Control) CancelBuild(ctx context.Context, service, id string) (model.Receipt, error) {
	return c.commandRelease(ctx, service, id, release.EventCancel, release.Reason{Text: "cancelled on request"})
}

func (c *Control) commandRelease(ctx context.Context, service, id, event string, data any) (model.Receipt, error) {
	actor, err := may(ctx, access.Deploy)
	if err != nil {
		return model.Receipt{}, err
	}
	s, err := c.findRelease(ctx, service, id)
	if err != nil {
		return model.Receipt{}, err
	}
	return c.tell(ctx, actor, release.MachineID(service, s.ID), event, data)
}

// releases gives the states of a service's releases, or of all, latest first.
func (c *Control) releases(ctx context.Context, service string) ([]release.State, error) {
	prefix := "release/"
	if service != "" {
		if _, err := c.resource(ctx, manifest.KindService, service); err != nil {
			return nil, err
		}
		prefix = release.MachineID(service, "")
	}
	rows, err := c.Engine.List(ctx, prefix)
	if err != nil {
		return nil, err
	}
	list := make([]release.State, len(rows))
	for i, row := range rows {
		if list[i], _, err = engine.Load[release.State](ctx, c.Engine, row.ID); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(list, func(a, b release.State) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.Order, a.Order), cmp.Compare(a.Service, b.Service))
	})
	return list, nil
}

// findRelease finds a release by its name or the start of it, and without one the latest
// that is built.
func (c *Control) findRelease(ctx context.Context, service, id string) (release.State, error) {
	list, err := c.releases(ctx, service)
	if err != nil {
		return release.State{}, err
	}
	var found []release.State
	for _, s := range list {
		switch {
		case id == "" && s.Artifact.Digest != "":
			return s, nil
		case id != "" && s.ID == id:
			return s, nil
		case id != "" && (strings.HasPrefix(s.ID, id) || s.Commit != "" && strings.HasPrefix(s.Commit, id)):
			found = append(found, s)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return release.State{}, fault.New(fault.Invalid, "%q may be any of %d releases of %s", id, len(found), service).WithHint("write more of it")
	case id == "":
		return release.State{}, fault.New(fault.NotFound, "%s has no release that is built", service).WithHint("slipway release list %s", service)
	}
	return release.State{}, fault.New(fault.NotFound, "%s has no release %s", service, id).WithHint("slipway release list %s", service)
}

// importImage asks for a release of an image for one environment. The release machine takes
// it in and goes on to the lane by itself.
func (c *Control) importImage(ctx context.Context, actor machine.Actor, service, environment, image string) (model.Receipt, error) {
	s, err := c.resource(ctx, manifest.KindService, service)
	if err != nil {
		return model.Receipt{}, err
	}
	if _, err := c.resource(ctx, manifest.KindEnvironment, environment); err != nil {
		return model.Receipt{}, err
	}
	return c.tell(ctx, actor, config.ResourceID(manifest.KindService, service), config.EventRelease, config.Release{
		ID: config.ReleaseName("", image, s.Digest), Service: service, Image: image, Spec: s.Digest, To: environment, Subject: image,
	})
}

func releaseOf(s release.State) model.Release {
	r := model.Release{
		ID: s.ID, Service: s.Service, Source: s.Source, Commit: s.Commit, Subject: s.Subject,
		CommittedAt: s.CommittedAt, CreatedAt: s.CreatedAt, Status: string(s.Status), Artifact: s.Artifact.Digest,
		Provenance: s.Artifact.Provenance, Size: s.Artifact.Size, BuildSeconds: s.Artifact.Seconds, Error: s.Error, Order: s.Order,
		Problems: s.Problems,
	}
	if len(s.Authors) > 0 {
		r.Author = s.Authors[0]
	}
	return r
}

// subjects are the first lines of commits by release, and teams by service: what lanes do
// not know and people want to see.
type subjects struct{ bySubject, byTeam map[string]string }

func (s subjects) subject(deployment, release string) string {
	service, _, _ := strings.Cut(deployment, ".")
	return s.bySubject[service+"/"+release]
}

func (s subjects) team(service string) string { return s.byTeam[service] }

// subjects reads them from the index. They are an ornament: without them the rest is shown.
func (c *Control) subjects(ctx context.Context) subjects {
	s := subjects{map[string]string{}, map[string]string{}}
	rows, _ := c.Engine.List(ctx, "release/", store.ListOptions{})
	for _, row := range rows {
		s.bySubject[strings.TrimPrefix(row.ID, "release/")] = row.Summary.Title
	}
	rows, _ = c.Engine.List(ctx, config.ResourceID(manifest.KindService, ""))
	for _, row := range rows {
		s.byTeam[row.Summary.Labels["name"]] = row.Summary.Labels["team"]
	}
	return s
}
