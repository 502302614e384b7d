package simulate

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/cloudevent"
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

// soonest is when something happens next, after all that there is now.
func (w *world) soonest() (at time.Time, ok bool) {
	consider := func(t time.Time) {
		if t.After(w.now) && (!ok || t.Before(at)) {
			at, ok = t, true
		}
	}
	for _, d := range w.due {
		consider(d.at)
	}
	for _, e := range w.Events {
		consider(w.Start.Add(e.After))
	}
	for _, a := range w.Answers {
		consider(w.Start.Add(a.After))
	}
	for _, a := range w.Asks {
		consider(w.Start.Add(a.After))
	}
	for _, t := range w.timers() {
		consider(t.alarm.At)
	}
	return at, ok
}

type timer struct {
	machine string
	alarm   machine.Alarm
}

// timers gives those that have not fired, the earliest first.
func (w *world) timers() []timer {
	var list []timer
	for _, id := range w.order {
		for _, d := range w.desired(id) {
			if d.Kind != machine.Timer || w.fired[id+" "+d.Key] == string(d.Spec) {
				continue
			}
			var a machine.Alarm
			if err := json.Unmarshal(d.Spec, &a); err != nil {
				w.err = err
			}
			list = append(list, timer{id, a})
		}
	}
	slices.SortStableFunc(list, func(a, b timer) int { return a.alarm.At.Compare(b.alarm.At) })
	return list
}

// alarms fires the first timer that is due.
func (w *world) alarms() bool {
	for _, t := range w.timers() {
		if !t.alarm.At.After(w.now) {
			data := machine.Must(t.alarm)
			w.fired[t.machine+" "+t.alarm.Key] = string(data)
			w.send(t.machine, machine.Event{Type: machine.Timer, Actor: machine.System("engine"), Data: data})
			return true
		}
	}
	return false
}

func (w *world) desired(id string) []machine.Desired {
	if s, ok := w.tasks[id]; ok {
		return task.Machine{}.Desired(s)
	}
	return interp.Machine{Library: w.lib}.Desired(w.runs[strings.TrimPrefix(id, "run/")])
}

// send gives an event to a machine, and does what follows.
func (w *world) send(id string, e machine.Event) {
	if err := w.step(id, e); err != nil {
		w.out.Refused = append(w.out.Refused, e.Type+": "+err.Error())
	}
}

func (w *world) step(id string, e machine.Event) error {
	e.At = w.now
	w.taken++
	var effects []machine.Effect
	var messages []machine.Message
	if machine.Kind(id) == "task" {
		n, err := task.Machine{}.Step(w.tasks[id], e)
		if err != nil {
			return err
		}
		w.tasks[id] = again(w, n.State)
		messages = n.Messages // notices go nowhere
	} else {
		n, err := w.run(id, e)
		if err != nil {
			return err
		}
		effects, messages = n.Effects, n.Messages
	}
	if w.steps[id] == 0 {
		w.order = append(w.order, id)
	}
	w.steps[id]++
	for i, f := range effects {
		w.effect(id, machine.EffectID(id, w.steps[id], i), f)
	}
	for _, m := range messages {
		w.deliver(id, m)
	}
	if w.Restart {
		w.forget()
	}
	return nil
}

// run steps a run.
func (w *world) run(id string, e machine.Event) (machine.Next[interp.State], error) {
	name := strings.TrimPrefix(id, "run/")
	m, err := interp.Take(w.lib, w.runs[name], e)
	if err != nil {
		return m.Next, err
	}
	w.checkDesired(m.State)
	w.lib.Add(m.Next.Values...)
	for _, v := range m.Next.Values {
		w.values[interp.Digest(v)] = v
	}
	w.out.Trace = append(w.out.Trace, m.Trace...)
	if name == root {
		w.out.Steps++
		w.out.Events = append(w.out.Events, e)
		w.out.Largest = max(w.out.Largest, len(machine.Must(m.State)))
	}
	w.runs[name] = again(w, m.State)
	return m.Next, nil
}

// again gives a state as it is after it was written and read, if there is to be a restart.
func again[S any](w *world, s S) S {
	if !w.Restart {
		return s
	}
	var read S
	if err := json.Unmarshal(machine.Must(s), &read); err != nil {
		w.err = err
	}
	return read
}

// forget keeps only the values that machines and effects name.
func (w *world) forget() {
	var kept []string
	for _, name := range slices.Sorted(maps.Keys(w.runs)) {
		kept = append(kept, interp.Machine{}.Summary(w.runs[name]).Keeps...)
	}
	w.lib = interp.Remember(nil)
	for _, d := range w.Workflows {
		kept = append(kept, d.Digest)
	}
	for _, e := range w.due {
		kept = append(kept, digests(e.event.Data)...)
	}
	for _, digest := range kept {
		if v, ok := w.values[digest]; ok {
			w.lib.Add(v)
		}
	}
}

// checkDesired wants no two wishes of the same name.
func (w *world) checkDesired(s interp.State) {
	seen := map[string]bool{}
	for _, d := range (interp.Machine{Library: w.lib}).Desired(s) {
		if seen[d.Kind+d.Key] {
			w.err = fmt.Errorf("the run desires %s %s twice", d.Kind, d.Key)
		}
		seen[d.Kind+d.Key] = true
	}
}

// deliver gives a message to its receiver, or tells the sender that it was refused.
func (w *world) deliver(from string, m machine.Message) {
	err := w.step(m.To, machine.Event{Type: m.Type, Actor: machine.System(from), Data: m.Data})
	if err == nil {
		return
	}
	w.send(from, machine.Event{Type: "message.refused", Actor: machine.System("engine"),
		Data: machine.Must(machine.Refused{To: m.To, Type: m.Type, Reason: err.Error()})})
}

// arrival lets the next event come.
func (w *world) arrival() bool {
	for i, e := range w.Events {
		switch {
		case e.After > 0 && w.Start.Add(e.After).After(w.now):
			continue
		case e.After == 0 && !w.listens():
			continue
		}
		w.Events = slices.Delete(w.Events, i, i+1)
		w.hear(e.Event)
		return true
	}
	return false
}

func (w *world) listens() bool {
	for _, id := range w.order {
		for _, d := range w.desired(id) {
			if d.Kind == interp.DesiredListen {
				return true
			}
		}
	}
	return false
}

// hear tells an event to all who listen to it.
func (w *world) hear(e cloudevent.Event) {
	text, err := jq.Encode(map[string]any(e))
	if err != nil {
		w.err = err
		return
	}
	d, long := interp.Keep(text)
	if long {
		w.values[d.D] = text
		w.lib.Add(text)
	}
	for _, id := range slices.Clone(w.order) {
		for _, wish := range w.desired(id) {
			if wish.Kind != interp.DesiredListen {
				continue
			}
			l, err := machine.Decode[interp.Listening](machine.Event{Data: wish.Spec})
			if err != nil {
				w.err = err
			}
			if interp.Matches(l, e) {
				w.send(id, machine.Event{Type: interp.EventEvent, Actor: machine.System("events"), Data: machine.Must(interp.Heard{Key: l.Key, Event: d})})
			}
		}
	}
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
