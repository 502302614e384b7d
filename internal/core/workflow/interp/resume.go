package interp

import (
	"encoding/json"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// resume starts again from a state that Find gave: the task that it was made for has not
// begun there, and what was under way beside it begins again.
func (r *step) resume(x Resume) error {
	now := r.s
	if now.Root != nil {
		return fault.New(fault.Refused, "the run %s is %s; cancel it, or wait until it has ended", now.ID, now.Status)
	}
	var s State
	if err := json.Unmarshal(x.State, &s); err != nil || s.Root == nil {
		return fault.New(fault.Invalid, "this is no state of a run").Because(err)
	}
	if s.ID != now.ID {
		return fault.New(fault.Invalid, "this is a state of the run %s, and not of %s", s.ID, now.ID)
	}
	if x.Definition != "" {
		s.Definition = x.Definition
	}
	since := r.at.Sub(s.EndedAt)
	s.Taken, s.Opened, s.Past = now.Taken, now.Opened, now.Past
	s.Status, s.EndedAt, s.Error, s.Output = Running, time.Time{}, nil, Datum{}
	if a := r.event.Actor; a.Kind != "system" { // else who resumes it, with a version of theirs, would act with the rights of who began it
		s.As = a
	}
	r.s = s
	r.root(s.Root)
	var err error
	if r.def, err = r.lib.Definition(s.Definition); err != nil {
		return err
	}
	for f := range r.s.Frames() {
		if !r.there(f) {
			return fault.New(fault.Refused, "this version of %s has no task %s, which the run is in", s.Name, f.Pointer).
				WithHint("resume from a task that is in both versions and above all that changed")
		}
		f.restart(since)
	}
	r.say("workflow.resumed", nil, Datum{}, nil)
	return nil
}

// there says whether a frame is of something that its definition has.
func (r *step) there(f *Frame) bool {
	if f.Phase != List {
		return r.definition(f).Tasks[f.Pointer] != nil
	}
	if f.up != nil && !r.there(f.up) {
		return false
	}
	tasks := r.list(f)
	if f.Index >= len(tasks) {
		return false
	}
	for _, c := range f.Children {
		if c.Pointer != tasks[f.Index].Pointer {
			return false
		}
	}
	return true
}

// restart lets a frame that waits begin again, and gives timeouts the time that was left.
func (f *Frame) restart(since time.Duration) {
	for _, t := range []*time.Time{&f.Until, &f.Wake} {
		if !t.IsZero() {
			*t = t.Add(since)
		}
	}
	if len(f.Children) > 0 || f.Waiting == "" || f.Phase == Retry {
		return
	}
	*f = Frame{Key: f.Key, Pointer: f.Pointer, Definition: f.Definition, Raw: f.Raw, up: f.up}
}

// Find gives what resumes a run from a task: its pointer, or its key for one turn of a loop.
// It steps through the events of the run again; of a task that began more than once, it is the
// last time. The values are to be kept before the run is resumed: the store may have forgotten them, and some were never in a state that was written.
func Find(lib Library, events []machine.Event, from string) (Resume, []machine.Value, error) {
	var found *State
	var known *Memory
	watch := func(r *step, f *Frame) {
		known = r.lib.(*Memory)
		if f.Name() != from && f.Pointer != from {
			return
		}
		s := r.s
		s.Root, s.EndedAt = s.Root.clone(nil), r.at
		w := &step{lib: r.lib, def: r.def, s: s, settled: map[*any]Datum{}, kept: map[string]bool{}}
		w.writable()
		known.Add(w.out.Values...)
		found = &w.s
	}
	for _, err := range replay(lib, events, watch) {
		if err != nil {
			return Resume{}, nil, err
		}
	}
	if found == nil {
		return Resume{}, nil, fault.New(fault.NotFound, "the run has never begun a task %s", from).WithHint("slipway run show RUN names those that it has")
	}
	var values []machine.Value
	for _, digest := range found.keeps() {
		if v, made := known.values[digest]; made {
			values = append(values, v)
		}
	}
	return Resume{From: from, State: machine.Must(found)}, values, nil
}
