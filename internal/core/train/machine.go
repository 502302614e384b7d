package train

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// patience is how long a member may take to begin when it is its turn.
const patience = 15 * time.Minute

// Machine is the machine of a train.
type Machine struct{}

var _ machine.Machine[State] = Machine{}

// work is one step: a copy of the state, and what comes of it.
type work struct {
	State
	now      time.Time
	actor    machine.Actor
	effects  []machine.Effect
	messages []machine.Message
}

// Step implements machine.Machine.
func (Machine) Step(s State, e machine.Event) (machine.Next[State], error) {
	s.Members = slices.Clone(s.Members)
	w := &work{State: s, now: e.At, actor: e.Actor}
	if err := w.take(e); err != nil {
		return machine.Next[State]{}, err
	}
	w.goOn()
	return machine.Next[State]{State: w.State, Effects: w.effects, Messages: w.messages}, nil
}

func (w *work) take(e machine.Event) error {
	if w.ID == "" && e.Type != EventRequested {
		return fault.New(fault.NotFound, "there is no such train")
	}
	switch e.Type {
	case EventRequested:
		return with(e, w.request)
	case EventMember:
		return with(e, w.member)
	case EventAbort:
		return with(e, w.abort)
	case EventRollback:
		return with(e, w.rollback)
	case EventAccept:
		return with(e, w.accept)
	case machine.Timer:
		return with(e, w.alarm)
	case EffectRollback + ".done":
		w.asked(BackUnder, "")
		return nil
	case EffectRollback + ".failed", EffectRollback + ".unknown":
		return with(e, func(o machine.Outcome) error {
			w.asked(BackFailed, o.Error)
			return nil
		})
	case "message.refused":
		return with(e, w.refused)
	}
	return fault.New(fault.Invalid, "a train knows no event %q", e.Type)
}

func with[T any](e machine.Event, do func(T) error) error {
	t, err := machine.Decode[T](e)
	if err != nil {
		return fault.New(fault.Invalid, "the event cannot be read").Because(err)
	}
	return do(t)
}

func refuse(format string, args ...any) *fault.Error {
	return fault.New(fault.Refused, format, args...)
}

// refused voids the whole request when a lane does not take its member. A lane that does not
// abort is at its end already, and tells that.
func (w *work) refused(r machine.Refused) error {
	if r.Type == deploy.EventRequested {
		return refuse("%s", r.Reason)
	}
	return nil
}

// Desired implements machine.Machine.
func (Machine) Desired(s State) []machine.Desired {
	if s.Status != Going || s.Members[s.Place].Phase != deploy.Waiting {
		return nil
	}
	return []machine.Desired{machine.After(s.turnKey(), s.Since.Add(patience))}
}

func (s State) turnKey() string { return fmt.Sprintf("turn.%d", s.Place) }

// alarm takes in that a member did not begin in its turn.
func (w *work) alarm(a machine.Alarm) error {
	if len((Machine{}).Desired(w.State)) == 0 || a.Key != w.turnKey() || w.now.Before(w.Since.Add(patience)) {
		return refuse("no timer %.64q is set", a.Key)
	}
	w.stop(fmt.Sprintf("%s did not go in within %s of its turn: see its gate", w.Members[w.Place].Service, patience))
	return nil
}

// Summary implements machine.Machine.
func (Machine) Summary(s State) machine.Summary {
	return machine.Summary{Status: string(s.Status), Title: s.text(), Labels: map[string]string{"environment": s.Environment},
		Done: s.over(), Keeps: keeps(s.Plan)}
}

func keeps(digest string) []string {
	if digest == "" {
		return nil
	}
	return []string{digest}
}

// Upgrade implements machine.Machine.
func (Machine) Upgrade(from int, raw []byte) (s State, err error) {
	if from != Version {
		return s, fmt.Errorf("train: no state of version %d is known, the latest is %d", from, Version)
	}
	return s, json.Unmarshal(raw, &s)
}
