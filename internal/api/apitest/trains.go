package apitest

import (
	"context"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// Trains gives those there are.
func (f *Fake) Trains(ctx context.Context) ([]model.Train, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	return append([]model.Train{}, f.trains...), nil
}

// Train gives one.
func (f *Fake) Train(ctx context.Context, id string) (model.Train, error) {
	if err := f.enter(ctx); err != nil {
		return model.Train{}, err
	}
	defer f.mu.Unlock()
	for _, t := range f.trains {
		if t.ID == id {
			return t, nil
		}
	}
	return model.Train{}, fault.New(fault.NotFound, "there is no train %s", id).WithHint("slipway train list")
}

// CreateTrain makes one that gathers.
func (f *Fake) CreateTrain(ctx context.Context, r model.TrainRequest) (model.Train, error) {
	if err := f.enter(ctx); err != nil {
		return model.Train{}, err
	}
	defer f.mu.Unlock()
	if len(r.Members) < 2 {
		return model.Train{}, fault.New(fault.Invalid, "a train has at least two members")
	}
	t := model.Train{ID: r.Environment + "-1", Environment: r.Environment, Status: "gathering", Reason: r.Reason, By: Actor(ctx).String(), At: f.now}
	for _, m := range r.Members {
		if m.Release == "" {
			m.Release = "r4"
		}
		t.Members = append(t.Members, model.TrainMember{Service: m.Service, Release: m.Release, Phase: "waiting"})
	}
	f.trains = append(f.trains, t)
	f.note(Actor(ctx), "train/"+t.ID, "train.requested")
	return t, nil
}

// AbortTrain stops one.
func (f *Fake) AbortTrain(ctx context.Context, id string, _ model.TrainCommand) (model.Receipt, error) {
	return f.onTrain(ctx, id, "gathering", "aborted")
}

// RollbackTrain takes one back.
func (f *Fake) RollbackTrain(ctx context.Context, id string, _ model.TrainCommand) (model.Receipt, error) {
	return f.onTrain(ctx, id, "completed", "rollingBack")
}

// AcceptTrain takes one as it stands.
func (f *Fake) AcceptTrain(ctx context.Context, id string, _ model.TrainCommand) (model.Receipt, error) {
	return f.onTrain(ctx, id, "held", "accepted")
}

func (f *Fake) onTrain(ctx context.Context, id, from, to string) (model.Receipt, error) {
	if _, err := f.Train(ctx, id); err != nil {
		return model.Receipt{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.trains {
		if t := &f.trains[i]; t.ID == id && t.Status != from {
			return model.Receipt{}, fault.New(fault.Refused, "the train %s is %s", id, t.Status)
		} else if t.ID == id {
			t.Status = to
		}
	}
	return f.note(Actor(ctx), "train/"+id, "train."+to), nil
}
