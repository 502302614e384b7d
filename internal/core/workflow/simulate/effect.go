package simulate

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"time"

	"slipway.dev/internal/core/cloudevent"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/jq"
)

// asked is what all inputs of effects have, as far as it matters here.
type asked struct {
	interp.At
	Protocol string       `json:"protocol"`
	What     string       `json:"what"`
	Name     string       `json:"name"`
	With     interp.Datum `json:"with"`
	Data     interp.Datum `json:"data"`
	Event    interp.Datum `json:"event"`
	Endpoint interp.Datum `json:"endpoint"`
}

// effect answers an effect.
func (w *world) effect(id, effect string, f machine.Effect) {
	in, err := machine.Decode[asked](machine.Event{Type: f.Kind, Data: f.Input})
	if err != nil {
		w.err = err
		return
	}
	c := Call{Task: in.At.Pointer, At: w.now}
	var with interp.Datum
	switch f.Kind {
	case interp.EffectCall:
		c.What, with = in.Protocol, in.With
	case interp.EffectProcess:
		c.What, with = in.What, in.With
	case interp.EffectFunction:
		c.What, with = in.Name, in.With
	case interp.EffectEmit:
		c.What, with = "emit", in.Event
	case interp.EffectFetch:
		c.What, with = "fetch", in.Endpoint
	case interp.EffectResolve:
		w.done(id, effect, f.Kind, 0, w.resolve(f.Input))
		return
	}
	if c.With, err = w.read(with); err != nil {
		w.err = err
		return
	}
	seed := w.runs[strings.TrimPrefix(id, "run/")].Seed
	c.With = w.reveal(seed, w.expand(c.With, in.Data))
	w.out.Calls = append(w.out.Calls, c)
	w.answer(id, effect, f.Kind, seed, c)
}

// expand puts fields of a task's input in for {name} in the address of a call.
func (w *world) expand(with any, data interp.Datum) any {
	v, err := w.read(data)
	if err != nil {
		w.err = err
	}
	fields, _ := v.(map[string]any)
	m, _ := with.(map[string]any)
	if len(fields) == 0 || m == nil {
		return with
	}
	m = maps.Clone(m)
	m["endpoint"] = walk(m["endpoint"], func(s string) any {
		return placeholder.ReplaceAllStringFunc(s, func(name string) string {
			switch v := fields[name[1:len(name)-1]].(type) {
			case nil, map[string]any, []any:
				return ""
			default:
				return url.PathEscape(fmt.Sprint(v))
			}
		})
	})
	return m
}

var placeholder = regexp.MustCompile(`\{[^{}]+\}`)

// answer finds the stub that a call meets.
func (w *world) answer(id, effect, kind, seed string, c Call) {
	for i, s := range w.Stubs {
		if !s.fits(c) || s.Times > 0 && w.used[i] >= s.Times {
			continue
		}
		w.used[i]++
		switch {
		case s.Lost:
			w.due = append(w.due, due{w.now.Add(s.Delay), id, machine.Event{Type: kind + ".unknown", Actor: machine.System("engine"),
				Data: machine.Must(machine.Outcome{Effect: effect, Error: "it may or may not have happened"})}})
		case s.Error != nil:
			w.done(id, effect, kind, s.Delay, interp.Result{Problem: s.Error})
		default:
			w.done(id, effect, kind, s.Delay, interp.Result{Output: w.datum(w.mask(seed, s.Output))})
		}
		return
	}
	switch kind {
	case interp.EffectEmit:
		event, _ := c.With.(map[string]any)
		w.out.Emitted = append(w.out.Emitted, cloudevent.Event(event))
		w.done(id, effect, kind, 0, interp.Result{})
	default:
		w.done(id, effect, kind, 0, interp.Result{Problem: &interp.Problem{Type: interp.Configuration, Status: 400, Title: "No Stub",
			Detail: fmt.Sprintf("nothing answers the call %s of %s", c.What, c.Task)}})
	}
}

// fits says whether a stub is for a call.
func (s Stub) fits(c Call) bool {
	if s.Task != "" && s.Task != c.Task && !strings.HasSuffix(c.Task, "/"+s.Task) || s.Call != "" && s.Call != c.What {
		return false
	}
	for name, want := range s.With {
		with, _ := c.With.(map[string]any)
		if !within(want, with[name]) {
			return false
		}
	}
	return true
}

// within says whether a value has all that is wanted of it.
func within(want, got any) bool {
	w, ok := want.(map[string]any)
	if !ok {
		return reflect.DeepEqual(want, got)
	}
	g, ok := got.(map[string]any)
	for name := range w {
		if !ok || !within(w[name], g[name]) {
			return false
		}
	}
	return ok
}

func (w *world) done(id, effect, kind string, after time.Duration, r interp.Result) {
	w.due = append(w.due, due{w.now.Add(after), id, machine.Event{Type: kind + ".done", Actor: machine.System("engine"),
		Data: machine.Must(machine.Outcome{Effect: effect, Output: machine.Must(r)})}})
}

// datum keeps a value.
func (w *world) datum(v any) interp.Datum {
	text, err := jq.Encode(v)
	if err != nil {
		w.err = err
		return interp.Datum{}
	}
	d, long := interp.Keep(text)
	if long {
		w.values[d.D] = text
		w.lib.Add(text)
	}
	return d
}

// resolve finds a workflow by its name.
func (w *world) resolve(input machine.Value) interp.Result {
	in, err := machine.Decode[interp.ResolveInput](machine.Event{Data: input})
	if err != nil {
		w.err = err
	}
	for _, d := range w.Workflows {
		if named(d, in) {
			return interp.Result{Output: w.datum(map[string]any{"definition": d.Digest})}
		}
	}
	return interp.Result{Problem: &interp.Problem{Type: interp.Configuration, Status: 404, Title: "Not Found",
		Detail: fmt.Sprintf("there is no workflow %s/%s %s", in.Namespace, in.Name, in.Version)}}
}

func named(d *workflow.Definition, in interp.ResolveInput) bool {
	doc := d.Document
	return doc.Namespace == in.Namespace && doc.Name == in.Name && (in.Version == "" || in.Version == "latest" || in.Version == doc.Version)
}

// reveal puts secrets in for their marks.
func (w *world) reveal(seed string, v any) any {
	return walk(v, func(s string) any {
		for _, path := range interp.Marks(seed, s) {
			secret := w.secret(path)
			if s == interp.Mark(seed, path) {
				return secret
			}
			if text, ok := secret.(string); ok {
				s = strings.ReplaceAll(s, interp.Mark(seed, path), text)
			}
		}
		return s
	})
}

func (w *world) secret(path string) any {
	name, key, inside := strings.Cut(path, ".")
	v := w.Secrets[name]
	if fields, ok := v.(map[string]any); ok && inside {
		return fields[key]
	}
	return v
}

// mask puts marks in for secrets.
func (w *world) mask(seed string, v any) any {
	return walk(v, func(s string) any {
		for name, secret := range w.Secrets {
			if text, ok := secret.(string); ok && text != "" {
				s = strings.ReplaceAll(s, text, interp.Mark(seed, name))
			}
		}
		return s
	})
}

// walk changes all texts of a value.
func walk(v any, change func(string) any) any {
	switch v := v.(type) {
	case string:
		return change(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = walk(v[i], change)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for name := range v {
			out[name] = walk(v[name], change)
		}
		return out
	}
	return v
}

var digestText = regexp.MustCompile(`sha256:[0-9a-f]{64}`)

// digests gives the digests that a text names.
func digests(text json.RawMessage) []string { return digestText.FindAllString(string(text), -1) }
