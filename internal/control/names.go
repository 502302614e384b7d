package control

import (
	"context"
	"strings"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/manifest"
)

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
	rows, _ := c.Engine.List(ctx, "release/")
	for _, row := range rows {
		s.bySubject[strings.TrimPrefix(row.ID, "release/")] = row.Summary.Title
	}
	rows, _ = c.Engine.List(ctx, config.ResourceID(manifest.KindService, ""))
	for _, row := range rows {
		s.byTeam[row.Summary.Labels["name"]] = row.Summary.Labels["team"]
	}
	return s
}
