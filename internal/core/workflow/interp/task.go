package interp

import (
	"fmt"

	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/jq"
)

func errNoTask(f *Frame) error {
	return fmt.Errorf("the definition of this run has no task %s", f.Pointer)
}

// push adds a task that begins as soon as the run may go on.
func (r *step) push(up *Frame, t *workflow.Task) *Frame {
	f := up.add(t.Pointer, "")
	r.ready = append(r.ready, f)
	r.say("task.created", f, Datum{}, nil)
	return f
}

// begin begins a task: its condition, its input, its timeout, what extends it, and then itself.
func (r *step) begin(f *Frame) {
	t := r.task(f)
	if r.watch != nil {
		r.watch(r, f)
	}
	r.begun++
	f.At, f.Phase = r.at, Before
	if r.s.Steps++; r.s.Steps > maxTasks {
		r.fault(problem(Runtime, "the run has begun %d tasks, which is as many as one may; split it into workflows that it runs, or end its loop", maxTasks))
		return
	}
	if r.s.Fuel+r.meter.Steps > maxFuel {
		r.fault(problem(Runtime, "all expressions of the run have taken %d steps together, which is as many as they may; have a script or a service compute", maxFuel))
		return
	}
	if f.depth() > maxNested {
		r.fail(f, problem(Runtime, "tasks are %d deep in each other, and no deeper; a function that calls itself has to end", maxNested))
		return
	}
	if t.If != nil {
		switch yes, err := t.If.True(r.value(f.raw()), r.vars(f)); {
		case err != nil:
			r.fail(f, problem(Expression, "if: %v", err))
			return
		case !yes:
			r.leave(f, *f.raw(), "")
			return
		}
	}
	r.say("task.started", f, *f.raw(), nil)
	if err := r.prepare(f, t); err != nil {
		r.fail(f, problemOf(Expression, err))
		return
	}
	r.extend(f, t)
}

// prepare makes a task's input of its raw input.
func (r *step) prepare(f *Frame, t *workflow.Task) error {
	if err := r.check(t.Input.Schema, f.raw(), "the input"); err != nil {
		return err
	}
	if t.Input.From != nil {
		in, err := r.eval(f, t.Input.From, f.raw())
		if err != nil {
			return fmt.Errorf("input.from: %w", err)
		}
		f.Input = in
	}
	if t.Timeout != nil {
		d, err := r.duration(f, t.Timeout.After)
		if err != nil {
			return fmt.Errorf("timeout: %w", err)
		}
		f.Until = r.in(d)
	}
	return nil
}

// extend does what extensions do before a task, one after the other, and then begins the task itself.
func (r *step) extend(f *Frame, t *workflow.Task) {
	for ; f.Index < len(t.Before); f.Index++ {
		x := t.Before[f.Index]
		if len(x.Before) == 0 {
			continue
		}
		if yes, err := r.applies(f, x); err != nil {
			r.fail(f, problem(Expression, "when of the extension %s: %v", x.Name, err))
			return
		} else if yes {
			r.enter(f, x.Before)
			return
		}
	}
	f.Index, f.Phase = 0, Working
	r.work(f, t)
}

func (r *step) applies(f *Frame, x workflow.Extension) (bool, error) {
	if x.When == nil {
		return true, nil
	}
	return x.When.True(r.value(f.raw()), r.extended(f))
}

// work begins what a task itself is.
func (r *step) work(f *Frame, t *workflow.Task) {
	switch t.Kind {
	case workflow.Do:
		r.enter(f, t.Do)
	case workflow.Try:
		r.attempt(f, r.try)
	case workflow.Set:
		r.attempt(f, r.set)
	case workflow.Switch:
		r.attempt(f, r.choose)
	case workflow.Raise:
		r.attempt(f, r.raise)
	case workflow.Wait:
		r.attempt(f, r.sleep)
	case workflow.For:
		r.attempt(f, r.loop)
	case workflow.Fork:
		r.attempt(f, r.fork)
	case workflow.Emit:
		r.attempt(f, r.emit)
	case workflow.Call:
		r.attempt(f, r.call)
	case workflow.Run:
		r.attempt(f, r.process)
	case workflow.Listen:
		r.attempt(f, r.listen)
	default:
		r.fail(f, problem(Configuration, "there are no tasks of the kind %q", t.Kind))
	}
}

// attempt does something for a task, which fails with its error.
func (r *step) attempt(f *Frame, do func(*Frame, *workflow.Task) error) {
	if err := do(f, r.task(f)); err != nil {
		r.fail(f, problemOf(Expression, err))
	}
}

