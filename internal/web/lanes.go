package web

import (
	"context"

	"slipway.dev/client/model"
)

// Lanes is what the board is made from: what runs where, and word of each change.
type Lanes interface {
	Lanes(ctx context.Context) ([]model.Lane, error)
	Deployments(ctx context.Context, q model.DeploymentsQuery) ([]model.Deployment, error)
	// Watch brings what happens after a position, until ctx ends or f fails; after a
	// negative one, what happens from now on.
	Watch(ctx context.Context, after int64, f func(model.Happening) error) error
}

// recent is how many finished deployments are looked through for what became of the last
// release of each lane. What is further back is no news.
const recent = 200

// FromLanes makes a source of lanes.
func FromLanes(lanes Lanes) Source { return laneSource{lanes} }

type laneSource struct{ lanes Lanes }

func (s laneSource) Board(ctx context.Context) (Board, error) {
	lanes, err := s.lanes.Lanes(ctx)
	if err != nil {
		return Board{}, err
	}
	finished, err := s.lanes.Deployments(ctx, model.DeploymentsQuery{Limit: recent})
	return Board{Lanes: lanes, Finished: finished}, err
}

// Changes ends when Watch does: then the browser comes again, and has another try.
func (s laneSource) Changes(ctx context.Context) <-chan struct{} {
	changes := make(chan struct{}, 1)
	go func() {
		defer close(changes)
		_ = s.lanes.Watch(ctx, -1, func(model.Happening) error {
			select {
			case changes <- struct{}{}:
			default: // one is waiting to be taken: it stands for this one, too
			}
			return nil
		})
	}()
	return changes
}
