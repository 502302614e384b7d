package simulate

import (
	"encoding/json"
	"fmt"
	"time"

	"slipway.dev/internal/core/cloudevent"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/jq"
)

// Options are the world that a run is in.
type Options struct {
	Stubs     []Stub                 // who answers its calls; the first that fits
	Events    []Event                // that come, in this order
	Answers   []Answer               // of people, in this order
	Secrets   map[string]any         // by name; a text, or an object of texts
	Asks      []Request              // what people ask of the run itself
	Workflows []*workflow.Definition // that it may run
	As        machine.Actor          // who starts it; a person "tester" unless said
	Start     time.Time              // 2026-01-05 09:00 UTC unless said
	// Restart writes and reads the state between any two steps, and forgets all values that
	// no machine says it keeps, as a control plane does that is killed after each step.
	Restart bool
	// Reverse gives outcomes that are there at the same time in the reverse order.
	Reverse bool
	// Most is how many events there may be, of all machines together; 100,000 unless said.
	Most int
}

// Stub answers calls. Task, Call and With say which; what is empty fits all.
type Stub struct {
	Task  string         // its name or its pointer
	Call  string         // "http", "script", "deploy", …
	With  map[string]any // fields that the call is made with, among others
	Times int            // so often; 0: always
	Delay time.Duration
	// What comes of it: Error, or Lost (its outcome is never known), or Output.
	Output any
	Error  *interp.Problem
	Lost   bool
}

// Event is a CloudEvent that comes. Without After it comes when somebody listens and nothing else happens.
type Event struct {
	After time.Duration // since the start; 0: as soon as somebody listens
	Event cloudevent.Event
}

// Answer is what a person answers.
type Answer struct {
	Task     string        // title of the task; empty: any
	After    time.Duration // since the start; 0: as soon as it is open
	Person   string
	Groups   []string // that the person is in; nil: all that are asked
	Decision string   // "approve", "reject" or "submit"
	Comment  string
	Value    any
}

// Request is what a person asks of the run: "cancel", "suspend", "continue", or to settle an
// effect as "done" (with Output), "failed" or "again".
type Request struct {
	Do     string
	After  time.Duration
	Output any
}

// Call is an effect that was asked for.
type Call struct {
	Task string // pointer
	What string // "http", "script", "deploy", "emit", "fetch", …
	With any    // with the secrets put in
	At   time.Time
}

// Outcome is how a run ended, or where it stands when nothing can happen any more.
type Outcome struct {
	Status  interp.Status
	Output  any
	Error   *interp.Problem
	Path    []string // names of the tasks that began, in order, also those of runs below
	Trace   []interp.Trace
	Calls   []Call
	Emitted []cloudevent.Event
	Refused []string // what was not taken: answers, requests
	Steps   int      // of the run itself
	Tasks   int      // that it began
	Largest int      // of its states, in bytes of JSON
	Took    time.Duration
	State   interp.State
	Events  []machine.Event // of the run itself: its journal
	Values  []machine.Value // long ones that there were
}

// Run runs a workflow to its end, or until nothing can happen any more. An error is one of
// the machine itself, and never of the workflow.
func Run(def *workflow.Definition, input any, o Options) (Outcome, error) {
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	}
	if o.Most == 0 {
		o.Most = 100_000
	}
	if o.As.Kind == "" {
		o.As = machine.Actor{Kind: "person", Name: "tester"}
	}
	text, err := jq.Encode(input)
	if err != nil {
		return Outcome{}, err
	}
	w := newWorld(def, o)
	in, long := interp.Keep(json.RawMessage(text))
	if long {
		w.values[in.D] = text
	}
	doc := def.Document
	w.send(interp.MachineID(root), machine.Event{Type: interp.EventStarted, Actor: o.As, Data: machine.Must(interp.Start{
		ID: root, Definition: def.Digest, Namespace: doc.Namespace, Name: doc.Name, Version: doc.Version, Input: in,
		Seed: "simulate", As: o.As, Trigger: "person"})})
	for w.err == nil && w.next() {
		if w.taken > o.Most {
			return w.outcome(), fmt.Errorf("more than %d events: it does not come to an end", o.Most)
		}
	}
	return w.outcome(), w.err
}

// root is the run's identity.
const root = "r"
