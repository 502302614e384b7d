package interp

import (
	"cmp"
	"fmt"
	"strings"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// Machine runs workflows. Library gives what they refer to.
type Machine struct{ Library Library }

var _ machine.Machine[State] = Machine{}

// Step takes the events of a run.
func (m Machine) Step(s State, e machine.Event) (machine.Next[State], error) {
	r, err := take(m.Library, s, e, nil)
	if err != nil {
		return machine.Next[State]{}, err
	}
	return r.out, nil
}

// take makes one step. watch, if there is one, sees each task just before it begins.
func take(lib Library, s State, e machine.Event, watch func(*step, *Frame)) (*step, error) {
	switch {
	case e.Type == EventStarted && s.ID != "":
		return nil, fault.New(fault.Refused, "the run %s has begun already", s.ID)
	case e.Type != EventStarted && s.ID == "":
		return nil, fault.New(fault.NotFound, "there is no such run")
	}
	r := &step{lib: lib, s: s, at: e.At, event: e, watch: watch, settled: map[*any]Datum{}, kept: map[string]bool{}}
	if err := r.load(); err != nil {
		return nil, err
	}
	if err := r.dispatch(); err != nil {
		return nil, err
	}
	r.goOn()
	r.close()
	return r, r.err
}

// load makes the state this step's own.
func (r *step) load() (err error) {
	r.s.Taken++
	if r.event.Type == EventStarted {
		if r.s.Start, err = machine.Decode[Start](r.event); err != nil {
			return fault.New(fault.Invalid, "a run cannot be started like that").Because(err)
		}
	}
	if r.event.Type == EventResumed {
		return nil // it brings a state with it
	}
	if r.def, err = r.lib.Definition(r.s.Definition); err != nil {
		return fmt.Errorf("the definition of the run %s: %w", r.s.ID, err)
	}
	r.root(r.s.Root)
	return nil
}

// root takes a tree of frames as this step's own. What the first list began with is in it only
// if it is not the run's input.
func (r *step) root(f *Frame) {
	r.s.Root = f.clone(nil)
	if r.s.Root != nil && r.s.Root.Raw.IsZero() {
		r.s.Root.Raw = r.s.Input
	}
}

// dispatch takes the event. What comes too late for anybody changes nothing.
func (r *step) dispatch() error {
	switch r.event.Type {
	case EventStarted:
		return r.start()
	case EventResumed:
		return with(r.event, r.resume)
	case EventCancelled:
		return r.asked(r.cancelled)
	case EventSuspended:
		return r.asked(r.suspended)
	case EventContinued:
		return r.asked(r.continued)
	case EventSettled:
		return with(r.event, r.settledBy)
	case EventEvent:
		return with(r.event, r.heard)
	case EventAnswered:
		return with(r.event, r.answered)
	case EventChild:
		return with(r.event, r.childEnded)
	case machine.Timer:
		return with(r.event, r.alarm)
	case "message.refused":
		return with(r.event, r.refused)
	}
	kind, how, _ := cutLast(r.event.Type, ".")
	if !strings.HasPrefix(kind, "run.") || how != "done" && how != "failed" && how != "unknown" {
		return fault.New(fault.Invalid, "a run takes no %s", r.event.Type)
	}
	return with(r.event, func(o machine.Outcome) error { return r.outcome(how, o) })
}

func with[D any](e machine.Event, take func(D) error) error {
	d, err := machine.Decode[D](e)
	if err != nil {
		return fault.New(fault.Invalid, "%s cannot be read", e.Type).Because(err)
	}
	return take(d)
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// Summary gives a run's row.
func (Machine) Summary(s State) machine.Summary {
	labels := map[string]string{"workflow": s.Name}
	for name, value := range map[string]string{"environment": s.Environment, "version": s.Version, "parent": s.Parent, "trigger": s.Trigger} {
		if value != "" {
			labels[name] = value
		}
	}
	for name, value := range s.Labels {
		if labels[name] == "" {
			labels[name] = value
		}
	}
	return machine.Summary{Status: string(s.Status), Title: s.title(), Labels: labels, Done: s.Root == nil, Keeps: s.keeps()}
}

// title says what a run is about: its workflow, and what went wrong.
func (s *State) title() string {
	title := s.Namespace + "/" + s.Name + " " + s.Version
	if s.Error != nil {
		title += ": " + cmp.Or(s.Error.Title, s.Error.Detail, s.Error.Type)
	}
	return title
}

// Upgrade reads states of older versions, of which there are none.
func (Machine) Upgrade(from int, _ []byte) (State, error) {
	return State{}, fmt.Errorf("a run's state of version %d", from)
}
