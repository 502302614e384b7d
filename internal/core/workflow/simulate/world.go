package simulate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/jq"
)

// world has all machines, and what is going to happen to them.
type world struct {
	Options
	now    time.Time
	lib    *interp.Memory
	values map[string]machine.Value
	runs   map[string]interp.State
	tasks  map[string]task.State
	order  []string // of machines, as they began
	steps  map[string]int64
	due    []due
	fired  map[string]string // machine and timer -> the time of its last alarm
	used   []int             // how often each stub has answered
	out    Outcome
	taken  int
	err    error
}

// due is an event that comes at a time.
type due struct {
	at      time.Time
	machine string
	event   machine.Event
}

func newWorld(def *workflow.Definition, o Options) *world {
	w := &world{Options: o, now: o.Start, lib: interp.Remember(nil), values: map[string]machine.Value{}, runs: map[string]interp.State{},
		tasks: map[string]task.State{}, steps: map[string]int64{}, fired: map[string]string{}, used: make([]int, len(o.Stubs))}
	for _, d := range append([]*workflow.Definition{def}, o.Workflows...) {
		w.values[d.Digest] = d.Canonical
		w.lib.Define(d)
	}
	w.Events, w.Answers, w.Asks = slices.Clone(o.Events), slices.Clone(o.Answers), slices.Clone(o.Asks)
	return w
}

// next makes the next thing happen; false: nothing can happen any more.
func (w *world) next() bool {
	if w.runs[root].Root == nil && w.steps[interp.MachineID(root)] > 0 && len(w.due) == 0 {
		return false
	}
	if w.happen(w.now) || w.people() || w.arrival() {
		return true
	}
	if w.alarms() {
		return true
	}
	at, ok := w.soonest()
	if ok {
		w.now = at
	}
	return ok
}

// happen delivers what is due by now.
func (w *world) happen(now time.Time) bool {
	var list []due
	w.due = slices.DeleteFunc(w.due, func(d due) bool {
		late := !d.at.After(now)
		if late {
			list = append(list, d)
		}
		return late
	})
	if w.Reverse {
		slices.Reverse(list)
	}
	for _, d := range list {
		w.send(d.machine, d.event)
	}
	return len(list) > 0
}

// outcome says where the run is.
func (w *world) outcome() Outcome {
	s := w.runs[root]
	out := w.out
	out.Status, out.Error, out.State, out.Tasks, out.Took = s.Status, s.Error, s, s.Steps, w.now.Sub(w.Start)
	if !s.EndedAt.IsZero() {
		out.Took = s.EndedAt.Sub(w.Start)
	}
	for _, t := range out.Trace {
		if t.What == "task.started" {
			out.Path = append(out.Path, t.Pointer[strings.LastIndex(t.Pointer, "/")+1:])
		}
	}
	for _, digest := range slices.Sorted(maps.Keys(w.values)) {
		out.Values = append(out.Values, w.values[digest])
	}
	if !s.Output.IsZero() {
		v, err := w.read(s.Output)
		if err != nil && w.err == nil {
			w.err = err
		}
		out.Output = v
	}
	return out
}

// read gives what a Datum stands for.
func (w *world) read(d interp.Datum) (any, error) {
	if d.D != "" {
		v, ok := w.values[d.D]
		if !ok {
			return nil, fmt.Errorf("there is no value %s", d.D)
		}
		return jq.Decode(v)
	}
	if len(d.V) == 0 {
		return nil, nil
	}
	return jq.Decode(d.V)
}
