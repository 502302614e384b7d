package interp

import (
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
)

// start begins the run.
func (r *step) start() error {
	s := &r.s
	if s.ID == "" || s.Seed == "" || s.Definition == "" {
		return fault.New(fault.Invalid, "a run needs an identity, a definition and a seed")
	}
	s.StartedAt, s.By, s.Status = r.at, r.event.Actor, Running
	if s.Input.IsZero() {
		s.Input = Datum{V: []byte("null")}
	}
	r.s.Root = &Frame{Pointer: "/do", Phase: List, At: r.at, Raw: s.Input}
	r.say("workflow.started", nil, s.Input, nil)
	if err := r.receive(); err != nil {
		r.fault(problemOf(Expression, err))
		return nil
	}
	if len(r.def.Do) == 0 {
		r.completed(*s.Root.raw())
		return nil
	}
	r.push(s.Root, r.def.Do[0])
	return nil
}

// receive makes the run's input of its raw input.
func (r *step) receive() error {
	root := r.s.Root
	if err := r.check(r.def.Input.Schema, &r.s.Input, "the input of the workflow"); err != nil {
		return err
	}
	if from := r.def.Input.From; from != nil {
		v, err := from.Eval(r.value(&r.s.Input), r.scope(root))
		if err != nil {
			return err
		}
		root.Raw = hold(v)
	}
	if r.def.Timeout != nil {
		d, err := r.duration(root, r.def.Timeout.After)
		if err != nil {
			return err
		}
		root.Until = r.in(d)
	}
	return nil
}

// completed ends the run with the output of its last task.
func (r *step) completed(raw Datum) {
	out := raw
	if as := r.def.Output.As; as != nil {
		v, err := as.Eval(r.value(&raw), r.scope(nil))
		if err != nil {
			r.fault(problem(Expression, "output.as of the workflow: %v", err))
			return
		}
		out = hold(v)
	}
	if err := r.check(r.def.Output.Schema, &out, "the output of the workflow"); err != nil {
		r.fault(problemOf(Validation, err))
		return
	}
	r.s.Output = out
	r.stop(Completed)
	r.say("workflow.completed", nil, out, nil)
}

// end ends the whole run, as a task asks for.
func (r *step) end(out Datum) {
	r.cancelBelow(r.s.Root)
	r.completed(out)
}

// fault ends the run with a problem.
func (r *step) fault(p Problem) {
	p = p.at("/")
	r.s.Error = &p
	r.cancelBelow(r.s.Root)
	r.stop(Faulted)
	r.say("workflow.faulted", nil, Datum{}, &p)
}

// stop ends the run and tells who wants to know.
func (r *step) stop(status Status) {
	s := &r.s
	if s.Root != nil {
		s.Root.gone = true
	}
	s.Root, s.Status, s.EndedAt = nil, status, r.at
	r.settle(&s.Output)
	child := machine.Must(Child{Run: s.ID, Key: s.Key, Status: status, Output: s.Output, Error: s.Error})
	if s.Parent != "" && s.Notify != "" {
		r.send(s.Parent, s.Notify, child)
	}
	if s.Watch != "" {
		r.send(s.Watch, "trigger.ended", child)
	}
}

func (r *step) send(to, kind string, data machine.Value) {
	r.out.Messages = append(r.out.Messages, machine.Message{To: to, Type: kind, Data: data})
}

// cancelBelow ends all that is under way below a frame, and what it waits for itself.
func (r *step) cancelBelow(f *Frame) {
	if f == nil {
		return
	}
	for _, c := range f.Children {
		r.cancelBelow(c)
		c.gone = true
		if c.Phase != List && c.Phase != "" {
			r.say("task.cancelled", c, Datum{}, nil)
		}
	}
	f.Children = nil
	switch f.Waiting {
	case forTask:
		r.send(f.For, task.EventClosed, machine.Must(task.Closed{Reason: "the run " + r.s.ID + " does not need it any more"}))
	case forChild:
		r.send(f.For, EventCancelled, machine.Must(Why{Reason: "the run " + r.s.ID + " does not need it any more"}))
	}
	f.awake()
}

// asked takes what a person asks of a run that is under way.
func (r *step) asked(do func(Why) error) error {
	if r.s.Root == nil {
		return fault.New(fault.Refused, "the run %s is %s", r.s.ID, r.s.Status)
	}
	return with(r.event, do)
}

func (r *step) cancelled(w Why) error {
	r.s.Reason = w.Reason
	r.cancelBelow(r.s.Root)
	r.stop(Cancelled)
	r.say("workflow.cancelled", nil, Datum{}, nil)
	return nil
}

// suspended holds the run: what is under way goes on, nothing more begins.
func (r *step) suspended(w Why) error {
	if r.s.Status == Suspended {
		return fault.New(fault.Refused, "the run %s is suspended already", r.s.ID)
	}
	r.s.Status, r.s.Reason = Suspended, w.Reason
	r.say("workflow.suspended", nil, Datum{}, nil)
	r.sayAll("task.suspended")
	return nil
}

func (r *step) continued(w Why) error {
	if r.s.Status != Suspended {
		return fault.New(fault.Refused, "the run %s is not suspended, but %s", r.s.ID, r.s.Status)
	}
	r.s.Status, r.s.Reason = Running, w.Reason
	r.say("workflow.resumed", nil, Datum{}, nil)
	r.sayAll("task.resumed")
	return nil
}

// sayAll says the same of all tasks that are under way.
func (r *step) sayAll(what string) {
	for f := range r.s.Frames() {
		if f.Phase != List && f.Phase != "" {
			r.say(what, f, Datum{}, nil)
		}
	}
}
