package web

import (
	"context"

	"slipway.dev/client/model"
)

// Lanes is what the board is made from: what runs where, and word of each change.
type Lanes interface {
	Lanes(ctx context.Context) ([]model.Lane, error)
	// Watch brings what happens after a position, until ctx ends or f fails; after a
	// negative one, what happens from now on.
	Watch(ctx context.Context, after int64, f func(model.Happening) error) error
}

// FromLanes makes a source of lanes.
func FromLanes(lanes Lanes) Source { return laneSource{lanes} }

type laneSource struct{ lanes Lanes }

func (s laneSource) Board(ctx context.Context) (Board, error) {
	lanes, err := s.lanes.Lanes(ctx)
	return Board{Lanes: lanes}, err
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
