package lease

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// Version is the version of State.
const Version = 1

// State is who holds the leases of an environment.
type State struct {
	Environment string   `json:"environment,omitempty"`
	Limit       int      `json:"limit,omitempty"` // as the last taker knew it
	Holders     []Holder `json:"holders,omitempty"`
}

// Holder is a deployment that holds a lease.
type Holder struct {
	Deployment string    `json:"deployment"`
	Service    string    `json:"service"`
	Since      time.Time `json:"since"`
}

// Holds says whether a deployment holds a lease.
func (s State) Holds(deployment string) bool { return s.index(deployment) >= 0 }

func (s State) index(deployment string) int {
	return slices.IndexFunc(s.Holders, func(h Holder) bool { return h.Deployment == deployment })
}

// Machine is the machine of an environment's leases.
type Machine struct{}

var _ machine.Machine[State] = Machine{}

// Step implements machine.Machine.
func (Machine) Step(s State, e machine.Event) (machine.Next[State], error) {
	var err error
	switch e.Type {
	case EventTaken:
		var t Take
		if t, err = machine.Decode[Take](e); err == nil {
			s, err = s.take(t, e.At)
		}
	case EventGiven:
		var g Give
		if g, err = machine.Decode[Give](e); err == nil {
			s, err = s.give(g)
		}
	default:
		err = fault.New(fault.Invalid, "leases know no event %q", e.Type)
	}
	return machine.Next[State]{State: s}, err
}

func (s State) take(t Take, at time.Time) (State, error) {
	switch {
	case t.Deployment == "" || t.Environment == "" || t.Limit < 1:
		return s, fault.New(fault.Invalid, "a lease needs a deployment, an environment and a limit of at least 1")
	case s.Holds(t.Deployment):
		return s, fault.New(fault.Refused, "%s holds a lease of %s already", t.Deployment, t.Environment)
	case len(s.Holders) >= t.Limit:
		return s, fault.New(fault.Refused, "%d of %d deployments are under way in %s: %s", len(s.Holders), t.Limit, t.Environment, s.names()).
			WithHint("wait until one of them has ended")
	}
	s.Environment, s.Limit = t.Environment, t.Limit
	s.Holders = append(slices.Clone(s.Holders), Holder{Deployment: t.Deployment, Service: t.Service, Since: at})
	return s, nil
}

func (s State) give(g Give) (State, error) {
	i := s.index(g.Deployment)
	if i < 0 {
		return s, fault.New(fault.Refused, "%.64s holds no lease", g.Deployment)
	}
	s.Holders = slices.Delete(slices.Clone(s.Holders), i, i+1)
	if len(s.Holders) == 0 {
		s.Holders = nil
	}
	return s, nil
}

func (s State) names() string {
	var out []string
	for _, h := range s.Holders {
		out = append(out, h.Deployment)
	}
	return strings.Join(out, ", ")
}

// Desired implements machine.Machine: leases want nothing.
func (Machine) Desired(State) []machine.Desired { return nil }

// Summary implements machine.Machine.
func (Machine) Summary(s State) machine.Summary {
	sum := machine.Summary{Status: "free", Title: "nobody holds a lease", Labels: map[string]string{"environment": s.Environment}, Done: true}
	if n := len(s.Holders); n > 0 {
		sum.Status, sum.Title, sum.Done = "held", fmt.Sprintf("%d of %d: %s", n, s.Limit, s.names()), false
	}
	return sum
}

// Upgrade implements machine.Machine.
func (Machine) Upgrade(from int, raw []byte) (s State, err error) {
	if from != Version {
		return s, fmt.Errorf("lease: no state of version %d is known, the latest is %d", from, Version)
	}
	return s, json.Unmarshal(raw, &s)
}
