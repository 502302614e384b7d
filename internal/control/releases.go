package control

import (
	"cmp"
	"context"
	"slices"
	"strconv"
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
	see, err := c.sees(ctx)
	if err != nil {
		return nil, err
	}
	if limit <= 0 {
		limit = defaultHistory
	}
	if service == "" {
		return c.allReleases(ctx, limit, see)
	}
	if _, err := c.may(ctx, access.Read, c.scope(ctx, service, "")); err != nil {
		return nil, err
	}
	rows, err := c.rows(ctx, service)
	if err != nil {
		return nil, err
	}
	return c.releasesOf(ctx, rows[:min(len(rows), limit)])
}

// allReleases gives the latest releases of all services together.
func (c *Control) allReleases(ctx context.Context, limit int, see sight) ([]model.Release, error) {
	rows, err := c.Engine.List(ctx, "release/")
	if err != nil {
		return nil, err
	}
	names := c.subjects(ctx)
	rows = slices.DeleteFunc(rows, func(r store.Row) bool { return !see.machine(r.ID, names) })
	list, err := c.releasesOf(ctx, rows)
	slices.SortStableFunc(list, func(a, b model.Release) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.Order, a.Order))
	})
	return list[:min(len(list), limit)], err
}

func (c *Control) releasesOf(ctx context.Context, rows []store.Row) ([]model.Release, error) {
	list := make([]model.Release, len(rows))
	for i, row := range rows {
		s, err := c.loadRelease(ctx, row)
		if err != nil {
			return nil, err
		}
		list[i] = releaseOf(s)
	}
	return list, nil
}

// Release gives one release. Its name may be cut short as long as it is unmistakable.
func (c *Control) Release(ctx context.Context, service, id string) (model.Release, error) {
	if _, err := c.may(ctx, access.Read, c.scope(ctx, service, "")); err != nil {
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
	actor, err := c.may(ctx, access.Deploy, c.scope(ctx, service, ""))
	if err != nil {
		return model.Receipt{}, err
	}
	s, err := c.findRelease(ctx, service, id)
	if err != nil {
		return model.Receipt{}, err
	}
	return c.tell(ctx, actor, release.MachineID(s.Service, s.ID), event, data)
}

// rows gives the index of a service's releases, latest first.
func (c *Control) rows(ctx context.Context, service string) ([]store.Row, error) {
	if _, err := c.resource(ctx, manifest.KindService, service); err != nil {
		return nil, err
	}
	rows, err := c.Engine.List(ctx, release.MachineID(service, ""))
	latestFirst(rows)
	return rows, err
}

func latestFirst(rows []store.Row) {
	slices.SortFunc(rows, func(a, b store.Row) int { return cmp.Compare(orderOf(b), orderOf(a)) })
}

// orderOf numbers the releases of a service: a later one has a higher order. One that is
// asked for again, because its branch went back to it, is a later one from then on.
func orderOf(row store.Row) int64 {
	order, _ := strconv.ParseInt(row.Summary.Labels["order"], 10, 64)
	return order
}

func (c *Control) loadRelease(ctx context.Context, row store.Row) (release.State, error) {
	s, _, err := engine.Load[release.State](ctx, c.Engine, row.ID)
	return s, err
}

// findRelease finds a release by its name, or by the start of it or of its commit, and
// without one the latest that is built.
func (c *Control) findRelease(ctx context.Context, service, id string) (release.State, error) {
	rows, err := c.rows(ctx, service)
	if err != nil {
		return release.State{}, err
	}
	var found []store.Row
	for _, row := range rows {
		labels := row.Summary.Labels
		switch {
		case id == "" && labels["artifact"] != "", id != "" && labels["release"] == id:
			return c.loadRelease(ctx, row)
		case id != "" && (strings.HasPrefix(labels["release"], id) || strings.HasPrefix(labels["commit"], id)):
			found = append(found, row)
		}
	}
	switch {
	case len(found) == 1:
		return c.loadRelease(ctx, found[0])
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
		Problems: s.Problems, Revoked: s.Revoked, RevokedBy: s.RevokedBy,
	}
	if len(s.Authors) > 0 {
		r.Author = s.Authors[0]
	}
	return r
}
