package web

import (
	"cmp"
	"slices"

	"slipway.dev/client/model"
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
		for _, g := range b.waits(lane.Service, lane.Environment) {
			c.waits(g)
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

// waits gives how a lane's gate stands to each release that waits at it.
func (b Board) waits(service, environment string) []model.Gate {
	var list []model.Gate
	for _, g := range b.Gates {
		if g.Service == service && g.Environment == environment {
			list = append(list, g)
		}
	}
	return list
}

func (b Board) lane(service, environment string) model.Lane {
	for _, l := range b.Lanes {
		if l.Service == service && l.Environment == environment {
			return l
		}
	}
	return model.Lane{}
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
