package interp

import (
	"fmt"
	"iter"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/jq"
)

// Moment is what an event did to a run.
type Moment struct {
	Event  machine.Event
	State  State
	Trace  []Trace
	Next   machine.Next[State]
	Values []machine.Value // long ones that only Trace names
}

// moment writes what a step did.
func (r *step) moment() Moment {
	m := Moment{Event: r.event, State: r.out.State, Trace: r.trace, Next: r.out}
	made := len(r.out.Values)
	for i := range m.Trace {
		r.settle(&m.Trace[i].Datum)
	}
	m.Values = r.out.Values[made:]
	return m
}

// Take makes one step, as the machine does, and says what happened on the way.
func Take(lib Library, s State, e machine.Event) (Moment, error) {
	r, err := take(lib, s, e, func(*step, *Frame) {})
	if err != nil {
		return Moment{Event: e, State: s}, err
	}
	return r.moment(), nil
}

// Replay goes through the events of a run from its journal, and gives the same states as
// there were. It ends with the first error.
func Replay(lib Library, events []machine.Event) iter.Seq2[Moment, error] {
	return replay(lib, events, func(*step, *Frame) {})
}

func replay(lib Library, events []machine.Event, watch func(*step, *Frame)) iter.Seq2[Moment, error] {
	return func(yield func(Moment, error) bool) {
		known := Remember(lib)
		var s State
		for _, e := range events {
			r, err := take(known, s, e, watch)
			if err != nil {
				yield(Moment{Event: e, State: s}, fmt.Errorf("replay %s: %w", e.Type, err))
				return
			}
			m := r.moment()
			known.Add(m.Next.Values...)
			known.Add(m.Values...)
			s = m.State
			if !yield(m, nil) {
				return
			}
		}
	}
}

// Memory is a library that knows, besides what another one knows, values that steps made.
type Memory struct {
	under  Library // may be nil
	values map[string]machine.Value
	held   map[string]any
	defs   map[string]*workflow.Definition
}

// Remember gives a memory on top of a library, which may be nil.
func Remember(under Library) *Memory {
	return &Memory{under: under, values: map[string]machine.Value{}, held: map[string]any{}, defs: map[string]*workflow.Definition{}}
}

// Add keeps values by their digests.
func (m *Memory) Add(values ...machine.Value) {
	for _, v := range values {
		m.values[Digest(v)] = v
	}
}

// Define keeps a definition.
func (m *Memory) Define(def *workflow.Definition) {
	m.defs[def.Digest], m.values[def.Digest] = def, def.Canonical
}

// Definition gives a definition by its digest.
func (m *Memory) Definition(digest string) (*workflow.Definition, error) {
	if def := m.defs[digest]; def != nil {
		return def, nil
	}
	if text, ok := m.values[digest]; ok {
		def, err := workflow.Load(text)
		if err == nil {
			m.defs[digest] = def
		}
		return def, err
	}
	if m.under == nil {
		return nil, fmt.Errorf("there is no definition %s", digest)
	}
	return m.under.Definition(digest)
}

// Value gives a value by its digest.
func (m *Memory) Value(digest string) (any, error) {
	if v, ok := m.held[digest]; ok {
		return v, nil
	}
	if text, ok := m.values[digest]; ok {
		v, err := jq.Decode(text)
		if err == nil {
			m.held[digest] = v
		}
		return v, err
	}
	if m.under == nil {
		return nil, fmt.Errorf("there is no value %s", digest)
	}
	return m.under.Value(digest)
}
