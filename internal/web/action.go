package web

import (
	"slices"

	"slipway.dev/client/model"
)

// action leads to the form of something that can be done.
type action struct {
	Word, Path string
	Label      string // the same, for who does not see where it stands
}

// actions gives what can be done in a lane, as far as the page can tell.
func (b Board) actions(l model.Lane) []action {
	at := l.Service + " in " + l.Environment
	form := func(verb string) string { return path("lanes", l.Service, l.Environment, verb) }
	var list []action
	if l.Current != nil {
		for _, to := range b.Environments {
			if to.After == l.Environment && !b.has(l.Service, to.Name, l.Current.Release) {
				list = append(list, action{"Promote to " + to.Name, path("lanes", l.Service, to.Name, "promote"), "Promote " + l.Service + " to " + to.Name})
			}
		}
	}
	switch {
	case statusOf(l.Status, true).Tone == bad && l.Active != nil:
		list = append(list, action{"Decide", form("settle"), "Decide about " + at})
	case l.Active != nil:
		list = append(list, action{"Abort", form("abort"), "Abort the deployment of " + at})
	case len(l.Kept) > 0:
		list = append(list, action{"Roll back", form("rollback"), "Roll back " + at})
	}
	return list
}

// has says whether a release runs in an environment, or is on its way into it.
func (b Board) has(service, environment, release string) bool {
	l := b.lane(service, environment)
	return l.Current != nil && l.Current.Release == release || l.Active != nil && l.Active.Release == release ||
		slices.ContainsFunc(b.waits(service, environment), func(g model.Gate) bool { return g.Release == release })
}
