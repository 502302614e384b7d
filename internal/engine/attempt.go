package engine

import (
	"errors"
	"slices"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/store"
)

// cascade is how many messages may follow from one submission.
const cascade = 1000

// attempt steps one submission, and with it all messages that follow. It is merged into
// its batch as a whole or thrown away.
type attempt struct {
	b           *batch
	head, lastN int64
	rows        []*row // as they are now; few
	entries     []store.Entry
	blobs       [][]byte
	refs        []refChange
	calls       []call
	changed     []string
	wake        int64
	messages    []message
}

type message struct {
	machine.Message
	from  string
	cause machine.Event
}

func (a *attempt) run(items []item) (Receipt, error) {
	receipt := Receipt{Steps: make([]int64, len(items))}
	now := a.b.w.e.clock.now()
	for i, it := range items {
		step, position, err := a.item(it, now)
		if err != nil {
			return Receipt{}, refused(it.To, err)
		}
		receipt.Steps[i] = step
		receipt.Position = max(receipt.Position, position)
	}
	for n := 0; n < len(a.messages); n++ {
		if n == cascade {
			return Receipt{}, fault.New(fault.Internal, "%s: over %d messages follow from it", items[0].Machine, cascade)
		}
		if err := a.deliver(a.messages[n]); err != nil {
			return Receipt{}, err
		}
	}
	if len(a.entries) > 0 {
		receipt.Position = max(receipt.Position, a.head)
	}
	return receipt, nil
}

// refused gives an error that says who refused what, unless it says enough by itself.
func refused(to To, err error) error {
	var r refusal
	if !errors.As(err, &r) {
		return err
	}
	if known := (*fault.Error)(nil); errors.As(r.err, &known) {
		return r.err
	}
	return fault.New(fault.Refused, "%s does not take %s", to.Machine, to.Event.Type).Because(r.err)
}

// item takes one event of a submission, unless it was taken before or came to nothing.
func (a *attempt) item(it item, now time.Time) (step, position int64, err error) {
	r, err := a.row(it.Machine)
	if err != nil {
		return 0, 0, err
	}
	if r != nil && it.Event.ID != "" {
		if t, ok := r.env.taken(it.Event.ID); ok {
			return t.Step, t.Position, nil
		}
	}
	if it.stale(r) {
		return 0, 0, nil
	}
	ev := it.Event
	ev.At = now
	next, err := a.step(it.Machine, r, ev)
	if err != nil {
		if ref := (refusal{}); it.alarm != "" && errors.As(err, &ref) {
			return 0, 0, a.silence(r, it, err)
		}
		return 0, 0, err
	}
	if it.outcome != "" {
		next.env.Effects = without(next.env.Effects, it.outcome)
	}
	if it.alarm != "" {
		next.fire(r, it.alarm)
	}
	if ev.ID != "" {
		next.env.Recent = append(slices.Clip(next.env.Recent), taken{ev.ID, a.head, next.step})
		if over := len(next.env.Recent) - remembered; over > 0 {
			next.env.Recent = next.env.Recent[over:]
		}
	}
	a.set(r, next)
	return next.step, a.head, nil
}

// stale says whether an outcome or alarm is of something that is no longer so.
func (it item) stale(r *row) bool {
	if it.outcome == "" && it.alarm == "" {
		return false
	}
	if r == nil {
		return true
	}
	if it.outcome != "" {
		_, pending := r.env.effect(it.outcome)
		return !pending
	}
	i := r.env.wish(machine.Timer, it.alarm)
	return i < 0 || r.env.Desired[i].Fired || string(r.env.Desired[i].Spec) != string(it.Event.Data)
}

// fire marks a timer as fired if it is still the one that it was before.
func (r *row) fire(before *row, key string) {
	i, j := r.env.wish(machine.Timer, key), before.env.wish(machine.Timer, key)
	if i >= 0 && string(r.env.Desired[i].Spec) == string(before.env.Desired[j].Spec) {
		r.env.Desired = slices.Clone(r.env.Desired)
		r.env.Desired[i].Fired = true
	}
}

// silence marks a timer as fired that its machine does not want to hear of: it would
// come again at once, for ever.
func (a *attempt) silence(r *row, it item, cause error) error {
	a.b.w.e.log.Error("a machine refuses its own timer, which is dropped", "machine", r.id, "timer", it.alarm, "error", cause)
	next := *r
	next.fire(r, it.alarm)
	a.set(r, &next)
	return nil
}

// deliver steps the receiver of a message, or tells the sender that it was refused.
func (a *attempt) deliver(m message) error {
	to := To{Machine: m.To, Event: machine.Event{Type: m.Type, Actor: m.cause.Actor, At: m.cause.At, Data: m.Data}}
	err := a.b.w.e.check(to)
	if err == nil {
		err = a.message(to)
		if ref := (refusal{}); err == nil || !errors.As(err, &ref) {
			return err
		}
		err = refused(to, err)
	}
	back := To{Machine: m.from, Event: machine.Event{Type: "message.refused", Actor: machine.System("engine"), At: m.cause.At,
		Data: machine.Must(machine.Refused{To: m.To, Type: m.Type, Reason: err.Error()})}}
	if second := a.message(back); second != nil {
		if ref := (refusal{}); errors.As(second, &ref) {
			return fault.New(fault.Refused, "%s cannot send %s to %s", m.from, m.Type, m.To).Because(err)
		}
		return second
	}
	return nil
}

func (a *attempt) message(to To) error {
	r, err := a.row(to.Machine)
	if err != nil {
		return err
	}
	next, err := a.step(to.Machine, r, to.Event)
	if err != nil {
		return err
	}
	a.set(r, next)
	return nil
}

// row finds a machine as the steps before left it; nil if there is none.
func (a *attempt) row(id string) (*row, error) {
	for _, r := range a.rows {
		if r.id == id {
			return r, nil
		}
	}
	if r, ok := a.b.known(id); ok {
		return r, nil
	}
	if err := a.b.read([]string{id}); err != nil {
		return nil, err
	}
	return a.b.loaded[id], nil
}
