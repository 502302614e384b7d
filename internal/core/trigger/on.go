package trigger

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"slipway.dev/internal/core/cloudevent"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/jq"
)

// On says which events a workflow begins with.
type On struct {
	All     bool     `json:"all,omitempty"`  // one event of each filter, and all of them begin one run; else each event begins one
	Read    string   `json:"read,omitempty"` // what of an event is in the run's input: "data" or "envelope"
	Types   []string `json:"types,omitempty"`
	Filters []Filter `json:"filters"`
}

// Filter is one of the events. Learn has the correlations that expect nothing known: the first
// event of a set says what the others must have.
type Filter struct {
	interp.Filter
	Learn map[string]string `json:"learn,omitempty"`
}

// Partial is a set of events of which some have not come yet.
type Partial struct {
	Keys   map[string]json.RawMessage `json:"keys,omitempty"`
	Met    []int                      `json:"met"`
	Events []interp.Datum             `json:"events"`
}

// maxPartial is how many sets of events may wait for others. An event that never comes must
// not make the state grow; the oldest set gives way.
const maxPartial = 100

// Values gives long values by their digest; interp.Library is one.
type Values interface {
	Value(digest string) (any, error)
}

// listening is what a trigger wants to hear.
func (o On) listening(s State) interp.Listening {
	filters := make([]interp.Filter, len(o.Filters))
	for i, f := range o.Filters {
		filters[i] = f.Filter
	}
	return interp.Listening{Key: listenKey, Since: s.Since, Types: o.Types, Filter: machine.Must(filters)}
}

// heard takes an event of the schedule. One that none of the filters knows is refused.
func (s State) heard(h Heard, e machine.Event, values Values) (next, error) {
	if s.Active == nil || s.Active.Schedule.On == nil || s.Paused != "" {
		return next{}, fault.New(fault.Refused, "%s does not begin with events", s.Workflow)
	}
	event, err := eventOf(h.Event, values)
	if err != nil {
		return next{}, err
	}
	on := *s.Active.Schedule.On
	read, long, err := on.read(event)
	if err != nil {
		return next{}, err
	}
	var passed []pass
	for i, f := range on.Filters {
		keys, ok, err := f.match(event)
		if err != nil {
			return next{}, err
		}
		if ok {
			passed = append(passed, pass{i, keys})
		}
	}
	switch {
	case len(passed) == 0:
		return next{}, fault.New(fault.Refused, "%s does not begin with this event", s.Workflow)
	case !on.All:
		return s.together([]interp.Datum{read}, long, values, e)
	}
	set := s.collect(passed, read)
	if len(set.Met) < len(on.Filters) {
		return next{State: s, Values: long}, nil
	}
	s.Partial = slices.DeleteFunc(s.Partial, func(p Partial) bool { return len(p.Met) == len(on.Filters) })
	return s.together(set.Events, long, values, e)
}

// pass is a filter that an event passed, and what it says of the correlations.
type pass struct {
	filter int
	keys   map[string]json.RawMessage
}

// collect puts an event into the first set that lacks it, or into a new one, and gives that.
func (s *State) collect(passed []pass, event interp.Datum) Partial {
	s.Partial = slices.Clone(s.Partial)
	at, as := -1, passed[0]
	for i, p := range s.Partial {
		fits := slices.IndexFunc(passed, func(q pass) bool { return !slices.Contains(p.Met, q.filter) && agree(p.Keys, q.keys) })
		if fits >= 0 {
			at, as = i, passed[fits]
			break
		}
	}
	if at < 0 {
		if len(s.Partial) == maxPartial {
			s.Partial = s.Partial[1:]
			s.Problem = "events were forgotten, for the others that belong to them did not come"
		}
		at, s.Partial = len(s.Partial), append(s.Partial, Partial{})
	}
	p := s.Partial[at]
	p.Met, p.Events = append(slices.Clone(p.Met), as.filter), append(slices.Clone(p.Events), event)
	p.Keys = maps.Clone(p.Keys)
	if p.Keys == nil {
		p.Keys = map[string]json.RawMessage{}
	}
	maps.Copy(p.Keys, as.keys)
	s.Partial[at] = p
	return p
}

func agree(a, b map[string]json.RawMessage) bool {
	for name, v := range a {
		if w, both := b[name]; both && !bytes.Equal(v, w) {
			return false
		}
	}
	return true
}

// match says whether an event passes, and what it says of the correlations.
func (f Filter) match(e cloudevent.Event) (keys map[string]json.RawMessage, ok bool, err error) {
	m, err := interp.NewMatcher(interp.Listening{Filter: machine.Must([]interp.Filter{f.Filter})})
	if err != nil || !m.Match(e) {
		return nil, false, err
	}
	keys = map[string]json.RawMessage{}
	for name, source := range f.Learn {
		from, err := jq.Compile(source)
		if err != nil {
			return nil, false, err
		}
		v := given(from, e)
		if v == nil {
			return nil, false, nil
		}
		if keys[name], err = jq.Encode(v); err != nil {
			return nil, false, err
		}
	}
	return keys, true, nil
}

// given is what an expression gives of an event. One that fails on what others send gives nothing.
func given(from *jq.Expr, e cloudevent.Event) any {
	v, err := from.Eval(map[string]any(e), nil)
	if err != nil {
		return nil
	}
	return v
}

func eventOf(d interp.Datum, values Values) (cloudevent.Event, error) {
	v, err := valueOf(d, values)
	object, ok := v.(map[string]any)
	if err == nil && !ok {
		err = fault.New(fault.Invalid, "what came is no event")
	}
	return object, err
}

func valueOf(d interp.Datum, values Values) (any, error) {
	if d.D != "" {
		return values.Value(d.D)
	}
	return jq.Decode(d.V)
}

// read gives of an event what the run is to have, and the text of it that is to be kept if it is long.
func (o On) read(e cloudevent.Event) (interp.Datum, []machine.Value, error) {
	var v any = map[string]any(e)
	if o.Read != "envelope" {
		if v = e["data"]; v == nil {
			v = e["data_base64"]
		}
	}
	return keep(v)
}

func keep(v any) (interp.Datum, []machine.Value, error) {
	text, err := jq.Encode(v)
	if err != nil {
		return interp.Datum{}, nil, err
	}
	d, long := interp.Keep(text)
	if long {
		return d, []machine.Value{machine.Value(text)}, nil
	}
	return d, nil, nil
}

// together begins a run, by itself, whose input is an array of events. known has the text
// of the last of them if that is long.
func (s State) together(events []interp.Datum, known []machine.Value, values Values, e machine.Event) (next, error) {
	list := make([]any, len(events))
	for i, d := range events {
		if d.D != "" && len(known) == 1 && interp.Digest(known[0]) == d.D {
			d = interp.Datum{V: known[0]}
		}
		v, err := valueOf(d, values)
		if err != nil {
			return next{}, err
		}
		list[i] = v
	}
	input, long, err := keep(list)
	if err != nil {
		return next{}, err
	}
	out := s.itself(Fire{Trigger: "event", Input: input}, e.At)
	out.Values = long
	return out, nil
}
