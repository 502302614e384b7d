package trigger

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow/interp"
)

// Machine is the machine of workflows in environments.
type Machine struct{}

var _ machine.Machine[State] = Machine{}

type next = machine.Next[State]

const (
	timerNext  = "next"
	maxWaiting = 100
	maxMissed  = 100
)

// Step implements machine.Machine.
func (Machine) Step(s State, e machine.Event) (next, error) {
	if s.Environment == "" && e.Type != EventSet {
		return next{}, fault.New(fault.NotFound, "no version of this workflow is active here").
			WithHint("deploy one: slipway deploy WORKFLOW ENVIRONMENT")
	}
	switch e.Type {
	case EventSet:
		return with(e, func(a Set) (next, error) { return s.set(a, e) })
	case EventUnset:
		s.Active, s.Next, s.Waiting = nil, time.Time{}, nil
		return next{State: s}, nil
	case EventFired:
		return with(e, func(f Fire) (next, error) { return s.fired(f, e) })
	case EventEnded:
		return with(e, func(c interp.Child) (next, error) { return s.ended(c, e) })
	case EventPaused, EventContinued:
		return with(e, func(w interp.Why) (next, error) { return s.pause(e.Type == EventPaused, w, e) })
	case machine.Timer:
		return with(e, func(a machine.Alarm) (next, error) { return s.alarm(a, e) })
	case "message.refused":
		return with(e, func(r machine.Refused) (next, error) { return s.refused(r) })
	}
	return next{}, fault.New(fault.Invalid, "a workflow's trigger knows no event %q", e.Type)
}

func with[T any](e machine.Event, do func(T) (next, error)) (next, error) {
	t, err := machine.Decode[T](e)
	if err != nil {
		return next{}, fault.New(fault.Invalid, "the event cannot be read").Because(err)
	}
	return do(t)
}

// Set is the data of EventSet.
type Set struct {
	Workflow    string `json:"workflow"`
	Environment string `json:"environment"`
	Team        string `json:"team,omitempty"`
	Active      Active `json:"active"`
}

// set makes a version active. Runs under way keep the one that they began with.
func (s State) set(a Set, e machine.Event) (next, error) {
	if err := a.Active.check(); err != nil {
		return next{}, err
	}
	if s.Active != nil && s.Active.Release == a.Active.Release && s.Active.Definition == a.Active.Definition {
		return next{}, fault.New(fault.Refused, "this version is active already")
	}
	s.Workflow, s.Environment, s.Team = a.Workflow, a.Environment, a.Team
	s.Active, s.Since, s.Skipped, s.Problem = &a.Active, e.At, 0, ""
	s.plan(e.At)
	return next{State: s}, nil
}

// fired begins a run that somebody asks for.
func (s State) fired(f Fire, e machine.Event) (next, error) {
	if s.Active == nil {
		return next{}, fault.New(fault.Refused, "no version of %s is active in %s", s.Workflow, s.Environment)
	}
	if f.As.Kind == "" {
		f.As = e.Actor
	}
	return s.begin(f, e.At), nil
}

// begin gives the message that begins a run.
func (s State) begin(f Fire, at time.Time) next {
	s.Number++
	a := s.Active
	run := fmt.Sprintf("%s.%s.%d", s.Environment, s.Workflow, s.Number)
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", a.Seed, s.Number))
	labels := map[string]string{"team": s.Team}
	for name, value := range f.Labels {
		labels[name] = value
	}
	start := interp.Start{Definition: a.Definition, Namespace: a.Namespace, Name: a.Name, Version: a.Version,
		Environment: s.Environment, Release: a.Release, Input: f.Input, Seed: hex.EncodeToString(sum[:]), As: f.As, Trigger: f.Trigger,
		Parent: f.Parent, Notify: f.Notify, Key: f.Key, Depth: f.Depth, Labels: labels, Workflow: s.Workflow,
		Watch: MachineID(s.Environment, s.Workflow)}
	if len(start.Input.V) == 0 && start.Input.D == "" {
		start.Input.V = json.RawMessage("{}")
	}
	s.Running = append(s.Running[:len(s.Running):len(s.Running)], Running{Run: run, At: at, Trigger: f.Trigger})
	return next{State: s, Messages: []machine.Message{{To: interp.MachineID(run), Type: interp.EventStarted, Data: machine.Must(start)}}}
}

