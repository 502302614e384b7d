package simulate

import (
	"reflect"
	"strings"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/jq"
)

// fits says whether a stub is for a call.
func (s Stub) fits(c Call) bool {
	if s.Task != "" && s.Task != c.Task && !strings.HasSuffix(c.Task, "/"+s.Task) || s.Call != "" && s.Call != c.What {
		return false
	}
	for name, want := range s.With {
		with, _ := c.With.(map[string]any)
		if !within(want, with[name]) {
			return false
		}
	}
	return true
}

// within says whether a value has all that is wanted of it.
func within(want, got any) bool {
	w, ok := want.(map[string]any)
	if !ok {
		return reflect.DeepEqual(want, got)
	}
	g, ok := got.(map[string]any)
	for name := range w {
		if !ok || !within(w[name], g[name]) {
			return false
		}
	}
	return ok
}

func (w *world) done(id, effect, kind string, after time.Duration, r interp.Result) {
	w.due = append(w.due, due{w.now.Add(after), id, machine.Event{Type: kind + ".done", Actor: machine.System("engine"),
		Data: machine.Must(machine.Outcome{Effect: effect, Output: machine.Must(r)})}})
}

// datum keeps a value.
func (w *world) datum(v any) interp.Datum {
	text, err := jq.Encode(v)
	if err != nil {
		w.err = err
		return interp.Datum{}
	}
	d, long := interp.Keep(text)
	if long {
		w.values[d.D] = text
		w.lib.Add(text)
	}
	return d
}
