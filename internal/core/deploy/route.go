package deploy

import (
	"slices"

	"slipway.dev/internal/core/config"
)

// reroute brings the route in line with the shares and with what is healthy. If nothing
// that is to have traffic is healthy, Current gets it; if that is not healthy either, the
// route stays as it was: its addresses are the best guess there is.
func (w *work) reroute() {
	groups := w.groups(w.Shares)
	if len(groups) == 0 && len(w.Shares) > 0 {
		if w.Current != nil {
			groups = w.groups([]Share{{w.Current.Deployment, 100}})
		}
		if len(groups) == 0 {
			return
		}
	}
	digest, routes := w.public(groups)
	if slices.EqualFunc(groups, w.Route.Groups, sameGroup) && digest == w.Route.Config {
		return
	}
	w.Route = Route{Revision: w.Route.Revision + 1, Applied: w.Route.Applied, Config: digest, Routes: routes, Groups: groups}
}

func (w *work) groups(shares []Share) []RouteGroup {
	var groups []RouteGroup
	for _, share := range shares {
		r := w.find(share.Deployment)
		if r == nil || share.Weight <= 0 {
			continue
		}
		if healthy := r.healthy(); len(healthy) > 0 {
			groups = append(groups, RouteGroup{Deployment: r.Deployment, Release: r.Release, Weight: share.Weight, Instances: healthy})
		}
	}
	if len(groups) == 1 {
		groups[0].Weight = 100
	}
	return groups
}

// public gives the config and the public routes: those of the release with most of the
// traffic, and of the old one when both have as much. With nobody to serve there are no
// routes; the config stays, so that it always names one.
func (w *work) public(groups []RouteGroup) (digest string, routes []config.Route) {
	if len(groups) == 0 {
		return w.Route.Config, nil
	}
	most := 0
	for _, g := range groups {
		if g.Weight > most {
			r := w.find(g.Deployment)
			most, digest, routes = g.Weight, r.Config, r.Rollout.Routes
		}
	}
	return digest, routes
}

func sameGroup(a, b RouteGroup) bool {
	return a.Deployment == b.Deployment && a.Release == b.Release && a.Weight == b.Weight && slices.Equal(a.Instances, b.Instances)
}

// routes says whether the route has an instance.
func (s *State) routes(id string) bool {
	for _, g := range s.Route.Groups {
		for _, i := range g.Instances {
			if i.ID == id {
				return true
			}
		}
	}
	return false
}

// serves says whether all traffic goes to a release.
func (s *State) serves(r *Release) bool {
	return len(s.Route.Groups) == 1 && s.Route.Groups[0].Deployment == r.Deployment
}

// share gives all traffic to a release and none to others.
func (w *work) share(r *Release) {
	w.Shares = []Share{{r.Deployment, 100}}
	w.reroute()
}

// applied takes in that the edge routes by a revision.
func (w *work) applied(r Routed) error {
	if r.Revision <= w.Route.Applied || r.Revision > w.Route.Revision {
		return refuse("route revision %d says nothing new: %d of %d is applied", r.Revision, w.Route.Applied, w.Route.Revision)
	}
	w.Route.Applied = r.Revision
	return nil
}
