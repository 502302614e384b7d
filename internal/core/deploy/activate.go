package deploy

import "slipway.dev/internal/core/config"

// A workflow's release has no instances and no routes. What would be its share of the traffic is
// that it is active: its trigger begins runs of it. The lane goes the same way as for a service;
// in the place of the edge that applies a route is who sets the trigger and says so.

// activates says whether a release is a workflow's.
func (r *Release) activates() bool { return activates(r.Rollout) }

func activates(r config.Rollout) bool { return r.Strategy.Kind == config.Activate }

// plain takes out of the rollout of a workflow what only instances have.
func plain(r config.Rollout) config.Rollout {
	return config.Rollout{Strategy: config.Strategy{Kind: config.Activate}, Rollback: config.Rollback{Keep: r.Rollback.Keep},
		Migration: config.MigrationNone, Deadline: r.Deadline}
}

// otherKind says whether a rollout is of the other kind than all that the lane has: what runs
// instances does not become a workflow under the same name, nor the other way round.
func (s *State) otherKind(r config.Rollout) bool {
	for _, have := range s.releases() {
		if have.activates() != activates(r) {
			return true
		}
	}
	for _, p := range s.Queue {
		if activates(p.Rollout) != activates(r) {
			return true
		}
	}
	return false
}

// reactivate brings what is to be active in line with the shares; false: the lane is no workflow's.
func (w *work) reactivate() bool {
	next := Route{Revision: w.Route.Revision + 1, Applied: w.Route.Applied, Config: w.Route.Config, Workflow: true}
	if len(w.Shares) > 0 {
		r := w.find(w.Shares[0].Deployment)
		if r == nil || !r.activates() {
			return false
		}
		next.Deployment, next.Config = r.Deployment, r.Config
	} else if !w.Route.Workflow {
		return false
	}
	if !w.Route.Workflow || next.Deployment != w.Route.Deployment {
		w.Route = next
	}
	return true
}

// active is the wish for the version of the workflow that is to be active.
func (s *State) active() WorkflowSpec {
	spec := WorkflowSpec{Service: s.Service, Environment: s.Environment, Revision: s.Route.Revision, Deployment: s.Route.Deployment}
	if r := s.find(spec.Deployment); r != nil {
		spec.Release, spec.Artifact, spec.Config = r.Release, r.Artifact, r.Config
	}
	return spec
}

// inactive takes in that a version cannot be made active.
func (w *work) inactive(i Inactive) error {
	a := w.Active
	if a == nil || !w.Route.Workflow || i.Revision != w.Route.Revision || i.Revision <= w.Route.Applied || a.Await != awaitRoute {
		return refuse("revision %d is not one that is waited for", i.Revision)
	}
	w.fail(a.Release + " cannot be active: " + i.Reason)
	return nil
}
