package interp

import (
	"fmt"

	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/jq"
)

// foreach gives what a task does with each event or message; nil: it keeps them.
func foreach(t *workflow.Task) *workflow.Foreach {
	if t.Kind == workflow.Listen {
		return t.Listen.Foreach
	}
	return t.Call.Foreach
}

// drain takes what came from the queue, one after the other.
func (r *step) drain(f *Frame, t *workflow.Task) error {
	switch {
	case len(f.Children) > 0:
		return nil
	case len(f.Queue) > 0:
		return r.treat(f, t, f.Queue[0])
	case f.Phase != Closing:
		return r.further(f, t)
	}
	list := make([]any, len(f.Got))
	for i := range f.Got {
		list[i] = r.value(&f.Got[i])
	}
	f.Got, f.Keys, f.Met, f.Vars = nil, nil, nil, nil
	r.finish(f, hold(list))
	return nil
}

// treat does with one event or message what is to be done with it.
func (r *step) treat(f *Frame, t *workflow.Task, item Datum) error {
	each := foreach(t)
	if each == nil {
		return r.done(f, t, item)
	}
	f.Vars = map[string]Datum{each.Item: item, each.At: hold(f.Turn)}
	if len(each.Do) == 0 {
		return r.done(f, t, item)
	}
	r.enter(f, each.Do)
	return nil
}

// done takes what was done with one event or message.
func (r *step) done(f *Frame, t *workflow.Task, out Datum) error {
	item := f.Queue[0]
	if each := foreach(t); each != nil {
		if each.Output.As != nil {
			v, err := each.Output.As.Eval(r.value(&out), r.vars(f))
			if err != nil {
				return fmt.Errorf("foreach.output.as: %w", err)
			}
			item, out = hold(v), hold(v)
		}
		if err := r.check(each.Output.Schema, &out, "the output of foreach"); err != nil {
			return err
		}
		if err := r.export(f, each.Export, &out); err != nil {
			return err
		}
	}
	f.Queue, f.Vars = f.Queue[1:], nil
	f.Turn++
	if len(f.Got) >= maxHeard {
		return failing(Runtime, "it has kept %d events, which is as many as one task may; end it earlier, or let it go on for ever with `until: false`", maxHeard)
	}
	forever, until, while := lasting(t)
	if !forever {
		f.Got = append(f.Got, item)
	}
	enough, err := r.enough(f, until, while)
	if err != nil {
		return err
	}
	if enough {
		f.awake()
		f.Phase, f.Queue = Closing, nil
	}
	return r.drain(f, t)
}

// lasting says how long a task takes events or messages.
func lasting(t *workflow.Task) (forever bool, until, while *jq.Expr) {
	if t.Kind == workflow.Listen {
		return t.Listen.To.Forever, t.Listen.To.Until, nil
	}
	return false, t.Call.Subscription.Until, t.Call.Subscription.While
}

// enough evaluates until and while over all that was kept.
func (r *step) enough(f *Frame, until, while *jq.Expr) (bool, error) {
	if until == nil && while == nil {
		return false, nil
	}
	list := make([]any, len(f.Got))
	for i := range f.Got {
		list[i] = r.value(&f.Got[i])
	}
	vars := r.vars(f)
	if until != nil {
		if yes, err := until.True(list, vars); err != nil || yes {
			return yes, err
		}
	}
	if while == nil {
		return false, nil
	}
	more, err := while.True(list, vars)
	return !more, err
}

// messages takes a batch of messages of a subscription.
func (r *step) messages(f *Frame, t *workflow.Task, out Datum) error {
	batch, ok := r.value(&out).([]any)
	if !ok {
		return fmt.Errorf("a subscription gives a list of messages, and not %s", kindOf(r.value(&out)))
	}
	s := t.Call.Subscription
	vars := r.vars(f)
	for _, m := range batch {
		if s.Filter != nil {
			if yes, err := s.Filter.True(m, vars); err != nil {
				return fmt.Errorf("filter: %w", err)
			} else if !yes {
				continue
			}
		}
		f.Queue = append(f.Queue, hold(m))
		if s.Amount > 0 && f.Turn+len(f.Queue) >= s.Amount {
			f.Phase = Closing
			break
		}
	}
	return r.drain(f, t)
}

// further asks for more messages, if it is a subscription, unless its time is over.
func (r *step) further(f *Frame, t *workflow.Task) error {
	if t.Kind != workflow.Call || f.Waiting == forEffect {
		return nil
	}
	return r.call(f, t)
}

// subscribed says until when messages are taken.
func (r *step) subscribed(f *Frame, s *workflow.Subscription) error {
	if s.For == nil {
		return nil
	}
	d, err := r.duration(f, s.For)
	f.Wake = f.At.Add(d)
	return err
}
