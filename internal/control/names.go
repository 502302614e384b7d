package control

import (
	"context"
	"strings"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/manifest"
)

// subjects are the first lines of commits and the reasons of revocations by release, and
// teams by service and by flow: what lanes do not know and people want to see.
type subjects struct{ bySubject, byRevoked, byTeam, byFlow map[string]string }

func (s subjects) subject(deployment, release string) string {
	return s.bySubject[releaseKey(deployment, release)]
}

// revoked says why a release was revoked; "" if it was not.
func (s subjects) revoked(deployment, release string) string {
	return s.byRevoked[releaseKey(deployment, release)]
}

func releaseKey(deployment, release string) string {
	service, _, _ := strings.Cut(deployment, ".")
	return service + "/" + release
}

func (s subjects) team(service string) string { return s.byTeam[service] }

func (s subjects) flowTeam(flow string) string { return s.byFlow[flow] }

// subjects reads them from the index. They are an ornament: without them the rest is shown.
func (c *Control) subjects(ctx context.Context) subjects {
	s := subjects{map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}}
	rows, _ := c.Engine.List(ctx, "release/")
	for _, row := range rows {
		key := strings.TrimPrefix(row.ID, "release/")
		s.bySubject[key], s.byRevoked[key] = row.Summary.Title, row.Summary.Labels["revoked"]
	}
	for kind, teams := range map[string]map[string]string{manifest.KindService: s.byTeam, manifest.KindFlow: s.byFlow} {
		rows, _ = c.Engine.List(ctx, config.ResourceID(kind, ""))
		for _, row := range rows {
			teams[row.Summary.Labels["name"]] = row.Summary.Labels["team"]
		}
	}
	return s
}
