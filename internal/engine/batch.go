package engine

import (
	"context"
	"maps"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/store"
)

// batch is what is stepped in memory and then written at once.
type batch struct {
	w           *writer
	base, baseN int64 // the journal's end and the last row number before it
	head, lastN int64 // and with it

	taken   []settled
	rows    map[string]*row // as they are after it
	order   []string        // of their IDs, as they were first stepped
	before  map[string]*row // and as they were; nil: there was none
	loaded  map[string]*row // read from the store; nil: there is none
	stepped []*row          // not encoded yet
	entries []store.Entry
	sealed  int    // of them
	hash    []byte // of the last of those
	blobs   [][]byte
	held    []string           // digests of values that the engine holds until it is durable
	refs    map[store.Ref]bool // kept from now on, or dropped; the last word counts
	calls   []call             // effects to be run afterwards
	changed map[string]bool    // machines whose standing wishes changed
	wake    int64              // the earliest timer that was set, unix µs; 0: none
}

// settled is a submission and what it will be told once the batch is durable. That holds
// for refusals, too: they may follow from steps that are not durable yet.
type settled struct {
	s      *submission
	answer answer
}

func (w *writer) newBatch() *batch {
	hash := w.lease.Hash()
	if w.flight != nil {
		hash = w.flight.hash
	}
	return &batch{w: w, hash: hash, base: w.head, baseN: w.lastN, head: w.head, lastN: w.lastN,
		rows: map[string]*row{}, before: map[string]*row{}, loaded: map[string]*row{}, changed: map[string]bool{}, refs: map[store.Ref]bool{}}
}

func (b *batch) empty() bool   { return len(b.taken) == 0 }
func (b *batch) nothing() bool { return len(b.rows) == 0 }

func (b *batch) submissions() []*submission {
	list := make([]*submission, len(b.taken))
	for i, t := range b.taken {
		list[i] = t.s
	}
	return list
}

// known finds a machine without asking the store.
func (b *batch) known(id string) (*row, bool) {
	if r := b.rows[id]; r != nil {
		return r, true
	}
	if f := b.w.flight; f != nil {
		if r := f.rows[id]; r != nil {
			return r, true
		}
	}
	if r := b.w.cache.get(id); r != nil {
		return r, true
	}
	r, ok := b.loaded[id]
	return r, ok
}

// missing adds the machines that a submission needs and that are not known.
func (b *batch) missing(ids []string, s *submission) []string {
	for _, it := range s.items {
		if _, ok := b.known(it.Machine); !ok {
			ids = append(ids, it.Machine)
		}
	}
	return ids
}

// load reads at once what the submissions need and is not known. What cannot be read
// shows when it is needed.
func (b *batch) load(list []*submission) {
	var ids []string
	for _, s := range list {
		ids = b.missing(ids, s)
	}
	if len(ids) > 0 {
		_ = b.read(ids)
	}
}

func (b *batch) read(ids []string) error {
	rows, err := b.w.e.read(context.Background(), ids)
	maps.Copy(b.loaded, rows)
	return err
}

// read gives the machines with these IDs; nil for one that there is not.
func (e *Engine) read(ctx context.Context, ids []string) (map[string]*row, error) {
	list, err := e.store.Machines(ctx, ids)
	if err != nil {
		return nil, err
	}
	rows := make(map[string]*row, len(ids))
	for _, id := range ids {
		rows[id] = nil
	}
	for _, m := range list {
		if rows[m.ID], err = newRow(m); err != nil {
			return nil, fault.New(fault.Internal, "%s cannot be read", m.ID).Because(err)
		}
	}
	return rows, nil
}

// take steps a submission; what it is told waits for the commit.
func (b *batch) take(s *submission) {
	a := &attempt{b: b, head: b.head, lastN: b.lastN}
	receipt, err := a.run(s.items)
	if err == nil {
		a.merge()
	}
	b.taken = append(b.taken, settled{s, answer{receipt, err}})
}

// encode writes what was stepped, while another batch is on its way to the disk.
func (b *batch) encode() {
	for _, r := range b.stepped {
		if b.rows[r.id] == r {
			r.encoded = r.env.encode()
		}
	}
	b.stepped = b.stepped[:0]
	// What cannot be sealed fails when it is committed, which sorts out whose fault it was.
	if hash, err := store.Seal(b.entries[b.sealed:], b.hash); err == nil {
		b.sealed, b.hash = len(b.entries), hash
	}
}

// commit gives the batch as it is written.
func (b *batch) commit() store.Commit {
	c := store.Commit{Entries: b.entries, Blobs: b.blobs, Machines: make([]store.Snapshot, 0, len(b.rows))}
	for _, id := range b.order {
		c.Machines = append(c.Machines, b.rows[id].snapshot(b.before[id]))
	}
	for r, keep := range b.refs {
		if keep {
			c.Keep = append(c.Keep, r)
		} else {
			c.Drop = append(c.Drop, r)
		}
	}
	return c
}
