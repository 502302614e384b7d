package chaos

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// maxDelay is how late a request may be made: its connection is held meanwhile.
const maxDelay = time.Minute

// maxID is the longest ID of a caller, in bytes.
const maxID = 256

func (s State) begin(b Begin, e machine.Event) (next, error) {
	var f Facts
	if len(e.Facts) > 0 {
		if err := json.Unmarshal(e.Facts, &f); err != nil {
			return next{}, fault.New(fault.Invalid, "the facts of %s cannot be read", e.Type).Because(err)
		}
	}
	if err := b.check(); err != nil {
		return next{}, err
	}
	if err := f.allow(b); err != nil {
		return next{}, err
	}
	switch {
	case s.Service != "" && (s.Service != b.Service || s.Environment != b.Environment):
		return next{}, fault.New(fault.Invalid, "these are the faults of %s in %s", s.Service, s.Environment)
	case s.Fault != nil:
		return next{}, fault.New(fault.Refused, "something goes wrong in %s in %s already: %s", s.Service, s.Environment, s.Fault.text()).
			WithHint("it ends at %s", s.Fault.Until.Format(time.RFC3339))
	case b.Kind == Stop && f.Instance == "":
		return next{}, fault.New(fault.Refused, "no instance of %s in %s is healthy, to be stopped", b.Service, b.Environment)
	}
	s.Service, s.Environment = b.Service, b.Environment
	s.Number++
	s.Fault = &Fault{Spec: Spec{Number: s.Number, Begin: b, Until: e.At.Add(b.For)}, At: e.At, By: e.Actor}
	out := next{Guards: []machine.Guard{f.Guard}}
	if b.Kind == Stop {
		s.Fault.Instance = f.Instance
		input := StopInput{Number: s.Number, Instance: f.Instance, Restarts: f.Restarts}
		out.Effects = []machine.Effect{{Kind: EffectStop, Class: machine.Repeatable, Input: machine.Must(input)}}
	}
	out.State = s
	return out, nil
}

// check finds what is wrong with what is asked for, wherever it is.
func (b Begin) check() error {
	invalid := func(text string, args ...any) error { return fault.New(fault.Invalid, text, args...) }
	switch {
	case b.ID == "" || len(b.ID) > maxID || b.Service == "" || b.Environment == "":
		return invalid("a fault needs an ID, a service and an environment")
	case b.For <= 0:
		return invalid("a fault needs a time for which it lasts")
	case b.Kind == Stop:
		return nil
	case !(b.Share > 0 && b.Share <= 1):
		return invalid("a fault hits more than 0%% and at most 100%% of the requests, not %g%%", b.Share*100)
	case b.Kind == Latency && (b.Delay <= 0 || b.Delay > maxDelay):
		return invalid("a delay is more than nothing and at most %s, not %s", maxDelay, b.Delay)
	case b.Kind == Errors && (b.Status < 500 || b.Status > 599):
		return invalid("a fault answers with 500 to 599, not %d: what is below is the client's fault", b.Status)
	case b.Kind == Errors && b.Delay != 0, b.Kind == Latency && b.Status != 0:
		return invalid("a delay is of latency, a status of errors: one fault is one thing")
	case b.Kind != Latency && b.Kind != Errors:
		return invalid("there is no kind of fault %.64q; there are stop, latency and errors", b.Kind)
	}
	return nil
}

// allow refuses what the environment does not allow.
func (f Facts) allow(b Begin) error {
	if f.Guard.Machine == "" || !slices.Contains(f.Faults, b.Kind) {
		may := "allows no faults"
		if len(f.Faults) > 0 {
			may = "allows only " + strings.Join(f.Faults, ", ")
		}
		return fault.New(fault.Denied, "%s %s, and so not %s", b.Environment, may, b.Kind).
			WithHint("spec: {drills: {faults: [%s]}} in the Environment's manifest allows it", b.Kind)
	}
	longest := f.Longest
	if longest <= 0 {
		longest = DefaultLongest
	}
	if b.For > longest {
		return fault.New(fault.Denied, "a fault lasts at most %s in %s, not %s", longest, b.Environment, b.For)
	}
	return nil
}
