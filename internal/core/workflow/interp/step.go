package interp

import (
	"slices"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/jq"
)

// step is one step under way. It changes its own copy of the tree of frames.
type step struct {
	lib   Library
	s     State
	def   *workflow.Definition
	made  map[string]*workflow.Definition // of functions that were fetched in this step
	at    time.Time
	event machine.Event
	watch func(*step, *Frame)

	out   machine.Next[State]
	trace []Trace
	ready []*Frame // have not begun
	begun int
	meter jq.Meter // of all expressions
	err   error    // of the library: the step is refused
	unfit error    // why a value cannot be kept

	settled map[*any]Datum
	kept    map[string]bool
	seen    descriptors
	wants   []wanted
}

// failure refuses the step; the first one counts.
func (r *step) failure(err error) {
	if r.err == nil {
		r.err = err
	}
}

// goOn begins what is ready, one task after the other, until everything waits. A long
// burst goes on in the next step, so that no run keeps the others from the writer.
func (r *step) goOn() {
	if r.s.Status == Suspended {
		return
	}
	r.ready = r.ready[:0]
	for f := range r.s.Frames() {
		if f.Phase == "" {
			r.ready = append(r.ready, f)
		}
	}
	for len(r.ready) > 0 && r.begun < maxBurst && r.meter.Steps < jq.Fuel && r.err == nil {
		f := r.ready[0]
		r.ready = r.ready[1:]
		if !f.dead() {
			r.begin(f)
		}
	}
}

// dead says whether a frame, or one above it, is no more.
func (f *Frame) dead() bool {
	for ; f != nil; f = f.up {
		if f.gone {
			return true
		}
	}
	return false
}

// close makes what is left a state that can be written.
func (r *step) close() {
	r.writable()
	if r.unfit != nil && r.s.Root != nil {
		r.fault(problem(Runtime, "a value of the run cannot be kept: %v; keep it elsewhere and pass its address", r.unfit))
		r.writable()
	}
	r.effects()
	r.s.Status, r.s.Fuel = r.status(), r.s.Fuel+r.meter.Steps
	r.out.State = r.s
}

func (r *step) writable() {
	if r.s.Root != nil && r.def != nil && r.def.Input.From == nil {
		r.s.Root.Raw = Datum{} // it is the run's input
	}
	for d := range r.s.data() {
		r.settle(d)
	}
}

// status follows from what the frames wait for.
func (r *step) status() Status {
	if r.s.Root == nil || r.s.Status == Suspended {
		return r.s.Status
	}
	status := Waiting
	for f := range r.s.Frames() {
		switch {
		case f.Waiting == forOutcome:
			return Unknown
		case f.Waiting == forEffect, f.Waiting == forChild, f.Phase == "":
			status = Running
		}
	}
	return status
}

// data gives all values of a state.
func (s *State) data() func(func(*Datum) bool) {
	return func(yield func(*Datum) bool) {
		for _, d := range []*Datum{&s.Input, &s.Context, &s.Output} {
			if !yield(d) {
				return
			}
		}
		for f := range s.Frames() {
			if !f.data(yield) {
				return
			}
		}
	}
}

func (f *Frame) data(yield func(*Datum) bool) bool {
	for _, d := range []*Datum{&f.Raw, &f.Input, &f.Output} {
		if !yield(d) {
			return false
		}
	}
	for _, list := range [][]Datum{f.Got, f.Queue} {
		for i := range list {
			if !yield(&list[i]) {
				return false
			}
		}
	}
	for _, vars := range []map[string]Datum{f.Vars, f.Keys} {
		for name, d := range vars {
			old := d
			if !yield(&d) {
				return false
			}
			if d.D != old.D || len(d.V) != len(old.V) {
				vars[name] = d
			}
		}
	}
	return true
}

// keeps gives the digests of all that a state names, sorted.
func (s *State) keeps() []string {
	var list []string
	add := func(digest string) {
		if digest != "" {
			list = append(list, digest)
		}
	}
	list = append(list, s.Past...)
	add(s.Definition)
	for d := range s.data() {
		add(d.D)
	}
	for f := range s.Frames() {
		add(f.Definition)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// definition gives the definition that a frame is of.
func (r *step) definition(f *Frame) *workflow.Definition {
	for ; f != nil; f = f.up {
		if f.Definition == "" {
			continue
		}
		if def := r.made[f.Definition]; def != nil {
			return def
		}
		def, err := r.lib.Definition(f.Definition)
		if err != nil {
			r.failure(err)
			return r.def
		}
		return def
	}
	return r.def
}

// task gives the task of a frame.
func (r *step) task(f *Frame) *workflow.Task {
	t := r.definition(f).Tasks[f.Pointer]
	if t == nil {
		r.failure(errNoTask(f))
		return &workflow.Task{Name: "?", Pointer: f.Pointer}
	}
	return t
}

// say notes what happened, for those who replay the run; the engine does not.
func (r *step) say(what string, f *Frame, d Datum, p *Problem) {
	if r.watch == nil {
		return
	}
	t := Trace{What: what, At: r.at, Datum: d, Error: p}
	if f != nil {
		t.Pointer, t.Key = f.Pointer, f.Name()
	}
	r.trace = append(r.trace, t)
}
