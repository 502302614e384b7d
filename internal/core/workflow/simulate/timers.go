package simulate

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/core/workflow/interp"
)

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
