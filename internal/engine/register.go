package engine

import (
	"context"
	"encoding/json"
	"fmt"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// kind is a kind of machines, with the type of its state forgotten. States pass as JSON
// and are decoded for each step, so that a step that changed a map in place and then
// refused the event has changed nothing.
type kind struct {
	name    string
	version int
	decode  func(version int, raw []byte) (any, error)
	step    func(version int, raw []byte, ev machine.Event) (stepped, error)
}

type stepped struct {
	state    machine.Value
	effects  []machine.Effect
	messages []machine.Message
	guards   []machine.Guard
	values   []machine.Value
	desired  []machine.Desired
	summary  machine.Summary
}

// refusal is a machine's own error, as opposed to one of ours.
type refusal struct{ err error }

func (r refusal) Error() string { return r.err.Error() }
func (r refusal) Unwrap() error { return r.err }

// Register adds a kind of machines: those whose ID begins with kind and a slash. Version
// is that of its state's encoding, counted from 1.
func Register[S any](e *Engine, name string, version int, m machine.Machine[S]) {
	if e.kinds[name] != nil {
		panic("engine: " + name + " is registered twice")
	}
	decode := func(have int, raw []byte) (s S, err error) {
		switch {
		case len(raw) == 0:
			return s, nil
		case have > version:
			return s, fault.New(fault.Internal, "a %s has a state of version %d, and this program knows versions up to %d", name, have, version).
				WithHint("it was written by a newer slipway; use that one")
		case have < version:
			if s, err = m.Upgrade(have, raw); err != nil {
				err = fmt.Errorf("upgrade a %s from version %d: %w", name, have, err)
			}
			return s, err
		}
		if err = json.Unmarshal(raw, &s); err != nil {
			err = fmt.Errorf("decode a %s: %w", name, err)
		}
		return s, err
	}
	e.kinds[name] = &kind{
		name: name, version: version,
		decode: func(have int, raw []byte) (any, error) { return decode(have, raw) },
		step: func(have int, raw []byte, ev machine.Event) (out stepped, err error) {
			defer func() {
				if p := recover(); p != nil {
					err = fault.New(fault.Internal, "the machine %s panicked on %s: %v", name, ev.Type, p)
				}
			}()
			s, err := decode(have, raw)
			if err != nil {
				return out, err
			}
			next, err := m.Step(s, ev)
			if err != nil {
				return out, refusal{err}
			}
			out = stepped{effects: next.Effects, messages: next.Messages, guards: next.Guards, values: next.Values,
				desired: m.Desired(next.State), summary: m.Summary(next.State)}
			out.state, err = json.Marshal(next.State)
			return out, err
		},
	}
}

// FactsFunc gathers what a machine must know of others to take an event; it becomes the
// event's Facts. It runs in the submitter's goroutine, and again when a guard of the
// step did not hold. Subject(ctx) is the machine. Messages between machines, which are
// delivered inside a commit, come without facts.
type FactsFunc func(ctx context.Context, r Reader, ev machine.Event) (machine.Value, error)

// HandleFacts sets where a kind of machines gets its facts.
func (e *Engine) HandleFacts(kind string, f FactsFunc) { e.facts[kind] = f }

type subjectKey struct{}

// Subject is, in a FactsFunc, the machine that the event is for.
func Subject(ctx context.Context) string {
	id, _ := ctx.Value(subjectKey{}).(string)
	return id
}
