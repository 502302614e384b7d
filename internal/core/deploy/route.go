package deploy

import (
	"slices"

	"slipway.dev/internal/core/config"
)

// reroute brings the route in line with the shares and with what is healthy. If nothing
// that is to have traffic is healthy, Current gets it; if that is not healthy either, the
// route stays as it was: its addresses are the best guess there is.
func (w *work) reroute() {
	if w.reactivate() {
		return
	}
	groups := w.groups(w.Shares)
	if len(groups) == 0 && len(w.Shares) > 0 {
		if w.Current != nil {
			groups = w.groups(all(w.Current))
		}
		if len(groups) == 0 {
			return
		}
	}
	digest, routes := w.public(groups)
	sticky, apart := w.manner()
	r := w.Route
	if slices.EqualFunc(groups, r.Groups, sameGroup) && digest == r.Config && same(sticky, r.Sticky) && apart == r.Apart {
		return
	}
	w.Route = Route{Revision: r.Revision + 1, Applied: r.Applied, Config: digest, Routes: routes, Groups: groups, Sticky: sticky, Apart: apart}
}

// manner says how users are told apart, and whether they are counted for a judge: only
// while there are two releases.
func (s *State) manner() (sticky *config.Sticky, apart bool) {
	if a := s.Active; a != nil && a.Target != nil && len(s.Shares) > 1 {
		sticky, apart = a.Target.Rollout.Strategy.Sticky, a.Target.Rollout.Strategy.Judged
	}
	return sticky, apart
}

func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

func (w *work) groups(shares []Share) []RouteGroup {
	var groups []RouteGroup
	left := 100 // of what cannot be served by those that it is for
	for _, share := range shares {
		r := w.find(share.Deployment)
		if r == nil || share.Weight <= 0 && share.Match == nil {
			continue
		}
		if healthy := r.healthy(); len(healthy) > 0 {
			left -= share.Weight
			groups = append(groups, RouteGroup{Deployment: r.Deployment, Release: r.Release, Weight: share.Weight, Match: share.Match, Instances: healthy})
		}
	}
	if len(groups) > 0 {
		groups[len(groups)-1].Weight += left // to the old release, if there is one
	}
	return groups
}

// divided gives the new release its share: it comes first, so that users who stay with what
// they had are not moved when its share grows.
func (w *work) divided() []Share {
	a := w.Active
	s := a.Stages[a.Stage]
	weight := s.Weight
	if s.Judged {
		weight = a.Weight
	}
	if w.Current == nil || weight >= 100 {
		return all(a.Target)
	}
	shares := []Share{{a.Target.Deployment, weight, matched(a.Target.Rollout.Strategy.Internal)}}
	rest := 100 - weight
	if a.Beside != nil && s.Judged {
		shares = append(shares, Share{a.Beside.Deployment, mostFresh, nil})
		rest -= mostFresh
	}
	return append(shares, Share{w.Current.Deployment, rest, nil})
}

func matched(i *config.Internal) *Match {
	if i == nil {
		return nil
	}
	return &Match{Header: i.Header, Value: i.Value}
}

func all(r *Release) []Share { return []Share{{Deployment: r.Deployment, Weight: 100}} }

// public gives the config and the public routes: those of the release with most of the
// traffic, and of the old one, which comes last, when both have as much. With nobody to serve there are no
// routes; the config stays, so that it always names one.
func (w *work) public(groups []RouteGroup) (digest string, routes []config.Route) {
	if len(groups) == 0 {
		return w.Route.Config, nil
	}
	most := 0
	for _, g := range groups {
		if g.Weight >= most {
			r := w.find(g.Deployment)
			most, digest, routes = g.Weight, r.Config, r.Rollout.Routes
		}
	}
	return digest, routes
}

func sameGroup(a, b RouteGroup) bool {
	return a.Deployment == b.Deployment && a.Release == b.Release && a.Weight == b.Weight && same(a.Match, b.Match) && slices.Equal(a.Instances, b.Instances)
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
	if s.Route.Workflow {
		return s.Route.Deployment == r.Deployment
	}
	return len(s.Route.Groups) == 1 && s.Route.Groups[0].Deployment == r.Deployment
}

// share gives all traffic to a release and none to others.
func (w *work) share(r *Release) {
	w.Shares = all(r)
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
