package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// Inline is how many bytes of a value are kept where it is used; longer ones are blobs.
const Inline = 4096

// Snapshot is a machine's row as the engine writes it. Text must be valid UTF-8 without
// NUL; Refused by Commit otherwise.
type Snapshot struct {
	N        int64 // the row's number, given by the engine
	ID       string
	Step     int64
	Version  int // of the state's encoding
	Envelope []byte
	Pending  int64 // unfinished effects and standing wishes but timers
	Wake     int64 // when the earliest timer fires, unix µs; 0: never
	Status   string
	Summary  []byte // machine.Summary as JSON
	Updated  time.Time
	// Same says that but for Step, Envelope and Updated the row is as it was last written.
	Same bool
}

// Commit is what is written in one transaction.
type Commit struct {
	Entries  []Entry    // in order, the first one at Lease.Head()+1; sealed or not
	Machines []Snapshot // each at most once
	Blobs    [][]byte
	Keep     []Ref // blobs that a machine now refers to
	Drop     []Ref // and those that it no longer does
}

// Ref says that a machine's state or one of its effects needs a blob.
type Ref struct{ Machine, Digest string }

// BlobDigest is the name of a blob: "sha256:" and the hexadecimal SHA-256.
func BlobDigest(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

const (
	journalColumns = "seq, machine, step, at, actor, type, digest, salt, data, blob, erased, hash"
	machineColumns = "n, id, step, version, envelope, pending, wake, status, summary, updated"
)

var (
	journalRows = newRows(`INSERT INTO journal ({columns}) {rows}`, journalColumns, "itiittbbbtib")
	machineRows = newRows(`INSERT INTO machine ({columns}) {rows} ON CONFLICT (n) DO UPDATE SET step = excluded.step,`+
		` version = excluded.version, envelope = excluded.envelope, pending = excluded.pending, wake = excluded.wake,`+
		` status = excluded.status, summary = excluded.summary, updated = excluded.updated`, machineColumns, "itiibiitbi")
	sameRows = newRows(`WITH v ({columns}) AS ({rows}) UPDATE machine SET step = v.step, envelope = v.envelope, updated = v.updated`+
		` FROM v WHERE machine.n = v.n`, "n, step, envelope, updated", "iibi")
	blobRows = newRows(`INSERT INTO blob ({columns}) {rows} ON CONFLICT (digest) DO UPDATE SET created = excluded.created`,
		"digest, data, created", "tbi")
	refRows = newRows(`INSERT INTO blob_ref ({columns}) {rows} ON CONFLICT (machine, digest) DO NOTHING`, "machine, digest", "tt")
)

// Commit writes c in one transaction; it is durable when Commit returns. If another
// leads by now, the error has ErrLost in its chain. After any error nothing of c is
// written. Commit is not to be called by two goroutines at once.
func (l *Lease) Commit(ctx context.Context, c Commit) error {
	head, hash := l.head, l.hash
	args := make([]any, 0, len(c.Entries)*len(journalRows.kinds))
	for i := range c.Entries {
		e := &c.Entries[i]
		if e.Seq != head+1 {
			return fmt.Errorf("store: entry at position %d follows position %d", e.Seq, head)
		}
		if e.seal == nil || !bytes.Equal(e.seal.before, hash) {
			if _, err := Seal(c.Entries[i:i+1], hash); err != nil {
				return err
			}
		}
		if e.seal.blob != nil {
			c.Blobs = append(c.Blobs, e.seal.blob)
		}
		args = append(args, e.seal.row...)
		head, hash = e.Seq, e.Hash
		e.seal = nil
	}
	list := append([]statement{l.s.dialect.leads(l.epoch)}, journalRows.of(args)...)
	list = append(list, c.rest(l.s.now().UnixMicro())...)
	if err := l.s.dialect.apply(ctx, l.s, list); err != nil {
		return l.settle(ctx, head, hash, err)
	}
	l.advance(head, hash)
	return nil
}

// rest gives the statements of all but the journal.
func (c *Commit) rest(now int64) []statement {
	var blobs, refs []any
	machines := make([]any, 0, len(c.Machines)*len(machineRows.kinds))
	same := make([]any, 0, len(c.Machines)*len(sameRows.kinds))
	seen := map[string]bool{}
	for _, b := range c.Blobs {
		if d := BlobDigest(b); !seen[d] {
			seen[d] = true
			blobs = append(blobs, d, b, now)
		}
	}
	for i := range c.Machines {
		m := &c.Machines[i]
		if m.Same {
			same = append(same, m.N, m.Step, m.Envelope, m.Updated.UnixMicro())
			continue
		}
		machines = append(machines, m.N, m.ID, m.Step, int64(m.Version), m.Envelope, m.Pending, m.Wake, m.Status, m.Summary, m.Updated.UnixMicro())
	}
	for _, r := range c.Keep {
		refs = append(refs, r.Machine, r.Digest)
	}
	list := append(blobRows.of(blobs), machineRows.of(machines)...)
	list = append(list, sameRows.of(same)...)
	list = append(list, refRows.of(refs)...)
	for _, r := range c.Drop {
		// A blob that is let go stays for a while, for who has just read its name.
		list = append(list,
			statement{query: `DELETE FROM blob_ref WHERE machine = $1 AND digest = $2`, args: []any{r.Machine, r.Digest}, keep: true},
			statement{query: `UPDATE blob SET created = $1 WHERE digest = $2`, args: []any{now, r.Digest}, keep: true})
	}
	return list
}

// settle finds out what an error of a commit means. When the connection broke, the
// commit may have succeeded all the same: the journal's end tells.
func (l *Lease) settle(ctx context.Context, head int64, hash []byte, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	var epoch, at int64
	var stored []byte
	look := func() (err error) {
		if err = l.s.dialect.ended(ctx, l.s); err != nil {
			return err
		}
		if epoch, err = leader(ctx, l.s.write); err == nil {
			at, stored, _, err = l.s.end(ctx)
		}
		return err
	}
	err := look()
	for err != nil && ctx.Err() == nil { // the other connections may be broken, too
		select {
		case <-time.After(100 * time.Millisecond):
			err = look()
		case <-ctx.Done():
		}
	}
	switch {
	case err == nil && epoch != l.epoch:
		return lost()
	case err == nil && at == head && head != l.head && bytes.Equal(stored, hash):
		l.advance(head, hash)
		return nil
	case err != nil || at != l.head:
		return l.s.fail("writing to the store", errors.Join(ErrUnknown, cause, err))
	}
	return l.s.fail("writing to the store", cause)
}
