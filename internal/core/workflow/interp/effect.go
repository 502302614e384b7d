package interp

import (
	"fmt"
	"slices"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
)

// wanted is an effect and the frame that waits for it; nil: none does.
type wanted struct {
	frame  *Frame
	effect machine.Effect
}

// want asks for an effect. It gets its number when the step ends, if it is still wanted then.
func (r *step) want(f *Frame, kind string, class machine.Class, input any) {
	r.wants = append(r.wants, wanted{f, machine.Effect{Kind: kind, Class: class, Input: machine.Must(input)}})
	if f != nil {
		f.wait(forEffect, "")
	}
}

func (r *step) effects() {
	for _, w := range r.wants {
		if w.frame != nil {
			if w.frame.dead() || w.frame.Waiting != forEffect || r.s.Root == nil {
				continue
			}
			w.frame.For = machine.EffectID(MachineID(r.s.ID), r.s.Taken, len(r.out.Effects))
		}
		r.out.Effects = append(r.out.Effects, w.effect)
	}
}

// mine says whose an effect is.
func (r *step) mine(f *Frame) At {
	at := At{Run: r.s.ID, Workflow: r.s.Workflow, Environment: r.s.Environment, Pointer: f.Pointer, As: r.s.As, Until: f.until()}
	if at.Workflow == "" {
		at.Workflow = r.s.Name
	}
	if len(r.def.Secrets) > 0 {
		at.Secrets, at.Seed = r.def.Secrets, r.s.Seed
	}
	for g := f; g != nil; g = g.up {
		at.Attempt += g.Attempt
	}
	return at
}

// once is the class of what may not happen twice, unless its task says that it may.
func once(t *workflow.Task) machine.Class {
	if t.Idempotent {
		return machine.Repeatable
	}
	return machine.Once
}

// waits finds the frame that waits for something; nil: what it was for is gone.
func (r *step) waits(what, whom string) *Frame {
	for f := range r.s.Frames() {
		if f.Waiting == what && f.For == whom {
			return f
		}
	}
	return nil
}

// outcome takes what became of an effect.
func (r *step) outcome(how string, o machine.Outcome) error {
	f := r.waits(forEffect, o.Effect)
	if f == nil {
		return nil
	}
	switch how {
	case "unknown":
		f.Waiting = forOutcome
		r.say("task.unknown", f, Datum{}, nil)
		return nil
	case "failed":
		r.fail(f, r.broken(f, o.Error))
		return nil
	}
	return with(machine.Event{Type: r.event.Type, Data: o.Output}, func(res Result) error { return r.result(f, res) })
}

// result takes what an effect gave.
func (r *step) result(f *Frame, res Result) error {
	if res.Problem != nil {
		r.fail(f, *res.Problem)
		return nil
	}
	r.remember(res.Output)
	r.give(f, res.Output)
	return nil
}

// remember keeps a long value that came from outside even when the run needs it no more:
// without it the run could not be replayed.
func (r *step) remember(d Datum) {
	if d.D != "" && len(r.s.Past) < maxPast && !slices.Contains(r.s.Past, d.D) {
		r.s.Past = append(slices.Clip(r.s.Past), d.D)
	}
}

// broken is the problem of an effect that could not be run.
func (r *step) broken(f *Frame, text string) Problem {
	switch r.task(f).Kind {
	case workflow.Call, workflow.Emit:
		return problem(Communication, "%s", clip(text))
	default:
		return problem(Runtime, "%s", clip(text))
	}
}

// give takes the output of an effect.
func (r *step) give(f *Frame, out Datum) {
	if out.IsZero() {
		out = Datum{V: []byte("null")}
	}
	f.awake()
	r.attempt(f, func(f *Frame, t *workflow.Task) error {
		switch {
		case t.Kind == workflow.Emit:
			r.finish(f, f.Output)
		case t.Kind == workflow.Run && t.Run.What == "workflow":
			return r.resolved(f, t, out)
		case t.Kind == workflow.Call && f.Phase == Calling:
			return r.fetched(f, out)
		case t.Kind == workflow.Call && t.Call.Subscription != nil:
			return r.messages(f, t, out)
		default:
			r.finish(f, out)
		}
		return nil
	})
}

// settledBy takes what a person says became of an effect whose outcome was lost.
func (r *step) settledBy(s Settle) error {
	if r.s.Root == nil {
		return fault.New(fault.Refused, "the run %s is %s", r.s.ID, r.s.Status)
	}
	var f *Frame
	for g := range r.s.Frames() {
		if g.Name() == s.Frame && g.Waiting == forOutcome {
			f = g
		}
	}
	if f == nil {
		return fault.New(fault.Refused, "the run %s has no effect to settle at %s", r.s.ID, s.Frame).WithHint("slipway run show %s", r.s.ID)
	}
	switch s.Decision {
	case "done":
		r.give(f, s.Output)
	case "failed":
		r.fail(f, problem(Runtime, "%s", clip(fmt.Sprintf("%s settled it as failed: %s", r.event.Actor, s.Reason))))
	case "again":
		f.awake()
		f.Phase = Working
		r.work(f, r.task(f))
	default:
		return fault.New(fault.Invalid, "an effect is settled as done, failed or again, not %q", s.Decision)
	}
	return nil
}

// refused takes that a message was refused.
func (r *step) refused(m machine.Refused) error {
	for _, what := range []string{forTask, forChild} {
		if f := r.waits(what, m.To); f != nil && m.Type != EventCancelled {
			f.awake()
			r.fail(f, problem(Configuration, "%s", clip(m.Reason)))
		}
	}
	return nil
}

// alarm takes a timer: what waits until then goes on, what took too long ends.
func (r *step) alarm(a machine.Alarm) error {
	for f := range r.s.Frames() {
		switch a.Key {
		case wakeKey(f):
			if f.Wake.Equal(a.At) {
				r.woken(f)
			}
			return nil
		case untilKey(f):
			if f.Until.Equal(a.At) {
				r.late(f)
			}
			return nil
		}
	}
	return nil
}

func (r *step) woken(f *Frame) {
	t := r.task(f)
	switch {
	case f.Phase == Retry:
		r.again(f)
	case t.Kind == workflow.Call: // the time of a subscription is over
		f.awake()
		f.Phase = Closing
		r.attempt(f, r.drain)
	default:
		r.finish(f, *f.input())
	}
}

func (r *step) late(f *Frame) {
	p := problem(TimedOut, "it took longer than %s", f.Until.Sub(f.At))
	if f.Phase == List && f.up != nil {
		p.Instance = f.up.Pointer
	}
	if f.up == nil {
		p.Instance = "/"
	}
	r.fail(f, p)
}

func wakeKey(f *Frame) string  { return "wake " + f.Name() }
func untilKey(f *Frame) string { return "until " + f.Name() }
