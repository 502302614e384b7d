package simulate

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"strings"

	"slipway.dev/internal/core/cloudevent"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
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

var digestText = regexp.MustCompile(`sha256:[0-9a-f]{64}`)

// digests gives the digests that a text names.
func digests(text json.RawMessage) []string { return digestText.FindAllString(string(text), -1) }
