package simulate

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/jq"
)

// Result is how a scenario went.
type Result struct {
	Name     string
	Line     int
	Failures []string // what is not as expected; none: it passes
	Outcome  Outcome
}

// Definition reads a workflow that is written in a suite. A path is for who has files.
func Definition(v any) (*workflow.Definition, error) {
	if _, ok := v.(map[string]any); !ok {
		return nil, fmt.Errorf("a workflow is a path or a definition, and not %v", v)
	}
	text, err := jq.Encode(v)
	if err != nil {
		return nil, err
	}
	def, problems := workflow.Parse("workflow", text)
	if problems != nil {
		return nil, problems
	}
	return def, nil
}

// Test runs a scenario. runs are the workflows that it may run.
func (s *Scenario) Test(def *workflow.Definition, runs ...*workflow.Definition) Result {
	o := s.Options
	o.Workflows = append(slices.Clone(o.Workflows), runs...)
	out, err := Run(def, s.Input, o)
	r := Result{Name: s.Name, Line: s.Line, Outcome: out}
	if err != nil {
		r.say("%v", err)
	}
	s.Expect.look(&r)
	return r
}

func (r *Result) say(format string, args ...any) {
	r.Failures = append(r.Failures, fmt.Sprintf(format, args...))
}

// look holds an outcome to what is expected of it.
func (e *Expect) look(r *Result) {
	out := r.Outcome
	if out.Status != e.Status {
		r.say("status: got %s, want %s%s", out.Status, e.Status, because(out))
	}
	if e.Output != nil && !reflect.DeepEqual(*e.Output, out.Output) {
		r.say("output: got %s, want %s", text(out.Output), text(*e.Output))
	}
	if e.Error != nil {
		e.failed(r)
	}
	if e.Path != nil && !slices.Equal(e.Path, out.Path) {
		r.say("path: got %s, want %s", strings.Join(out.Path, ", "), strings.Join(e.Path, ", "))
	}
	for _, name := range e.Not {
		if slices.Contains(out.Path, name) {
			r.say("not: %s began", name)
		}
	}
	e.called(r)
	if e.Took != nil && *e.Took != out.Took {
		r.say("took: got %s, want %s", out.Took, *e.Took)
	}
	if e.Steps != 0 && e.Steps != out.Steps {
		r.say("steps: got %d, want %d", out.Steps, e.Steps)
	}
}

func because(out Outcome) string {
	switch {
	case out.Error != nil:
		return ": " + out.Error.String()
	case out.State.Root != nil:
		var waits []string
		for f := range out.State.Frames() {
			if f.Waiting != "" {
				waits = append(waits, f.Pointer+" for "+f.Waiting)
			}
		}
		return ": it waits at " + strings.Join(waits, ", ")
	}
	return ""
}

// failed holds the error to the fields that are expected. A detail need only be part of it.
func (e *Expect) failed(r *Result) {
	if r.Outcome.Error == nil {
		r.say("error: there is none, want %s", text(e.Error))
		return
	}
	got, _ := tree(r.Outcome.Error).(map[string]any)
	for name, want := range e.Error {
		kind, isType := want.(string)
		part, _ := got[name].(string)
		switch {
		case name == "type" && isType && interp.SameType(kind, r.Outcome.Error.Type):
		case name == "detail" && strings.Contains(part, kind) && isType:
		case !reflect.DeepEqual(want, got[name]):
			r.say("error.%s: got %s, want %s", name, text(got[name]), text(want))
		}
	}
}

// called holds the calls and the events that were emitted to those that are expected.
func (e *Expect) called(r *Result) {
	if e.Calls != nil {
		var calls []Call
		for _, c := range r.Outcome.Calls {
			if c.What != "emit" {
				calls = append(calls, c)
			}
		}
		if len(calls) != len(e.Calls) {
			r.say("calls: got %d, want %d: %s", len(calls), len(e.Calls), text(tree(calls)))
			return
		}
		for i, want := range e.Calls {
			if s := (Stub{Task: want.Task, Call: want.Call, With: want.With}); !s.fits(calls[i]) {
				r.say("call %d: got %s, want %s", i+1, text(tree(calls[i])), text(tree(want)))
			}
		}
	}
	if e.Events == nil {
		return
	}
	if len(e.Events) != len(r.Outcome.Emitted) {
		r.say("events: got %d, want %d", len(r.Outcome.Emitted), len(e.Events))
		return
	}
	for i, want := range e.Events {
		if got := map[string]any(r.Outcome.Emitted[i]); !within(want, got) {
			r.say("event %d: got %s, want %s", i+1, text(got), text(want))
		}
	}
}

// tree gives plain data as it is in JSON.
func tree(v any) any {
	t, err := jq.Decode(machine.Must(v))
	if err != nil {
		return err.Error()
	}
	return t
}

func text(v any) string {
	b, err := jq.Encode(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
