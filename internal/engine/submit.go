package engine

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// To is an event for a machine.
type To struct {
	Machine string
	Event   machine.Event
}

// Receipt says that a submission is durable.
type Receipt struct {
	Position int64   `json:"position"` // of its last journal entry; Wait for it to read what was written
	Steps    []int64 `json:"steps"`    // that each event made of its machine
}

// submission is taken whole or refused whole.
type submission struct {
	items []item
	reply chan answer // has room for one
}

type item struct {
	To
	outcome string // the effect whose outcome this is; it is ignored when that is not pending
	alarm   string // the key of the timer that fires; it is ignored when that is not due
}

type answer struct {
	receipt Receipt
	err     error
}

// errGuard says that a step's guard did not hold: step again with fresh facts.
var errGuard = errors.New("a fact has changed")

const attempts = 5

// Submit hands events to their machines: all of them, or none when one is refused. It is
// durable when Submit returns without an error. Errors: what the machine said
// (fault.Refused unless it has a code of its own), fault.Conflict when facts kept
// changing, fault.Unavailable when the engine does not lead. An event whose ID the
// machine has seen lately is not taken again; the receipt is that of the first time.
//
// When ctx ends first, the events may still be taken; submit them again with the same
// IDs to know.
func (e *Engine) Submit(ctx context.Context, to ...To) (Receipt, error) {
	items := make([]item, len(to))
	for i, t := range to {
		if err := e.check(t); err != nil {
			return Receipt{}, err
		}
		items[i].To = t
	}
	return e.submit(ctx, serving, items)
}

// submit adds facts, queues, waits, and does so again when a guard did not hold. The
// engine may be in any phase up to last.
func (e *Engine) submit(ctx context.Context, last phase, items []item) (Receipt, error) {
	for range attempts {
		for i := range items {
			if err := e.addFacts(ctx, &items[i].To); err != nil {
				return Receipt{}, err
			}
		}
		s := &submission{items: items, reply: make(chan answer, 1)}
		if err := e.enqueue(ctx, last, s); err != nil {
			return Receipt{}, err
		}
		select {
		case a := <-s.reply:
			if !errors.Is(a.err, errGuard) {
				return a.receipt, a.err
			}
		case <-ctx.Done():
			return Receipt{}, ctx.Err()
		}
	}
	return Receipt{}, fault.New(fault.Conflict, "%s: what it depends on keeps changing", items[0].Machine).WithHint("try again")
}

func (e *Engine) addFacts(ctx context.Context, to *To) error {
	f := e.facts[machine.Kind(to.Machine)]
	if f == nil {
		return nil
	}
	facts, err := f(context.WithValue(ctx, subjectKey{}, to.Machine), e, to.Event)
	if err != nil {
		return err
	}
	if len(facts) > 0 && !json.Valid(facts) {
		return fault.New(fault.Internal, "the facts for %s are not JSON", to.Machine)
	}
	to.Event.Facts = facts
	return nil
}

func (e *Engine) enqueue(ctx context.Context, last phase, s *submission) error {
	e.mu.Lock()
	phase := e.phase
	if phase >= serving && phase <= last {
		e.writer.senders.Add(1)
		defer e.writer.senders.Done()
	}
	e.mu.Unlock()
	switch {
	case phase < serving:
		return fault.New(fault.Unavailable, "this control plane is a standby").WithHint("ask the leader")
	case phase > last:
		return fault.New(fault.Unavailable, "the control plane is stopping").WithHint("try again when it is up")
	}
	select {
	case <-e.lost:
		return fault.New(fault.Unavailable, "another control plane leads now").WithHint("ask the leader")
	default:
	}
	select {
	case e.writer.queue <- s:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// check refuses what a database could not keep, before it can spoil a whole batch.
func (e *Engine) check(to To) error {
	bad := func(what string, args ...any) error {
		return fault.New(fault.Invalid, "event %q for %q: "+what, append([]any{to.Event.Type, to.Machine}, args...)...)
	}
	switch {
	case e.kinds[machine.Kind(to.Machine)] == nil:
		return bad("there are no machines of the kind %q", machine.Kind(to.Machine))
	case len(to.Machine) > 512 || !plain(to.Machine):
		return bad("the machine's name is longer than 512 bytes or not plain text")
	case to.Event.Type == "" || len(to.Event.Type) > 128 || !plain(to.Event.Type):
		return bad("the type is empty, longer than 128 bytes or not plain text")
	case len(to.Event.ID) > 256 || !plain(to.Event.ID):
		return bad("the ID is longer than 256 bytes or not plain text")
	case to.Event.Actor.Kind == "" || to.Event.Actor.Name == "":
		return bad("it names no actor")
	case len(to.Event.Actor.String()) > 512 || !plain(to.Event.Actor.String()) || strings.Contains(to.Event.Actor.Kind, ":"):
		return bad("the actor is longer than 512 bytes or not plain text")
	case len(to.Event.Data) > 0 && !json.Valid(to.Event.Data):
		return bad("its data is not JSON")
	}
	return nil
}

// plain says whether s is text that every database keeps.
func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}
