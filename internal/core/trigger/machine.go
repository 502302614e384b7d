package trigger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow/interp"
)

// Machine is the machine of workflows in environments. Values gives what long events are.
type Machine struct{ Values Values }

var _ machine.Machine[State] = Machine{}

type next = machine.Next[State]

const (
	timerNext  = "next"
	listenKey  = "on"
	maxWaiting = 100
	maxRunning = 1000 // at once: they are in the state, which each step writes
	maxMissed  = 100
)

// Step implements machine.Machine.
func (m Machine) Step(s State, e machine.Event) (next, error) {
	if s.Environment == "" && e.Type != EventSet {
		return next{}, fault.New(fault.NotFound, "no version of this workflow is active here").
			WithHint("deploy one: slipway deploy WORKFLOW ENVIRONMENT")
	}
	switch e.Type {
	case EventSet:
		return with(e, func(a Set) (next, error) { return s.set(a, e) })
	case EventUnset:
		return s.unset()
	case EventFired:
		return with(e, func(f Fire) (next, error) { return s.fired(f, e) })
	case EventHeard:
		return with(e, func(h Heard) (next, error) { return s.heard(h, e, m.Values) })
	case EventEnded:
		return with(e, func(c interp.Child) (next, error) { return s.ended(c, e) })
	case EventPaused, EventContinued:
		return with(e, func(w interp.Why) (next, error) { return s.pause(e.Type == EventPaused, w, e) })
	case machine.Timer:
		return with(e, func(a machine.Alarm) (next, error) { return s.alarm(a, e) })
	case "message.refused":
		return with(e, func(r machine.Refused) (next, error) { return s.refused(r, e) })
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
	if a.Workflow == "" || a.Environment == "" || s.Environment != "" && (a.Workflow != s.Workflow || a.Environment != s.Environment) {
		return next{}, fault.New(fault.Invalid, "this is the trigger of %s in %s, not of %s in %s", s.Workflow, s.Environment, a.Workflow, a.Environment)
	}
	before := s.Active
	if before != nil && before.same(a.Active) && s.Team == a.Team {
		return next{}, fault.New(fault.Refused, "this version is active already")
	}
	s.Workflow, s.Environment, s.Team = a.Workflow, a.Environment, a.Team
	s.Active, s.Since, s.Skipped, s.Problem = &a.Active, e.At, 0, ""
	if before == nil || !equal(before.Schedule.On, a.Active.Schedule.On) {
		s.Partial = nil
	}
	if before == nil || !before.Schedule.sameTimes(a.Active.Schedule) { // else many deployments would put off its time for ever
		s.plan(e.At)
	}
	return next{State: s}, nil
}

// same says whether another version is this one. The seed is drawn anew each time.
func (a Active) same(b Active) bool {
	a.Seed, b.Seed = "", ""
	return equal(a, b)
}

func equal[T any](a, b T) bool { return bytes.Equal(machine.Must(a), machine.Must(b)) }

// unset has nothing begin any more. Runs under way go on.
func (s State) unset() (next, error) {
	if s.Active == nil {
		return next{}, fault.New(fault.Refused, "no version of %s is active in %s", s.Workflow, s.Environment)
	}
	s.Active, s.Next, s.Waiting, s.Partial = nil, time.Time{}, nil, nil
	return next{State: s}, nil
}

// fired begins a run that somebody asks for.
func (s State) fired(f Fire, e machine.Event) (next, error) {
	if s.Active == nil {
		return next{}, fault.New(fault.Refused, "no version of %s is active in %s", s.Workflow, s.Environment)
	}
	if len(s.Running) >= maxRunning {
		return next{}, fault.New(fault.Refused, "%d runs of %s are under way in %s", len(s.Running), s.Workflow, s.Environment).
			WithHint("wait for some to end, or cancel them")
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
	start := interp.Start{ID: run, Definition: a.Definition, Namespace: a.Namespace, Name: a.Name, Version: a.Version,
		Environment: s.Environment, Release: a.Release, Input: f.Input, Seed: hex.EncodeToString(sum[:]), As: f.As, Trigger: f.Trigger,
		Parent: f.Parent, Notify: f.Notify, Key: f.Key, Depth: f.Depth, Labels: labels, Workflow: s.Workflow, Secrets: a.Secrets,
		Watch: MachineID(s.Environment, s.Workflow)}
	if start.Input.IsZero() {
		start.Input.V = json.RawMessage("{}")
	}
	s.Running = append(s.Running[:len(s.Running):len(s.Running)], Running{Run: run, At: at, Trigger: f.Trigger, Parent: f.Parent, Notify: f.Notify, Key: f.Key})
	return next{State: s, Messages: []machine.Message{{To: interp.MachineID(run), Type: interp.EventStarted, Data: machine.Must(start)}}}
}

// ended takes a run that ended off the list, and begins what waited for it.
func (s State) ended(c interp.Child, e machine.Event) (next, error) {
	if _, ok := s.without(c.Run); !ok {
		return next{}, fault.New(fault.Refused, "the run %s is not one of those under way", c.Run)
	}
	s.Last = &Last{Run: c.Run, Status: c.Status, At: e.At}
	return s.freed(e.At), nil
}

// without finds a run under way, and takes it off the list.
func (s *State) without(run string) (found Running, ok bool) {
	i := slices.IndexFunc(s.Running, func(r Running) bool { return r.Run == run })
	if i < 0 {
		return found, false
	}
	found = s.Running[i]
	s.Running = slices.Concat(s.Running[:i], s.Running[i+1:])
	if len(s.Running) == 0 {
		s.Running = nil
	}
	return found, true
}

// freed does what is due when a run has ended: with no other under way, the next one is planned
// after it, or what waited begins.
func (s State) freed(at time.Time) next {
	if s.Active == nil || len(s.Running) > 0 {
		return next{State: s}
	}
	if after := s.Active.Schedule.After; after > 0 {
		s.Next = at.Add(after)
	}
	return s.goOn(at)
}

// goOn begins what waits, if nothing is in its way.
func (s State) goOn(at time.Time) next {
	if len(s.Waiting) == 0 || len(s.Running) > 0 || s.Active == nil || s.Paused != "" {
		return next{State: s}
	}
	f := s.Waiting[0]
	if s.Waiting = slices.Clone(s.Waiting[1:]); len(s.Waiting) == 0 {
		s.Waiting = nil
	}
	return s.begin(f, at)
}

func (s State) pause(paused bool, w interp.Why, e machine.Event) (next, error) {
	switch {
	case paused && s.Paused != "":
		return next{}, fault.New(fault.Refused, "%s is paused in %s already: %s", s.Workflow, s.Environment, s.Paused)
	case !paused && s.Paused == "":
		return next{}, fault.New(fault.Refused, "%s is not paused in %s", s.Workflow, s.Environment)
	case !paused:
		s.Paused = ""
		first := s.goOn(e.At)
		out := first.State.due(e.At)
		out.Messages = append(first.Messages, out.Messages...)
		return out, nil
	}
	if s.Paused = strings.TrimSpace(w.Reason); s.Paused == "" {
		s.Paused = "by " + e.Actor.String()
	}
	return next{State: s}, nil
}

// refused takes note of a run that could not begin, and tells who asked for it. That one was not
// there any more to be cancelled is no matter.
func (s State) refused(r machine.Refused, e machine.Event) (next, error) {
	run, began := strings.CutPrefix(r.To, interp.MachineID(""))
	if r.Type != interp.EventStarted || !began {
		return next{State: s}, nil
	}
	was, _ := s.without(run)
	s.Problem = "a run could not begin: " + r.Reason
	out := s.freed(e.At)
	if was.Parent != "" && was.Notify != "" {
		out.Messages = append(out.Messages, machine.Message{To: was.Parent, Type: was.Notify, Data: machine.Must(interp.Child{Run: run, Key: was.Key,
			Status: interp.Faulted, Error: &interp.Problem{Type: interp.Runtime, Status: 500, Title: "the run could not begin", Detail: r.Reason}})})
	}
	return out, nil
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
	if on := s.Active.Schedule.On; on != nil {
		list = append(list, machine.Desired{Kind: interp.DesiredListen, Key: listenKey, Spec: machine.Must(on.listening(s))})
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
	for _, d := range s.data() {
		if d.D != "" {
			sum.Keeps = append(sum.Keeps, d.D)
		}
	}
	return sum
}

// data gives all values of a state.
func (s State) data() (list []interp.Datum) {
	for _, f := range s.Waiting {
		list = append(list, f.Input)
	}
	for _, p := range s.Partial {
		list = append(list, p.Events...)
	}
	return list
}

// Upgrade implements machine.Machine. There is no older version.
func (Machine) Upgrade(from int, _ []byte) (State, error) {
	return State{}, fault.New(fault.Internal, "no version %d of a trigger's state was ever written", from)
}
