package engine

import (
	"encoding/json"
	"fmt"
	"slices"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/store"
)

// step asks the machine and gives its next row; it adds to the attempt only once nothing
// can fail any more.
func (a *attempt) step(id string, r *row, ev machine.Event) (*row, error) {
	k := a.b.w.e.kinds[machine.Kind(id)]
	if k == nil {
		return nil, fault.New(fault.Internal, "this program has no machines of the kind %q", machine.Kind(id))
	}
	if r == nil {
		r = &row{id: id, version: k.version}
	}
	out, err := k.step(r.version, r.env.State, ev)
	if err != nil {
		return nil, err
	}
	for _, g := range out.guards {
		if err := a.guard(g); err != nil {
			return nil, err
		}
	}
	next := *r
	next.step, next.version, next.updated = r.step+1, k.version, ev.At
	summary, err := json.Marshal(out.summary)
	if err != nil {
		return nil, fault.New(fault.Internal, "%s on %s: its summary: %v", id, ev.Type, err)
	}
	next.index.status, next.index.summary, next.keeps = out.summary.Status, string(summary), out.summary.Keeps
	next.env.State = out.state
	var changed bool
	if next.env.Desired, changed, err = r.env.wishes(out.desired, next.step); err != nil {
		return nil, fault.New(fault.Internal, "%s on %s: %v", id, ev.Type, err)
	}
	if err := storable(out); err != nil {
		return nil, fault.New(fault.Internal, "%s on %s: %v", id, ev.Type, err)
	}
	if next.n == 0 {
		a.lastN++
		next.n = a.lastN
	}
	a.head++
	a.entries = append(a.entries, store.Entry{Seq: a.head, Machine: id, Step: next.step, At: ev.At, Actor: ev.Actor,
		Type: ev.Type, ID: ev.ID, Data: ev.Data, Facts: ev.Facts})
	if changed {
		a.changed = append(a.changed, id)
	}
	a.addEffects(&next, out.effects)
	for _, v := range out.values {
		a.blobs = append(a.blobs, v)
		a.b.held = append(a.b.held, a.b.w.e.values.hold(v))
	}
	for _, m := range out.messages {
		a.messages = append(a.messages, message{Message: m, from: id, cause: ev})
	}
	return &next, nil
}

func (a *attempt) guard(g machine.Guard) error {
	r, err := a.row(g.Machine)
	if err != nil {
		return err
	}
	var step int64
	if r != nil {
		step = r.step
	}
	if step != g.Step {
		return errGuard
	}
	return nil
}

// storable refuses what a database could not keep.
func storable(out stepped) error {
	if !plain(out.summary.Status) {
		return fmt.Errorf("its status %q is not plain text", out.summary.Status)
	}
	for _, f := range out.effects {
		switch f.Class {
		case machine.Repeatable, machine.Askable, machine.Once:
		default:
			return fmt.Errorf("its effect %s is of the class %q, which there is not", f.Kind, f.Class)
		}
	}
	for _, v := range out.values {
		if len(v) > store.MaxBlob {
			return fmt.Errorf("a value of %d bytes is over the limit of %d", len(v), store.MaxBlob)
		}
	}
	for _, d := range out.summary.Keeps {
		if !plain(d) {
			return fmt.Errorf("it keeps the blob %q, which is no digest", d)
		}
	}
	return nil
}

func (a *attempt) addEffects(next *row, effects []machine.Effect) {
	if len(effects) == 0 {
		return
	}
	next.env.Effects = slices.Clip(next.env.Effects)
	for i, f := range effects {
		p := effect{ID: machine.EffectID(next.id, next.step, i), Kind: f.Kind, Input: f.Input, Class: f.Class}
		if len(p.Input) > store.Inline {
			a.blobs = append(a.blobs, p.Input)
			p.Blob, p.Input = store.BlobDigest(p.Input), nil
		}
		next.env.Effects = append(next.env.Effects, p)
		a.calls = append(a.calls, call{machine: next.id, effect: p})
	}
}

// set makes next the machine's row, and notes which blobs it needs now.
func (a *attempt) set(before, next *row) {
	a.count(next)
	next.refresh()
	if at := next.index.wake; at != 0 && (a.wake == 0 || at < a.wake) {
		a.wake = at
	}
	for i, r := range a.rows {
		if r.id == next.id {
			a.rows[i] = next
			return
		}
	}
	a.rows = append(a.rows, next)
}

// refChange says that a machine needs a blob from now on, or no longer.
type refChange struct {
	store.Ref
	keep bool
}

func (a *attempt) count(next *row) {
	if len(next.keeps) == 0 && len(next.env.Refs) == 0 && len(next.env.Effects) == 0 {
		return
	}
	need := slices.Clone(next.keeps)
	for _, f := range next.env.Effects {
		if f.Blob != "" {
			need = append(need, f.Blob)
		}
	}
	slices.Sort(need)
	need = slices.Compact(need)
	for _, d := range need {
		if !slices.Contains(next.env.Refs, d) {
			a.refs = append(a.refs, refChange{store.Ref{Machine: next.id, Digest: d}, true})
		}
	}
	for _, d := range next.env.Refs {
		if !slices.Contains(need, d) {
			a.refs = append(a.refs, refChange{store.Ref{Machine: next.id, Digest: d}, false})
		}
	}
	next.env.Refs = need
}

func without(list []effect, id string) []effect {
	var out []effect
	for _, f := range list {
		if f.ID != id {
			out = append(out, f)
		}
	}
	return out
}

// merge makes the attempt part of its batch.
func (a *attempt) merge() {
	b := a.b
	b.head, b.lastN = a.head, a.lastN
	b.entries = append(b.entries, a.entries...)
	b.blobs = append(b.blobs, a.blobs...)
	b.calls = append(b.calls, a.calls...)
	for _, r := range a.rows {
		if b.rows[r.id] == nil {
			b.before[r.id], _ = b.known(r.id)
			b.order = append(b.order, r.id)
		}
		b.rows[r.id] = r
		b.stepped = append(b.stepped, r)
		if !b.w.fetches.idle() {
			b.w.fetches.touched[r.id] = true
		}
	}
	for _, id := range a.changed {
		b.changed[id] = true
	}
	for _, r := range a.refs {
		b.refs[r.Ref] = r.keep
	}
	if a.wake != 0 && (b.wake == 0 || a.wake < b.wake) {
		b.wake = a.wake
	}
}
