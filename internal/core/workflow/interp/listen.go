package interp

import (
	"slices"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
)

// listen waits for events.
func (r *step) listen(f *Frame, t *workflow.Task) error {
	to := t.Listen.To
	if to.One == nil && !to.IsAny && len(to.All) == 0 {
		r.finish(f, hold([]any{}))
		return nil
	}
	if correlated(t) {
		r.say("workflow.correlation-started", f, Datum{}, nil)
	}
	return r.attend(f, t)
}

// correlated says whether a task ties events to each other, or to data.
func correlated(t *workflow.Task) bool {
	return slices.ContainsFunc(awaited(&t.Listen.To), func(w workflow.EventFilter) bool { return len(w.Correlate) > 0 })
}

// attend says what is waited for now.
func (r *step) attend(f *Frame, t *workflow.Task) error {
	l := &Listening{Key: f.Name(), Since: r.at}
	if f.Listen != nil {
		l.Since = f.Listen.Since
	}
	var wanted []Filter
	for i, w := range awaited(&t.Listen.To) {
		if slices.Contains(f.Met, i) {
			continue
		}
		made, err := r.filter(f, w)
		if err != nil {
			return err
		}
		wanted = append(wanted, made)
	}
	if t.Listen.To.IsAny && len(t.Listen.To.Any) == 0 {
		wanted = []Filter{{}}
	}
	l.Types, l.Filter = types(wanted), machine.Must(wanted)
	f.wait(forEvent, "")
	f.Listen = l
	return nil
}

// awaited gives all filters of a strategy: first those of events that are kept, then those
// of events that end it.
func awaited(c *workflow.Consume) []workflow.EventFilter {
	if c == nil {
		return nil
	}
	return append(kept(c), awaited(c.UntilEvents)...)
}

func kept(c *workflow.Consume) []workflow.EventFilter {
	list := slices.Concat(c.All, c.Any)
	if c.One != nil {
		list = append(list, *c.One)
	}
	return list
}

// heard takes an event that may be one that is waited for.
func (r *step) heard(h Heard) error {
	for f := range r.s.Frames() {
		if f.Listen == nil || f.Listen.Key != h.Key {
			continue
		}
		r.remember(h.Event)
		event, ok := r.value(&h.Event).(map[string]any)
		if !ok {
			return fault.New(fault.Invalid, "what came is no event")
		}
		r.attempt(f, func(f *Frame, t *workflow.Task) error { return r.consider(f, t, event) })
		return nil
	}
	return nil
}

// consider looks which filter an event passes, and does what follows. What ends the listening
// goes before what is kept.
func (r *step) consider(f *Frame, t *workflow.Task, event map[string]any) error {
	to := &t.Listen.To
	own := kept(to)
	if ends := to.UntilEvents; ends != nil {
		i, err := r.passed(f, kept(ends), len(own), event)
		if err != nil {
			return err
		}
		if i >= 0 {
			f.Met = append(f.Met, i)
			return r.heardEnough(f, t, len(ends.All) == 0 || met(f, len(own), len(ends.All)))
		}
	}
	i, err := r.passed(f, own, 0, event)
	if err != nil || i < 0 && len(own) > 0 {
		return err
	}
	if len(to.All) > 0 {
		f.Met = append(f.Met, i)
	}
	f.Queue = append(f.Queue, read(event, t.Listen.Read))
	once := to.One != nil || to.IsAny && to.Until == nil && to.UntilEvents == nil && !to.Forever
	return r.heardEnough(f, t, once || len(to.All) > 0 && met(f, 0, len(to.All)))
}

// passed gives the first filter that an event passes and that none has passed before; -1: none.
func (r *step) passed(f *Frame, list []workflow.EventFilter, first int, event map[string]any) (int, error) {
	for i, w := range list {
		if slices.Contains(f.Met, first+i) {
			continue
		}
		if yes, err := r.passes(f, w, event); err != nil || yes {
			return first + i, err
		}
	}
	return -1, nil
}

// met says whether n filters from the first on have had their events.
func met(f *Frame, first, n int) bool {
	for i := range n {
		if !slices.Contains(f.Met, first+i) {
			return false
		}
	}
	return true
}

// read gives of an event what the task wants of it.
func read(event map[string]any, as string) Datum {
	switch {
	case as == "envelope":
		return hold(event)
	case event["data"] == nil && event["data_base64"] != nil:
		return hold(event["data_base64"])
	}
	return hold(event["data"])
}

// heardEnough goes on listening, or stops and does what is left with what came.
func (r *step) heardEnough(f *Frame, t *workflow.Task, enough bool) error {
	if enough {
		f.awake()
		f.Phase = Closing
		if correlated(t) {
			r.say("workflow.correlation-completed", f, r.found(f), nil)
		}
	} else if err := r.attend(f, t); err != nil {
		return err
	}
	return r.drain(f, t)
}

// found gives what events were correlated by.
func (r *step) found(f *Frame) Datum {
	keys := map[string]any{}
	for name, d := range f.Keys {
		keys[name] = r.value(&d)
	}
	d, err := Of(keys)
	if err != nil {
		r.failure(err)
	}
	return d
}
