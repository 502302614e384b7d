package interp

import (
	"fmt"

	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/jq"
)

func (r *step) set(f *Frame, t *workflow.Task) error {
	out, err := r.eval(f, t.Set, f.input())
	if err != nil {
		return err
	}
	r.finish(f, out)
	return nil
}

// choose finds the case of a switch that holds, or else the one without a condition.
func (r *step) choose(f *Frame, t *workflow.Task) error {
	vars := r.vars(f)
	var chosen *workflow.Case
	for i := range t.Switch {
		c := &t.Switch[i]
		if c.When == nil {
			if chosen == nil {
				chosen = c
			}
			continue
		}
		yes, err := c.When.True(r.value(f.input()), vars)
		if err != nil {
			return fmt.Errorf("when of the case %s: %w", c.Name, err)
		}
		if yes {
			chosen = c
			break
		}
	}
	if chosen != nil {
		f.Then = "continue"
		if chosen.Then != "" {
			f.Then = chosen.Then
		}
	}
	r.finish(f, *f.input())
	return nil
}

// raise ends the task with the problem that it says.
func (r *step) raise(f *Frame, t *workflow.Task) error {
	p := Problem{}
	for _, part := range []struct {
		text *string
		from *jq.Template
	}{{&p.Type, t.Raise.Type}, {&p.Title, t.Raise.Title}, {&p.Detail, t.Raise.Detail}, {&p.Instance, t.Raise.Instance}} {
		if part.from == nil {
			continue
		}
		v, err := part.from.Eval(r.value(f.input()), r.vars(f))
		if err != nil {
			return err
		}
		*part.text = text(v)
	}
	if t.Raise.Status != nil {
		v, err := t.Raise.Status.Eval(r.value(f.input()), r.vars(f))
		if err != nil {
			return err
		}
		status, ok := v.(int)
		if !ok {
			return fmt.Errorf("the status of an error is a whole number, and not %s", text(v))
		}
		p.Status = status
	}
	return failure{p}
}

// text gives a value as a person reads it.
func text(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	if v == nil {
		return ""
	}
	b, err := jq.Encode(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

// sleep waits for some time.
func (r *step) sleep(f *Frame, t *workflow.Task) error {
	d, err := r.duration(f, t.Wait)
	if err != nil {
		return err
	}
	if d <= 0 {
		r.finish(f, *f.input())
		return nil
	}
	f.wait(forTimer, "")
	f.Wake = r.in(d)
	return nil
}

// loop begins to go through a collection.
func (r *step) loop(f *Frame, t *workflow.Task) error {
	in, err := r.eval(f, t.For.In, f.input())
	if err != nil {
		return fmt.Errorf("for.in: %w", err)
	}
	if _, ok := r.value(&in).([]any); !ok {
		return fmt.Errorf("for.in gives %s, and not a list", kindOf(r.value(&in)))
	}
	f.Got = []Datum{in}
	return r.turn(f, t)
}

// turn does the next turn of a loop, if there is one.
func (r *step) turn(f *Frame, t *workflow.Task) error {
	list, _ := r.value(&f.Got[0]).([]any)
	more := f.Turn < len(list)
	if more && t.For.While != nil {
		var err error
		if more, err = t.For.While.True(r.value(f.sofar()), r.vars(f)); err != nil {
			return fmt.Errorf("while: %w", err)
		}
	}
	if !more || len(t.Do) == 0 {
		out := *f.sofar()
		f.Got = nil
		r.finish(f, out)
		return nil
	}
	r.enter(f, t.Do)
	return nil
}

func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a text"
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	}
	return "a number"
}

// fork begins all branches.
func (r *step) fork(f *Frame, t *workflow.Task) error {
	branches := t.Fork.Branches
	alive := len(branches)
	for g := range r.s.Frames() {
		if len(g.Children) == 0 {
			alive++
		}
	}
	if alive > maxAlive {
		return failing(Runtime, "%d branches would be under way at once, and at most %d may; go through them in a loop, or in workflows that are run", alive, maxAlive)
	}
	if len(branches) == 0 {
		r.finish(f, hold([]any{}))
		return nil
	}
	f.Got = make([]Datum, len(branches))
	for _, b := range branches {
		r.push(f, b)
	}
	return nil
}

// branched takes the output of a branch.
func (r *step) branched(f *Frame, t *workflow.Task, child *Frame, out Datum) error {
	if t.Fork.Compete {
		r.cancelBelow(f)
		f.Got, f.Error = nil, nil
		r.finish(f, out)
		return nil
	}
	f.Got[branch(t, child)] = out
	if len(f.Children) > 0 {
		return nil
	}
	outputs := make([]any, len(f.Got))
	for i := range f.Got {
		outputs[i] = r.value(&f.Got[i])
	}
	f.Got = nil
	r.finish(f, hold(outputs))
	return nil
}

// lost takes the problem of a branch that competes. The others go on; if there are none, the
// problem of the first branch that has one is the fork's.
func (r *step) lost(f, child *Frame, p Problem) {
	t := r.task(f)
	i := branch(t, child)
	if f.Error == nil || i < f.Index {
		f.Error, f.Index = &p, i
	}
	if len(f.Children) == 0 {
		r.fail(f, *f.Error)
	}
}

// branch gives the number of a branch.
func branch(t *workflow.Task, child *Frame) int {
	for i, b := range t.Fork.Branches {
		if b.Pointer == child.Pointer {
			return i
		}
	}
	return 0
}
