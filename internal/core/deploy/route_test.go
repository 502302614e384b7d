package deploy

import (
	"testing"

	"slipway.dev/internal/core/config"
)

// TestPublicRoutes: the public routes are those of the release with most of the traffic, and
// of the old one where both have as much; the old one comes last.
func TestPublicRoutes(t *testing.T) {
	t.Parallel()
	release := func(name string) *Release {
		return &Release{Deployment: name, Config: "config of " + name, Rollout: config.Rollout{Routes: []config.Route{{Host: name, Path: "/"}}}}
	}
	s := State{Current: release("old"), Active: &Active{Target: release("new"), Beside: release("beside")}}
	for _, c := range []struct {
		fresh, beside, old int
		want               string
	}{{1, 10, 89, "old"}, {33, 33, 34, "old"}, {50, 0, 50, "old"}, {0, 0, 100, "old"}, {66, 0, 34, "new"}, {100, 0, 0, "new"}} {
		w := work{State: s}
		digest, routes := w.public([]RouteGroup{{Deployment: "new", Weight: c.fresh}, {Deployment: "beside", Weight: c.beside}, {Deployment: "old", Weight: c.old}})
		if digest != "config of "+c.want || routes[0].Host != c.want {
			t.Errorf("%+v: %s %v", c, digest, routes)
		}
	}
}
