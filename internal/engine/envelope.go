package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/store"
)

// remembered is how many event IDs a machine remembers.
const remembered = 64

// envelope is what a machine's row holds besides its index: all that must be known to go
// on after a crash.
type envelope struct {
	State   machine.Value `json:"state"`
	Effects []effect      `json:"effects,omitempty"` // not finished
	Desired []wish        `json:"desired,omitempty"`
	Recent  []taken       `json:"recent,omitempty"` // the last events that had an ID, oldest first
	Refs    []string      `json:"refs,omitempty"`   // blobs that this row keeps alive, sorted
}

type effect struct {
	ID    string        `json:"id"`
	Kind  string        `json:"kind"`
	Input machine.Value `json:"input,omitempty"`
	Blob  string        `json:"blob,omitempty"` // the input, if it is long
	Class machine.Class `json:"class"`
}

type wish struct {
	Kind       string        `json:"kind"`
	Key        string        `json:"key"`
	Spec       machine.Value `json:"spec,omitempty"`
	Generation int64         `json:"generation"`      // the step that last changed Spec
	Fired      bool          `json:"fired,omitempty"` // a timer that has had its event
}

type taken struct {
	ID       string `json:"id"`
	Position int64  `json:"position"`
	Step     int64  `json:"step"`
}

// row is a machine in memory. It is never changed, but replaced.
type row struct {
	n       int64
	id      string
	step    int64
	version int
	env     envelope
	updated time.Time
	index   index
	keeps   []string // Summary.Keeps of the step that made it
	encoded []byte   // env, until it is durable
}

// index is what the row's other columns hold.
type index struct {
	pending, wake   int64
	status, summary string // summary as JSON
}

func newRow(m store.Snapshot) (*row, error) {
	r := &row{n: m.N, id: m.ID, step: m.Step, version: m.Version, updated: m.Updated,
		index: index{pending: m.Pending, wake: m.Wake, status: m.Status, summary: string(m.Summary)}}
	if err := json.Unmarshal(m.Envelope, &r.env); err != nil {
		return nil, fmt.Errorf("the envelope of %s: %w", m.ID, err)
	}
	var s machine.Summary
	if err := json.Unmarshal(m.Summary, &s); err != nil {
		return nil, fmt.Errorf("the summary of %s: %w", m.ID, err)
	}
	r.keeps = s.Keeps
	return r, nil
}

// refresh brings the index in line with the envelope.
func (r *row) refresh() {
	r.index.pending, r.index.wake = int64(len(r.env.Effects)), 0
	for _, w := range r.env.Desired {
		if w.Kind != machine.Timer {
			r.index.pending++
		} else if at, ok := w.due(); ok && (r.index.wake == 0 || at < r.index.wake) {
			r.index.wake = at
		}
	}
}

// snapshot is the row as it is written, when the one before is in the store; nil: none.
func (r *row) snapshot(before *row) store.Snapshot {
	return store.Snapshot{N: r.n, ID: r.id, Step: r.step, Version: r.version, Envelope: r.encoded, Updated: r.updated,
		Pending: r.index.pending, Wake: r.index.wake, Status: r.index.status, Summary: []byte(r.index.summary),
		Same: before != nil && before.version == r.version && before.index == r.index}
}

// due is when a timer fires, in unix µs; false when it has, or is none.
func (w wish) due() (int64, bool) {
	var a machine.Alarm
	if w.Kind != machine.Timer || w.Fired || json.Unmarshal(w.Spec, &a) != nil {
		return 0, false
	}
	return max(a.At.UnixMicro(), 1), true
}

// taken finds an event that was taken before.
func (v *envelope) taken(id string) (taken, bool) {
	for _, t := range v.Recent {
		if t.ID == id {
			return t, true
		}
	}
	return taken{}, false
}

func (v *envelope) effect(id string) (effect, bool) {
	for _, f := range v.Effects {
		if f.ID == id {
			return f, true
		}
	}
	return effect{}, false
}

// wish gives the place of a wish, or -1.
func (v *envelope) wish(kind, key string) int {
	return slices.IndexFunc(v.Desired, func(w wish) bool { return w.Kind == kind && w.Key == key })
}

// wishes gives the new list of wishes: those whose spec is as before keep their
// generation. It says whether anything that a reconciler sees has changed.
func (v *envelope) wishes(desired []machine.Desired, step int64) (out []wish, changed bool, err error) {
	for _, d := range desired {
		w := wish{Kind: d.Kind, Key: d.Key, Spec: d.Spec, Generation: step}
		if slices.ContainsFunc(out, func(o wish) bool { return o.Kind == d.Kind && o.Key == d.Key }) {
			return nil, false, fmt.Errorf("it desires %s %q twice", d.Kind, d.Key)
		}
		if i := v.wish(d.Kind, d.Key); i >= 0 && string(v.Desired[i].Spec) == string(d.Spec) {
			w = v.Desired[i]
		} else if d.Kind != machine.Timer {
			changed = true
		}
		out = append(out, w)
	}
	return out, changed || standing(out) != standing(v.Desired), nil
}

// standing counts the wishes that are not timers.
func standing(list []wish) (n int) {
	for _, w := range list {
		if w.Kind != machine.Timer {
			n++
		}
	}
	return n
}
