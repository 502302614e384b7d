// Package machine is the contract between what is decided and what remembers.
//
// A machine is a pure function from a state and an event to the next state. All
// that it wants done in the world it says as plain data: effects (once per step),
// messages (to other machines) and desired things (standing wishes). The engine
// keeps its state, runs its effects and brings it events; see internal/engine.
//
//	      event                    commit (one transaction)
//	───────────────▶  Step  ───▶  state · journal entry · effects
//	                              messages · difference of desired
//	                                        │
//	    result of an effect, observation,   ▼
//	◀── timer, message ──────────────── engine, drivers, hands
//
// Nothing in here reads a clock, draws a random number or waits: times, identifiers
// and facts arrive inside events.
package machine

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Value is data as JSON. Anything over 4 kB that a machine must remember is put into
// the blob store by whoever makes the event; the machine holds its digest and names it
// in Summary.Keeps.
type Value = json.RawMessage

// Machine decides. S is its state: plain data that encodes as JSON.
type Machine[S any] interface {
	// Step gives what follows from an event. The zero S is the state before the first
	// event. An error refuses the event: nothing changes, nothing is written.
	Step(S, Event) (Next[S], error)
	// Desired gives the standing wishes of a state. It is asked after each step and
	// after a restart; the engine finds the difference.
	Desired(S) []Desired
	// Summary gives the row of the generic machine index.
	Summary(S) Summary
	// Upgrade reads a state that was written with an older version. It is not called
	// for states of the current version.
	Upgrade(from int, raw []byte) (S, error)
}

// Actor is who caused an event: a person, a token, who runs the control plane, or the system itself.
type Actor struct {
	Kind string `json:"kind"` // "person", "token", "host" or "system"
	Name string `json:"name"`
}

// System is the actor of what nobody asked for: timers, results, observations.
func System(name string) Actor { return Actor{Kind: "system", Name: name} }

// String gives "kind:name".
func (a Actor) String() string { return a.Kind + ":" + a.Name }

// Event is something that happened, or that somebody asks for.
type Event struct {
	ID    string    `json:"id,omitempty"` // caller's idempotency key; empty: none
	Type  string    `json:"type"`         // e.g. "deploy.requested", "artifact.build.done"
	Actor Actor     `json:"actor"`
	At    time.Time `json:"at"`              // UTC, µs; the engine sets it when zero; never goes back
	Data  Value     `json:"data,omitempty"`  // what happened; kept in the journal
	Facts Value     `json:"facts,omitempty"` // what was known of others when it was stepped; kept in the journal
}

// Decode reads the event's data into a T.
func Decode[T any](e Event) (T, error) {
	var t T
	if len(e.Data) == 0 {
		return t, nil
	}
	if err := json.Unmarshal(e.Data, &t); err != nil {
		return t, fmt.Errorf("data of event %s: %w", e.Type, err)
	}
	return t, nil
}

// Must encodes v as a Value. It is for plain data of ours, which always encodes; it
// panics on anything else.
func Must(v any) Value {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("machine: %T does not encode: %v", v, err))
	}
	return b
}

// Next is what follows from an event.
type Next[S any] struct {
	State    S
	Effects  []Effect
	Messages []Message
	Guards   []Guard
	Values   []Value // long values that the state names by their digest; kept in the same commit
}

// Class says what may be done with an effect whose outcome was lost in a crash.
type Class string

// The classes.
const (
	Repeatable Class = "repeatable" // run it again
	Askable    Class = "askable"    // ask for its outcome; run it if it never began
	Once       Class = "once"       // its outcome is unknown; a person settles it
)

// Effect is something to be done once, after the commit. Its identity is
// machine#step.index; that is its idempotency key. Its outcome comes back as an event
// of type Kind+".done", Kind+".failed" or Kind+".unknown" with an Outcome as data.
type Effect struct {
	Kind  string `json:"kind"`
	Input Value  `json:"input,omitempty"`
	Class Class  `json:"class"`
}

// Outcome is the data of an effect's result event.
type Outcome struct {
	Effect string `json:"effect"`           // machine#step.index
	Output Value  `json:"output,omitempty"` // of .done
	Error  string `json:"error,omitempty"`  // of .failed and .unknown, for a person
}

// EffectID is the identity of the effect that step of a machine gave at index.
func EffectID(machine string, step int64, index int) string {
	return fmt.Sprintf("%s#%d.%d", machine, step, index)
}

// Message is an event for another machine. It is delivered in the commit of the step
// that sends it. If the receiver refuses it, the sender gets a Refused event of type
// "message.refused" in the same commit.
type Message struct {
	To   string `json:"to"`
	Type string `json:"type"`
	Data Value  `json:"data,omitempty"`
}

// Refused is the data of "message.refused".
type Refused struct {
	To     string `json:"to"`
	Type   string `json:"type"`
	Reason string `json:"reason"`
}

// Guard holds a step to a fact: it commits only while the machine is still at that
// step (0: does not exist). Otherwise the event is stepped again with fresh facts.
type Guard struct {
	Machine string `json:"machine"`
	Step    int64  `json:"step"`
}

// Desired is a standing wish, kept true by a reconciler of its kind. Kind and Key name
// it within its machine. The engine gives it a generation, raised whenever Spec changes.
type Desired struct {
	Kind string `json:"kind"`
	Key  string `json:"key"`
	Spec Value  `json:"spec,omitempty"`
}

// Timer is the kind of desired thing that the engine itself serves: when At has passed,
// the machine gets an event of type "timer" with the Alarm. Until the machine no longer
// desires it (or desires another time), it is not fired again.
const Timer = "timer"

// Alarm is the spec of a timer and the data of its event.
type Alarm struct {
	Key string    `json:"key"`
	At  time.Time `json:"at"`
}

// After desires a timer.
func After(key string, at time.Time) Desired {
	return Desired{Kind: Timer, Key: key, Spec: Must(Alarm{Key: key, At: at})}
}

// Summary is a machine's row in the index that lists machines of all kinds.
type Summary struct {
	Status string            `json:"status"`           // one word of the machine's own
	Title  string            `json:"title,omitempty"`  // for a person
	Labels map[string]string `json:"labels,omitempty"` // for filters
	Done   bool              `json:"done,omitempty"`   // nothing more will happen by itself
	Keeps  []string          `json:"keeps,omitempty"`  // digests of blobs that the state refers to
}

// Kind is the first part of a machine's identity: "deploy" of "deploy/tickets/dev".
func Kind(id string) string {
	kind, _, _ := strings.Cut(id, "/")
	return kind
}

// ID joins the parts of a machine's identity. Parts must not contain a slash.
func ID(parts ...string) string { return strings.Join(parts, "/") }
