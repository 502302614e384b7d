package train

import (
	"slices"
	"strings"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// Bounds of a train.
const (
	minMembers = 2
	maxMembers = 30
	maxName    = 64  // bytes of its ID; a lane takes no more
	maxReason  = 300 // bytes
)

// request begins a train: each lane is asked, and one that refuses voids it all.
func (w *work) request(r Request) error {
	if w.ID != "" {
		return refuse("the train %s is there already", w.ID)
	}
	if err := r.check(); err != nil {
		return err
	}
	order, err := r.order()
	if err != nil {
		return err
	}
	w.State = State{ID: r.ID, Environment: r.Environment, Status: Gathering, Plan: r.Plan, Reason: r.Reason, By: w.actor, At: w.now}
	for _, m := range order {
		if noWayBack(m.Rollout.Migration) {
			w.Forced = true
		}
		w.Members = append(w.Members, Member{Service: m.Service, Release: m.Release, Needs: r.inside(m.Needs), Migration: m.Rollout.Migration})
		w.send(m.Service, deploy.EventRequested, w.asks(m))
	}
	return nil
}

// asks is what a lane is asked for.
func (w *work) asks(m Wanted) deploy.Request {
	q := m.Request
	q.Train, q.Environment = w.ID, w.Environment
	if q.Reason == "" {
		q.Reason = deploy.ReasonManual
	}
	return q
}

func (w *work) send(service, kind string, data any) {
	w.messages = append(w.messages, machine.Message{To: deploy.MachineID(service, w.Environment), Type: kind, Data: machine.Must(data)})
}

// check refuses what could not go together.
func (r Request) check() error {
	switch {
	case r.ID == "" || len(r.ID) > maxName || strings.ContainsAny(r.ID, "/\n"):
		return fault.New(fault.Invalid, "a train needs a name of at most %d bytes without a slash", maxName)
	case r.Environment == "":
		return fault.New(fault.Invalid, "a train needs an environment")
	case len(r.Members) < minMembers || len(r.Members) > maxMembers:
		return fault.New(fault.Invalid, "a train has from %d to %d members", minMembers, maxMembers)
	case len(r.Reason) > maxReason:
		return fault.New(fault.TooLarge, "the reason is longer than %d bytes", maxReason)
	}
	for i, m := range r.Members {
		if m.Service == "" || m.Release == "" {
			return fault.New(fault.Invalid, "each member needs a service and a release")
		}
		if r.find(m.Service) != i {
			return fault.New(fault.Invalid, "%s is in the train twice", m.Service)
		}
		if noWayBack(m.Rollout.Migration) && !r.Force {
			return refuse("%s has a migration that is %s: once it is in there is no way back, and a train must have one", m.Service, m.Rollout.Migration).
				WithHint("deploy %s by itself, or force the train: then nothing is rolled back by itself", m.Service)
		}
	}
	return nil
}

// noWayBack says whether a rollback must not cross a migration.
func noWayBack(m config.Migration) bool {
	return m == config.MigrationContract || m == config.MigrationIrreversible
}

func (r Request) find(service string) int {
	return slices.IndexFunc(r.Members, func(m Wanted) bool { return m.Service == service })
}

// inside gives those services that are members.
func (r Request) inside(services []string) []string {
	var out []string
	for _, s := range services {
		if r.find(s) >= 0 {
			out = append(out, s)
		}
	}
	return out
}

// order puts each member behind those that it needs; otherwise they stay as they were given.
func (r Request) order() ([]Wanted, error) {
	var out []Wanted
	in := map[string]bool{}
	for len(out) < len(r.Members) {
		next := slices.IndexFunc(r.Members, func(m Wanted) bool {
			waits := slices.ContainsFunc(r.inside(m.Needs), func(s string) bool { return !in[s] })
			return !in[m.Service] && !waits
		})
		if next < 0 {
			var rest []string
			for _, m := range r.Members {
				if !in[m.Service] {
					rest = append(rest, m.Service)
				}
			}
			return nil, refuse("%s need one another: none of them can go in first", strings.Join(rest, ", "))
		}
		out = append(out, r.Members[next])
		in[r.Members[next].Service] = true
	}
	return out, nil
}