// finish takes the raw output of a task, and does what extensions do after it.
func (r *step) finish(f *Frame, raw Datum) {
	f.awake()
	f.Output, f.Phase = raw, After
	f.Index = len(r.task(f).Before)
	r.wind(f)
}

// wind goes through the extensions backwards.
func (r *step) wind(f *Frame) {
	t := r.task(f)
	for f.Index > 0 {
		f.Index--
		x := t.Before[f.Index]
		if len(x.After) == 0 {
			continue
		}
		if yes, err := r.applies(f, x); err != nil {
			r.fail(f, problem(Expression, "when of the extension %s: %v", x.Name, err))
			return
		} else if yes {
			r.enter(f, x.After)
			return
		}
	}
	r.attempt(f, r.complete)
}

// complete makes a task's output of its raw output, and goes on behind it.
func (r *step) complete(f *Frame, t *workflow.Task) error {
	out := f.Output
	if t.Output.As != nil {
		var err error
		if out, err = r.eval(f, t.Output.As, &f.Output); err != nil {
			return fmt.Errorf("output.as: %w", err)
		}
	}
	if err := r.check(t.Output.Schema, &out, "the output"); err != nil {
		return err
	}
	if err := r.export(f, t.Export, &out); err != nil {
		return err
	}
	r.say("task.completed", f, out, nil)
	then := t.Then
	if f.Then != "" {
		then = f.Then
	}
	r.leave(f, out, then)
	return nil
}

// export makes a new context of a task's output.
func (r *step) export(f *Frame, x workflow.Export, out *Datum) error {
	if x.As == nil {
		return nil
	}
	vars := r.vars(f)
	vars["output"] = r.value(out)
	v, err := x.As.Eval(r.value(out), vars)
	if err != nil {
		return fmt.Errorf("export.as: %w", err)
	}
	context := known(v, out, &r.s.Context)
	if err := r.check(x.Schema, &context, "the context"); err != nil {
		return err
	}
	r.s.Context = context
	return nil
}

// leave ends a task, whose output goes to what is above it.
func (r *step) leave(f *Frame, out Datum, then string) {
	up := f.up
	f.drop()
	if up.Phase == List {
		r.next(up, out, then)
		return
	}
	if then == "end" {
		r.end(out)
		return
	}
	r.joined(up, f, out)
}

// joined takes the output of a task that is right below another one.
func (r *step) joined(f, child *Frame, out Datum) {
	if r.task(f).Kind == workflow.Fork {
		r.attempt(f, func(f *Frame, t *workflow.Task) error { return r.branched(f, t, child, out) })
		return
	}
	r.finish(f, out) // of a function
}

// over takes the output of a list that is right below a task. exit: a task of the list said so.
func (r *step) over(f *Frame, out Datum, exit bool) {
	t := r.task(f)
	switch {
	case f.Phase == Before && exit:
		f.Output, f.Phase = out, After
		r.attempt(f, r.complete)
	case f.Phase == Before:
		f.Index++
		r.extend(f, t)
	case f.Phase == After:
		r.wind(f)
	case t.Kind == workflow.For:
		f.Output = out
		f.Turn++
		r.attempt(f, r.turn)
	case t.Kind == workflow.Listen, t.Kind == workflow.Call:
		r.attempt(f, func(f *Frame, t *workflow.Task) error { return r.done(f, t, out) })
	default:
		r.finish(f, out)
	}
}

// fail ends a task with a problem, which goes to what is above it.
func (r *step) fail(f *Frame, p Problem) {
	p = p.at(f.Pointer)
	up := f.up
	r.cancelBelow(f)
	f.drop()
	if f.Phase != List {
		r.say("task.faulted", f, Datum{}, &p)
	}
	switch {
	case up == nil:
		r.fault(p)
	case up.Phase == List:
		r.fail(up, p)
	case r.task(up).Kind == workflow.Try && up.Phase == Working:
		r.attempt(up, func(f *Frame, t *workflow.Task) error { return r.catch(f, t, p) })
	case r.task(up).Kind == workflow.Fork && r.task(up).Fork.Compete && up.Phase == Working:
		r.lost(up, f, p)
	default:
		r.fail(up, p)
	}
}

// eval evaluates a template for a task.
func (r *step) eval(f *Frame, t *jq.Template, in *Datum) (Datum, error) {
	if t.Constant() {
		return hold(t.Raw()), nil
	}
	v, err := t.Eval(r.value(in), r.vars(f))
	if err != nil {
		return Datum{}, err
	}
	return known(v, in, f.input(), &r.s.Context), nil
}
