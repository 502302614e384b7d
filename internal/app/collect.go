package app

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	coredeploy "slipway.dev/internal/core/deploy"
	corerelease "slipway.dev/internal/core/release"
	"slipway.dev/internal/engine"
)

// collect removes artifacts that neither a lane nor a kept release needs, and old logs of
// builds, from time to time. The target looks after the logs of instances.
func (h *house) collect() {
	for every(h.ctx, collectEvery) {
		keep, err := h.needed(h.ctx)
		if err == nil {
			_, err = h.artifacts.Collect(h.ctx, keep, collectGrace)
		}
		if h.KeepLogs > 0 {
			err = errors.Join(err, h.releases.Logs.Prune(time.Now().Add(-h.KeepLogs)))
		}
		if err != nil && h.ctx.Err() == nil {
			h.Log.Error("collecting what is not needed; it is tried again", "err", err)
		}
	}
}

// needed are the artifacts that may still be deployed: all that a lane runs, keeps or waits
// for, and the latest releases of each service.
func (h *house) needed(ctx context.Context) ([]string, error) {
	lanes, err := engine.All[coredeploy.State](ctx, h.engine, "deploy/")
	if err != nil {
		return nil, err
	}
	var keep []string
	for _, s := range lanes {
		keep = append(keep, s.Artifacts()...)
	}
	releases, err := engine.All[corerelease.State](ctx, h.engine, "release/")
	if err != nil {
		return nil, err
	}
	byService := map[string][]corerelease.State{}
	for _, s := range releases {
		if s.Artifact.Digest != "" {
			byService[s.Service] = append(byService[s.Service], s)
		}
	}
	for _, list := range byService {
		slices.SortFunc(list, func(a, b corerelease.State) int { return cmp.Compare(b.Order, a.Order) })
		for _, s := range list[:min(len(list), h.KeepReleases)] {
			keep = append(keep, s.Artifact.Digest)
		}
	}
	slices.Sort(keep)
	return slices.Compact(keep), nil
}

const (
	collectEvery = 10 * time.Minute // how often artifacts that nobody needs are looked for
	collectGrace = time.Hour        // how long one stays that nothing refers to yet
)
