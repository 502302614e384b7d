package simulate

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/core/workflow/interp"
)

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