// ended takes a run that ended off the list, and begins what waited for it.
func (s State) ended(c interp.Child, e machine.Event) (next, error) {
	var rest []Running
	for _, r := range s.Running {
		if r.Run != c.Run {
			rest = append(rest, r)
		}
	}
	if len(rest) == len(s.Running) {
		return next{}, fault.New(fault.Refused, "the run %s is not one of those under way", c.Run)
	}
	s.Running, s.Last = rest, &Last{Run: c.Run, Status: c.Status, At: e.At}
	if s.Active != nil && s.Active.Schedule.After > 0 && len(rest) == 0 {
		s.Next = e.At.Add(s.Active.Schedule.After)
	}
	if len(rest) > 0 || len(s.Waiting) == 0 || s.Active == nil {
		return next{State: s}, nil
	}
	f := s.Waiting[0]
	s.Waiting = s.Waiting[1:]
	return s.begin(f, e.At), nil
}

func (s State) pause(paused bool, w interp.Why, e machine.Event) (next, error) {
	switch {
	case paused == (s.Paused != ""):
		return next{}, fault.New(fault.Refused, "it is so already")
	case !paused:
		s.Paused = ""
		return s.due(e.At), nil
	}
	if s.Paused = strings.TrimSpace(w.Reason); s.Paused == "" {
		s.Paused = "by " + e.Actor.String()
	}
	return next{State: s}, nil
}

// refused takes note of a run that could not begin, or was not there to be cancelled.
func (s State) refused(r machine.Refused) (next, error) {
	if r.Type != interp.EventStarted {
		return next{State: s}, nil
	}
	var rest []Running
	for _, u := range s.Running {
		if interp.MachineID(u.Run) != r.To {
			rest = append(rest, u)
		}
	}
	s.Running, s.Problem = rest, "a run could not begin: "+r.Reason
	return next{State: s}, nil
}

// Desired implements machine.Machine: the time of its next run, and the events it begins with.
func (Machine) Desired(s State) []machine.Desired {
	if s.Active == nil || s.Paused != "" {
		return nil
	}
	var list []machine.Desired
	if !s.Next.IsZero() {
		list = append(list, machine.After(timerNext, s.Next))
	}
	if on := s.Active.Schedule; len(on.On) > 0 {
		list = append(list, machine.Desired{Kind: interp.DesiredListen, Key: timerNext,
			Spec: machine.Must(interp.Listening{Key: timerNext, Since: s.Since, Types: on.Types, Filter: on.On})})
	}
	return list
}

// Summary implements machine.Machine.
func (Machine) Summary(s State) machine.Summary {
	sum := machine.Summary{Status: "active", Labels: map[string]string{"workflow": s.Workflow, "environment": s.Environment}}
	switch {
	case s.Active == nil:
		sum.Status = "inactive"
	case s.Paused != "":
		sum.Status = "paused"
	}
	if s.Active != nil {
		sum.Title, sum.Labels["release"] = s.Active.Title, s.Active.Release
		sum.Keeps = append(sum.Keeps, s.Active.Definition)
	}
	for _, f := range s.Waiting {
		if f.Input.D != "" {
			sum.Keeps = append(sum.Keeps, f.Input.D)
		}
	}
	return sum
}

// Upgrade implements machine.Machine. There is no older version.
func (Machine) Upgrade(from int, _ []byte) (State, error) {
	return State{}, fault.New(fault.Internal, "no version %d of a trigger's state was ever written", from)
}
