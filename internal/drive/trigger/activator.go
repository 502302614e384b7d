package trigger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/trigger"
	"slipway.dev/internal/engine"
)

// activator keeps triggers to what lanes want. It is called by one goroutine at a time.
type activator struct {
	Deps
	told map[string]told // by lane: the last that it was told
}

// told is what a lane was told of a revision.
type told struct {
	revision int64
	active   bool
}

// Reconcile implements engine.Reconciler. That one workflow cannot be active keeps no other from it.
func (a *activator) Reconcile(ctx context.Context, all []engine.Desired) error {
	var failed []error
	for _, w := range all {
		var spec deploy.WorkflowSpec
		err := json.Unmarshal(w.Spec, &spec)
		if err == nil {
			err = a.bring(ctx, w.Machine, spec)
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", w.Machine, err))
		}
	}
	return errors.Join(failed...)
}

// bring makes one trigger what its lane wants, and tells the lane.
func (a *activator) bring(ctx context.Context, lane string, spec deploy.WorkflowSpec) error {
	err := a.set(ctx, spec)
	now := told{spec.Revision, err == nil}
	switch {
	case (err == nil || final(err)) && a.told[lane] == now:
		return nil
	case err == nil:
		err = a.tell(ctx, lane, deploy.EventRouted, deploy.Routed{Revision: spec.Revision})
	case !final(err):
		return err
	default:
		a.Log.Error("a workflow's version cannot be active", "workflow", spec.Service, "environment", spec.Environment, "release", spec.Release, "error", err)
		err = a.tell(ctx, lane, deploy.EventInactive, deploy.Inactive{Revision: spec.Revision, Reason: err.Error()})
	}
	if err == nil || refused(err) { // it knows that, or wants something else by now
		a.told[lane] = now
		return nil
	}
	return err
}

// final says whether trying again would change nothing.
func final(err error) bool {
	switch fault.CodeOf(err) {
	case fault.Invalid, fault.Refused, fault.NotFound, fault.TooLarge:
		return true
	}
	return false
}

func refused(err error) bool { return fault.Is(err, fault.Refused) || fault.Is(err, fault.NotFound) }

// set brings a trigger to a version, or to none. It is nothing where that is so.
func (a *activator) set(ctx context.Context, spec deploy.WorkflowSpec) error {
	id := trigger.MachineID(spec.Environment, spec.Service)
	is, _, err := engine.Load[trigger.State](ctx, a.Engine, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if spec.Deployment == "" {
		if is.Active == nil {
			return nil
		}
		return a.tell(ctx, id, trigger.EventUnset, nil)
	}
	team, err := a.team(ctx, spec.Service)
	if err != nil {
		return err
	}
	if v := is.Active; v != nil && v.Release == spec.Release && v.Config == spec.Config && is.Team == team {
		return nil
	}
	active, err := a.version(ctx, spec)
	if err != nil {
		return err
	}
	return a.tell(ctx, id, trigger.EventSet, trigger.Set{Workflow: spec.Service, Environment: spec.Environment, Team: team, Active: active})
}

// team gives who owns a workflow; "" if its manifest is gone.
func (a *activator) team(ctx context.Context, workflow string) (string, error) {
	r, _, err := engine.Load[config.ResourceState](ctx, a.Engine, config.ResourceID(manifest.KindService, workflow))
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return r.Team, err
}

func (a *activator) tell(ctx context.Context, to, kind string, data any) error {
	e := machine.Event{Type: kind, Actor: actor}
	if data != nil {
		e.Data = machine.Must(data)
	}
	_, err := a.Engine.Submit(ctx, engine.To{Machine: to, Event: e})
	return err
}
