package web

import (
	"cmp"
	"context"
	"slices"

	"slipway.dev/client/model"
)

// Board is what the page shows.
type Board struct {
	// Environments in the order in which releases go through them. Those of lanes that are
	// not named here follow, by name.
	Environments []string
	Lanes        []model.Lane
	// Finished deployments, latest first: the latest of a lane says why a release is not there.
	Finished []model.Deployment
}

// Source is where the page has its board from.
type Source interface {
	Board(ctx context.Context) (Board, error)
	// Changes gives a value after each change of the board, until ctx is done. Values may
	// be dropped while one waits to be taken.
	Changes(ctx context.Context) <-chan struct{}
}

// row is a service with a cell for each environment.
type row struct {
	Service, Team string
	Cells         []cell
}

// environments gives the columns.
func (b Board) environments() []string {
	columns := slices.Clone(b.Environments)
	var more []string
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
	columns := b.environments()
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
		rows[at].Cells[slices.Index(columns, lane.Environment)] = cellOf(lane, b.last(lane))
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

// counts is how the board is, in figures.
type counts struct {
	Services, Moving, Attention int
}

func (b Board) counts() counts {
	rows := b.rows()
	n := counts{Services: len(rows)}
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
