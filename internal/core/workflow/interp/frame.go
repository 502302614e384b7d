package interp

import (
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
)

// List is the phase of a frame that is a list of tasks.
const List Phase = "list"

// The things that a frame waits for.
const (
	forEffect  = "effect"
	forTimer   = "timer"
	forEvent   = "event"
	forTask    = "task"
	forChild   = "child"
	forOutcome = "unknown" // that a person says what became of its effect
)

// Name gives the frame's key.
func (f *Frame) Name() string {
	if f.Key != "" {
		return f.Key
	}
	return f.Pointer
}

// Frames gives all frames of a run, those above before those below.
func (s *State) Frames() iter.Seq[*Frame] {
	return func(yield func(*Frame) bool) { s.Root.each(yield) }
}

func (f *Frame) each(yield func(*Frame) bool) bool {
	if f == nil {
		return true
	}
	if !yield(f) {
		return false
	}
	for _, c := range f.Children {
		if !c.each(yield) {
			return false
		}
	}
	return true
}

// clone copies a frame and all below it, so that a step may change them. Values are shared.
func (f *Frame) clone(up *Frame) *Frame {
	if f == nil {
		return nil
	}
	c := *f
	c.up, c.gone = up, false
	c.Children = make([]*Frame, len(f.Children))
	for i, child := range f.Children {
		c.Children[i] = child.clone(&c)
	}
	c.Got, c.Queue, c.Met = slices.Clone(f.Got), slices.Clone(f.Queue), slices.Clone(f.Met)
	return &c
}

// add puts a frame below f.
func (f *Frame) add(pointer string, phase Phase) *Frame {
	c := &Frame{Pointer: pointer, Phase: phase, up: f}
	key := f.Name()
	if n := f.Turn + f.Attempt; n > 0 {
		key += "[" + strconv.Itoa(n) + "]"
	}
	if rest, ok := strings.CutPrefix(pointer, f.Pointer); ok {
		key += rest
	} else {
		key += ":" + pointer
	}
	if key != pointer {
		c.Key = key
	}
	f.Children = append(f.Children, c)
	return c
}

// drop takes a frame away from the one above.
func (f *Frame) drop() {
	f.gone = true
	if f.up != nil {
		f.up.Children = slices.DeleteFunc(f.up.Children, func(c *Frame) bool { return c == f })
	}
}

// wait makes a frame wait.
func (f *Frame) wait(what, whom string) { f.Waiting, f.For = what, whom }

// awake ends its waiting.
func (f *Frame) awake() { f.Waiting, f.For, f.Wake, f.Listen = "", "", time.Time{}, nil }

// raw gives the raw input of a task, or what a list began with: what the one above has so far.
func (f *Frame) raw() *Datum {
	if !f.Raw.IsZero() || f.up == nil {
		return &f.Raw
	}
	return f.up.sofar()
}

// input gives the input of a task.
func (f *Frame) input() *Datum {
	if !f.Input.IsZero() {
		return &f.Input
	}
	return f.raw()
}

// sofar gives the value that goes from task to task of a list, or from turn to turn of a loop.
func (f *Frame) sofar() *Datum {
	if !f.Output.IsZero() {
		return &f.Output
	}
	return f.input()
}

// depth is how many frames a frame is in.
func (f *Frame) depth() (n int) {
	for ; f != nil; f = f.up {
		n++
	}
	return n
}

// until gives when the first of the timeouts ends that a frame is under; zero: there is none.
func (f *Frame) until() (at time.Time) {
	for ; f != nil; f = f.up {
		if !f.Until.IsZero() && (at.IsZero() || f.Until.Before(at)) {
			at = f.Until
		}
	}
	return at
}
