package control

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/train"
	"slipway.dev/internal/engine"
)

// CreateTrain asks for several services to go into an environment together.
func (c *Control) CreateTrain(ctx context.Context, r model.TrainRequest) (model.Train, error) {
	request := train.Request{Environment: r.Environment, Force: r.Force, Reason: r.Reason}
	if len(r.Members) == 0 {
		if _, err := c.may(ctx, access.Deploy, access.Scope{Environment: r.Environment}); err != nil {
			return model.Train{}, err
		}
	}
	var plans []*model.Plan
	for _, m := range r.Members {
		wanted, plan, err := c.member(ctx, r.Environment, m)
		if err != nil {
			return model.Train{}, err
		}
		request.Members = append(request.Members, wanted)
		if plan != nil { // the first environment has none
			plans = append(plans, plan)
		}
	}
	who, err := caller(ctx)
	if err != nil {
		return model.Train{}, err
	}
	if request.Plan, err = c.Engine.Blobs().Put(ctx, machine.Must(plans)); err != nil {
		return model.Train{}, err
	}
	request.ID = fmt.Sprintf("%s-%s", r.Environment, c.Engine.Now().UTC().Format("20060102-150405.000"))
	if _, err := c.tell(ctx, who.Actor, train.MachineID(request.ID), train.EventRequested, request); err != nil {
		return model.Train{}, err
	}
	return c.Train(ctx, request.ID)
}

// member looks up all that a train must know of one of its services, and what it will do.
func (c *Control) member(ctx context.Context, environment string, m model.TrainWanted) (train.Wanted, *model.Plan, error) {
	if _, err := c.may(ctx, access.Deploy, c.scope(ctx, m.Service, environment)); err != nil {
		return train.Wanted{}, nil, err
	}
	rel, err := c.candidate(ctx, m.Service, environment, m.Release)
	if err != nil {
		return train.Wanted{}, nil, err
	}
	request, err := c.requestOf(ctx, rel, environment)
	if err != nil {
		return train.Wanted{}, nil, err
	}
	if request.Plan, err = c.writePlan(ctx, request, ""); err != nil {
		return train.Wanted{}, nil, err
	}
	plan, err := c.readPlan(ctx, request.Plan)
	if err != nil {
		return train.Wanted{}, nil, err
	}
	r, err := c.document(ctx, rel.Spec) // what this release needs, and not a later one
	if err != nil {
		return train.Wanted{}, nil, err
	}
	spec, err := r.Service()
	w := train.Wanted{Request: request}
	for _, n := range spec.Needs {
		w.Needs = append(w.Needs, string(n))
	}
	return w, plan, err
}

// Train tells about one train.
func (c *Control) Train(ctx context.Context, id string) (model.Train, error) {
	sight, err := c.sees(ctx)
	if err != nil {
		return model.Train{}, err
	}
	s, _, err := engine.Load[train.State](ctx, c.Engine, train.MachineID(id))
	switch {
	case err != nil:
		return model.Train{}, ignoring(fault.NotFound, err, noTrain(id))
	case !sight.of("", s.Environment):
		return model.Train{}, noTrain(id)
	}
	t := trainOf(s)
	if s.Plan == "" {
		return t, nil
	}
	blob, err := c.Engine.Blobs().Get(ctx, s.Plan)
	if err != nil {
		return t, err
	}
	if err := json.Unmarshal(blob, &t.Plan); err != nil {
		return t, err
	}
	place := func(p model.Plan) int {
		return slices.IndexFunc(t.Members, func(m model.TrainMember) bool { return m.Service == p.Service })
	}
	slices.SortFunc(t.Plan, func(a, b model.Plan) int { return place(a) - place(b) })
	return t, nil
}

func noTrain(id string) error {
	return fault.New(fault.NotFound, "there is no train %s", id).WithHint("slipway train list")
}

// Trains lists all trains, latest first.
func (c *Control) Trains(ctx context.Context) ([]model.Train, error) {
	sight, err := c.sees(ctx)
	if err != nil {
		return nil, err
	}
	all, err := engine.All[train.State](ctx, c.Engine, "train/")
	if err != nil {
		return nil, err
	}
	list := []model.Train{}
	for _, s := range all {
		if sight.of("", s.Environment) {
			list = append(list, trainOf(s))
		}
	}
	slices.SortStableFunc(list, func(a, b model.Train) int { return b.At.Compare(a.At) })
	return list, nil
}

// AbortTrain stops a train; those of its members that went in go back.
func (c *Control) AbortTrain(ctx context.Context, id string, r model.TrainCommand) (model.Receipt, error) {
	return c.onTrain(ctx, id, train.EventAbort, r)
}

// RollbackTrain has all members of a train that arrived go back, in reverse order.
func (c *Control) RollbackTrain(ctx context.Context, id string, r model.TrainCommand) (model.Receipt, error) {
	return c.onTrain(ctx, id, train.EventRollback, r)
}

// AcceptTrain takes a held train as it stands.
func (c *Control) AcceptTrain(ctx context.Context, id string, r model.TrainCommand) (model.Receipt, error) {
	return c.onTrain(ctx, id, train.EventAccept, r)
}

func (c *Control) onTrain(ctx context.Context, id, event string, r model.TrainCommand) (model.Receipt, error) {
	s, _, missing := engine.Load[train.State](ctx, c.Engine, train.MachineID(id))
	scopes := []access.Scope{}
	for _, m := range s.Members {
		scopes = append(scopes, c.scope(ctx, m.Service, s.Environment))
	}
	if len(scopes) == 0 {
		scopes = append(scopes, access.Scope{})
	}
	var actor machine.Actor
	for _, scope := range scopes {
		var err error
		if actor, err = c.may(ctx, access.Deploy, scope); err != nil {
			return model.Receipt{}, err
		}
	}
	if missing != nil {
		return model.Receipt{}, ignoring(fault.NotFound, missing, noTrain(id))
	}
	return c.tell(ctx, actor, train.MachineID(id), event, train.Reason{Text: r.Reason})
}

func trainOf(s train.State) model.Train {
	t := model.Train{
		ID: s.ID, Environment: s.Environment, Status: string(s.Status), Reason: s.Reason, Problem: s.Problem, Forced: s.Forced,
		By: s.By.String(), At: s.At, EndedAt: s.EndedAt, Members: []model.TrainMember{},
	}
	for _, m := range s.Members {
		t.Members = append(t.Members, model.TrainMember{
			Service: m.Service, Release: m.Release, Needs: m.Needs, Migration: string(m.Migration), Deployment: m.Deployment,
			From: m.From, Phase: string(m.Phase), Ready: m.Ready, Back: string(m.Back), Reason: m.Reason,
		})
	}
	return t
}
