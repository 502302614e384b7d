package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/manifest"
)

// Board is what the board shows.
type Board struct {
	Environments []environment
	Lanes        []model.Lane
	Gates        []model.Gate // at which something waits
	// Finished deployments, latest first: the latest of a lane says why a release is not there.
	Finished []model.Deployment
	Deploys  bool // who looks may deploy somewhere
}

// environment is a place, and the one that releases come from.
type environment struct{ Name, After string }

func (h *handler) boards() {
	h.page("/{$}", func(v visit) (view, error) {
		b, err := h.readBoard(v)
		return view{Title: "Board", Here: "/", Live: board(b, v.now)}, err
	})
	h.laneForms()
}

func (h *handler) readBoard(v visit) (b Board, err error) {
	b.Deploys = v.may("deploy")
	if b.Environments, err = h.environments(v); err != nil {
		return b, err
	}
	if b.Lanes, err = h.Control.Lanes(v.ctx); err != nil {
		return b, err
	}
	if b.Gates, err = h.Control.Gates(v.ctx); err != nil {
		return b, err
	}
	b.Finished, err = h.Control.Deployments(v.ctx, model.DeploymentsQuery{Limit: 500})
	return b, err
}

// environments gives them in the order in which releases go through them.
func (h *handler) environments(v visit) ([]environment, error) {
	declared, err := h.Control.Resources(v.ctx, manifest.KindEnvironment)
	if err != nil {
		return nil, err
	}
	var all []environment
	for _, r := range declared {
		var spec struct{ After string }
		if err := json.Unmarshal(r.Spec, &spec); err != nil {
			return nil, fmt.Errorf("environment %s: %w", r.Name, err)
		}
		all = append(all, environment{r.Name, spec.After})
	}
	return inOrder(all), nil
}

// inOrder sorts environments by how far they are from where releases begin, those behind one
// that is not there last.
func inOrder(all []environment) []environment {
	depth := func(e environment) int {
		for n := range len(all) + 1 {
			if e.After == "" {
				return n
			}
			i := slices.IndexFunc(all, func(o environment) bool { return o.Name == e.After })
			if i < 0 {
				break
			}
			e = all[i]
		}
		return len(all) + 1
	}
	slices.SortFunc(all, func(a, b environment) int {
		return cmp.Or(cmp.Compare(depth(a), depth(b)), cmp.Compare(a.Name, b.Name))
	})
	return all
}

// row is a service with a cell for each environment.
type row struct {
	Service, Team string
	Cells         []cell
}

// columns gives the environments, also those that only lanes know, by their names.
func (b Board) columns() []string {
	var columns, more []string
	for _, e := range b.Environments {
		columns = append(columns, e.Name)
	}
	for _, lane := range b.Lanes {
		if !slices.Contains(columns, lane.Environment) && !slices.Contains(more, lane.Environment) {
			more = append(more, lane.Environment)
		}
	}
	slices.Sort(more)
	return append(columns, more...)
}

// rows gives the services by name.
func (b Board) rows() []row {
	columns := b.columns()
	var rows []row
	for _, lane := range b.Lanes {
		at, found := slices.BinarySearchFunc(rows, lane.Service, func(r row, name string) int { return cmp.Compare(r.Service, name) })
		if !found {
			r := row{Service: lane.Service, Cells: make([]cell, len(columns))}
			for i, environment := range columns {
				r.Cells[i] = cell{Environment: environment, status: statusOf("", false)}
			}
			rows = slices.Insert(rows, at, r)
		}
		rows[at].Team = cmp.Or(rows[at].Team, lane.Team)
		c := cellOf(lane, b.last(lane))
		if g := b.waits(lane.Service, lane.Environment); g != nil {
			c.waits(*g)
		}
		if b.Deploys {
			c.Actions = b.actions(lane)
		}
		rows[at].Cells[slices.Index(columns, lane.Environment)] = c
	}
	return rows
}

// last gives the deployment that ended last in a lane; nil if none is known.
func (b Board) last(lane model.Lane) *model.Deployment {
	for i, d := range b.Finished {
		if d.Service == lane.Service && d.Environment == lane.Environment {
			return &b.Finished[i]
		}
	}
	return nil
}

// waits gives the gate at which something waits; nil: nothing does there.
func (b Board) waits(service, environment string) *model.Gate {
	i := slices.IndexFunc(b.Gates, func(g model.Gate) bool { return g.Service == service && g.Environment == environment })
	if i < 0 {
		return nil
	}
	return &b.Gates[i]
}

func (b Board) lane(service, environment string) model.Lane {
	for _, l := range b.Lanes {
		if l.Service == service && l.Environment == environment {
			return l
		}
	}
	return model.Lane{}
}

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
	l, g := b.lane(service, environment), b.waits(service, environment)
	return l.Current != nil && l.Current.Release == release || l.Active != nil && l.Active.Release == release || g != nil && g.Release == release
}

// counts is how the board is, in figures.
type counts struct {
	Services, Moving, Waiting, Attention int
}

func (b Board) counts() counts {
	rows := b.rows()
	n := counts{Services: len(rows), Waiting: len(b.Gates)}
	for _, r := range rows {
		for _, c := range r.Cells {
			switch c.Tone {
			case busy:
				n.Moving++
			case bad:
				n.Attention++
			}
		}
	}
	return n
}
