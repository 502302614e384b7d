package interp

import (
	"bytes"
	"strings"
	"time"

	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/jq"
)

// runtime is $runtime. It says nothing that could differ from machine to machine, or from
// one release of the program to the next: the same run must give the same.
var runtime = map[string]any{"name": "slipway", "version": "1.0.3", "metadata": map[string]any{}}

// descriptors are what is the same for all expressions of a step, and whether any is looked at:
// most workflows do without, and to make them costs more than to evaluate.
type descriptors struct {
	workflow map[string]any
	mentions map[mention]bool
}

type mention struct {
	def  *workflow.Definition
	name string
}

// mentions says whether a definition has a variable in it anywhere.
func (r *step) mentions(def *workflow.Definition, name string) bool {
	key := mention{def, name}
	yes, known := r.seen.mentions[key]
	if !known {
		yes = bytes.Contains(def.Canonical, []byte(name))
		if r.seen.mentions == nil {
			r.seen.mentions = map[mention]bool{}
		}
		r.seen.mentions[key] = yes
	}
	return yes
}

// vars gives the variables of an expression of a task.
func (r *step) vars(f *Frame) jq.Vars {
	v := r.scope(f)
	if r.mentions(r.definition(f), "$task") {
		v["task"] = r.descriptor(r.shown(f), false)
	}
	return v
}

// extended gives the variables of the condition of an extension. Its $task has, besides, what
// the specification's own examples look for: the fields of the definition.
func (r *step) extended(f *Frame) jq.Vars {
	v := r.scope(f)
	v["task"] = r.descriptor(f, true)
	return v
}

// scope gives all variables but $task.
func (r *step) scope(f *Frame) jq.Vars {
	v := jq.Vars{"runtime": runtime, "secrets": jq.Lookup(r.secrets), "__now": float64(r.at.UnixMicro()) / 1e6, "__meter": &r.meter}
	def := r.definition(f)
	if r.mentions(def, "$context") {
		v["context"] = r.context()
	}
	if r.mentions(def, "$workflow") {
		v["workflow"] = r.workflow()
	}
	r.local(f, v)
	if f != nil && f.Phase != List {
		v["input"] = r.value(f.input())
	}
	return v
}

// local adds the variables of loops, of caught errors, of calls: those below hide those above.
func (r *step) local(f *Frame, v jq.Vars) {
	if f == nil {
		return
	}
	r.local(f.up, v)
	for name, d := range f.Vars {
		v[name] = r.value(&d)
	}
	if f.Phase != Working || len(f.Got) == 0 {
		return
	}
	if t := r.task(f); t.Kind == workflow.For {
		if list, _ := r.value(&f.Got[0]).([]any); f.Turn < len(list) {
			v[t.For.Each], v[t.For.At] = list[f.Turn], f.Turn
		}
	}
}

// shown gives the frame whose task $task describes: in an extension, the one that is extended.
func (r *step) shown(f *Frame) *Frame {
	for g := f; g != nil; g = g.up {
		if up := g.up; g.Phase == List && up != nil && (up.Phase == Before || up.Phase == After) {
			return r.shown(up)
		}
	}
	return f
}

func (r *step) descriptor(f *Frame, fields bool) map[string]any {
	if f == nil || f.Phase == List {
		return nil
	}
	t := r.task(f)
	d := map[string]any{}
	if def, ok := t.Raw.(map[string]any); fields && ok {
		for name, v := range def {
			d[name] = v
		}
	}
	d["name"], d["reference"], d["definition"] = t.Name, f.Pointer, t.Raw
	d["input"], d["startedAt"] = r.value(f.raw()), moment(f.At)
	if f.Phase == After {
		d["output"] = r.value(&f.Output)
	}
	return d
}

// workflow gives $workflow.
func (r *step) workflow() map[string]any {
	if r.seen.workflow == nil {
		r.seen.workflow = map[string]any{"id": r.s.ID, "definition": r.def.Raw, "input": r.value(&r.s.Input), "startedAt": moment(r.s.StartedAt)}
	}
	return r.seen.workflow
}

// context gives $context: until a task exports one, it is the run's input.
func (r *step) context() any {
	if r.s.Context.IsZero() && r.s.Root != nil {
		return r.value(r.s.Root.raw())
	}
	return r.value(&r.s.Context)
}

func moment(t time.Time) map[string]any {
	return map[string]any{"iso8601": t.UTC().Format(time.RFC3339Nano),
		"epoch": map[string]any{"seconds": int(t.Unix()), "milliseconds": int(t.UnixMilli())}}
}

// in gives the time in so long, as exact as times of events are.
func (r *step) in(d time.Duration) time.Time { return r.at.Add(d.Round(time.Microsecond)) }

// duration evaluates how long something takes.
func (r *step) duration(f *Frame, d *workflow.Duration) (time.Duration, error) {
	if d == nil {
		return 0, nil
	}
	if d.Expression == nil {
		return d.Constant, nil
	}
	v, err := d.Expression.Eval(r.value(f.input()), r.vars(f))
	if err != nil {
		return 0, err
	}
	took, err := workflow.DurationOf(v)
	if err != nil {
		return 0, failing(Validation, "%s", strings.TrimSpace(err.Error()))
	}
	return took, nil
}

// check holds a value to a schema.
func (r *step) check(s *workflow.Schema, d *Datum, what string) error {
	if s == nil {
		return nil
	}
	if s.Document == nil {
		return failing(Configuration, "%s has a schema elsewhere, which is not fetched; write it into the definition as `document`", what)
	}
	compiled, err := workflow.CompileSchema(s.Document)
	if err != nil {
		return failing(Configuration, "the schema of %s is wrong: %v", what, err)
	}
	if err := workflow.Validate(compiled, r.value(d)); err != nil {
		return failing(Validation, "%s is not as its schema says: %s", what, details(err))
	}
	return nil
}

// details gives what is wrong and where, of an error whose first line only names the schema.
func details(err error) string {
	var list []string
	for _, l := range strings.Split(err.Error(), "\n")[1:] {
		list = append(list, strings.TrimPrefix(strings.TrimSpace(l), "- "))
	}
	if text := strings.Join(list, "; "); text != "" {
		return clip(text)
	}
	return clip(err.Error())
}

// clip keeps texts of errors at a length that a person reads.
func clip(s string) string {
	const most = 1000
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
