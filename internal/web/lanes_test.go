package web

import (
	"context"
	"errors"
	"testing"

	"slipway.dev/client/model"
)

// watched is a Lanes that brings as many happenings as it is told to, and then ends.
type watched struct {
	lanes      []model.Lane
	happenings int
}

func (w watched) Lanes(context.Context) ([]model.Lane, error) { return w.lanes, nil }

func (w watched) Deployments(context.Context, model.DeploymentsQuery) ([]model.Deployment, error) {
	return []model.Deployment{{Service: "tickets", Environment: "dev"}}, nil
}

func (w watched) Watch(_ context.Context, after int64, f func(model.Happening) error) error {
	if after >= 0 {
		return errors.New("the board does not want the past")
	}
	for range w.happenings {
		if err := f(model.Happening{}); err != nil {
			return err
		}
	}
	return errors.New("the control plane stops")
}

func TestLanesAreTheBoard(t *testing.T) {
	t.Parallel()
	b, err := FromLanes(watched{lanes: shifting(10).Lanes}).Board(t.Context())
	if err != nil || len(b.rows()) != 1 || len(b.Finished) != 1 {
		t.Errorf("%v, %v", b, err)
	}
}

func TestManyHappeningsAreOneChange(t *testing.T) {
	t.Parallel()
	for happenings, want := range map[int]int{0: 0, 1: 1} {
		got := 0
		for range FromLanes(watched{happenings: happenings}).Changes(t.Context()) {
			got++
		}
		if got != want {
			t.Errorf("%d happenings gave %d changes", happenings, got)
		}
	}
	got := 0
	for range FromLanes(watched{happenings: 1000}).Changes(t.Context()) {
		got++
	}
	if got == 0 { // how many depends on who is faster; nobody waits
		t.Error("1000 happenings gave no change")
	}
}
