package interp

import (
	"strconv"

	"slipway.dev/internal/core/machine"
)

// Desired gives the timers and the listeners of a run.
func (Machine) Desired(s State) []machine.Desired {
	var out []machine.Desired
	rest := false
	for f := range s.Frames() {
		if !f.Wake.IsZero() {
			out = append(out, machine.After(wakeKey(f), f.Wake))
		}
		if !f.Until.IsZero() {
			out = append(out, machine.After(untilKey(f), f.Until))
		}
		if f.Listen != nil {
			out = append(out, machine.Desired{Kind: DesiredListen, Key: f.Listen.Key, Spec: machine.Must(f.Listen)})
		}
		rest = rest || f.Phase == ""
	}
	if rest && s.Status != Suspended { // a long burst goes on at once, in a step of its own
		out = append(out, machine.After("go "+strconv.Itoa(s.Steps), s.StartedAt))
	}
	return out
}
