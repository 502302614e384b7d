package simulate

import (
	"slices"

	"slipway.dev/internal/core/cloudevent"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/jq"
)

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
