package store

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
)

// Audit is what Verify found.
type Audit struct {
	Entries     int64  `json:"entries"`
	Erased      int64  `json:"erased"`      // of them, without their data
	Checkpoints int64  `json:"checkpoints"` // whose signatures and hashes are right
	Head        int64  `json:"head"`
	Verified    bool   `json:"verified"`
	Break       *Break `json:"break,omitempty"` // the first thing that is wrong
}

// Break is where the journal is not as it was written.
type Break struct {
	Position int64  `json:"position"`
	Reason   string `json:"reason"`
}

// Verify walks the whole journal as it is at one moment: positions without a gap, each
// entry's hash over the one before, each payload's digest, each checkpoint's signature and
// hash, and an entry for each machine's last step. A checkpoint beyond the end shows that the end was cut off. It
// fails only if the store cannot be read; what is wrong with the journal is in the Audit.
// Without verify, checkpoints are compared, but their signatures are not checked. Elsewhere
// are envelopes of checkpoints that were kept outside of the store: they tell of a store
// that was cut off together with its own checkpoints.
func (s *Store) Verify(ctx context.Context, verify Verifier, elsewhere ...[]byte) (Audit, error) {
	var w walker
	err := s.View(ctx, func(tx Tx) error {
		points, err := readCheckpoints(ctx, tx, verify, &w)
		if err != nil {
			return err
		}
		if verify != nil {
			points = append(points, w.open(elsewhere, verify)...)
		}
		w.points = inOrder(points)
		err = each(ctx, tx, entryColumns+`ORDER BY j.seq`, nil, func(rows *sql.Rows) error {
			r, err := scanEntry(rows)
			if err == nil {
				w.entry(r)
			}
			return err
		})
		if err != nil {
			return err
		}
		return w.machines(ctx, tx)
	})
	w.end()
	return w.audit, err
}

// walker checks one entry after the other. It notes the break with the lowest position.
type walker struct {
	audit  Audit
	hash   []byte
	points []Checkpoint // by position
}

func (w *walker) broken(position int64, format string, args ...any) {
	if w.audit.Break == nil || position < w.audit.Break.Position {
		w.audit.Break = &Break{Position: position, Reason: fmt.Sprintf(format, args...)}
	}
}

func (w *walker) entry(r record) {
	if r.Seq != w.audit.Head+1 {
		w.broken(w.audit.Head+1, "entries %d to %d are missing", w.audit.Head+1, r.Seq-1)
	}
	if !bytes.Equal(r.link(w.hash), r.Hash) {
		w.broken(r.Seq, "the entry was changed, or the one before it")
	}
	switch {
	case r.Erased:
		w.audit.Erased++
		if len(r.data) > 0 || len(r.salt) > 0 || r.blob != "" {
			w.broken(r.Seq, "the entry is marked as erased, and has data")
		}
	case r.lacks:
		w.broken(r.Seq, "the entry's data is missing")
	case !bytes.Equal(digest(r.salt, r.data), r.Digest):
		w.broken(r.Seq, "the entry's data was changed")
	}
	for len(w.points) > 0 && w.points[0].Position <= r.Seq {
		if p := w.points[0]; p.Position == r.Seq && bytes.Equal(p.Hash, r.Hash) {
			w.audit.Checkpoints++
		} else {
			w.broken(p.Position, "the journal was rewritten: a signed checkpoint names another hash")
		}
		w.points = w.points[1:]
	}
	w.audit.Entries++
	w.audit.Head, w.hash = r.Seq, r.Hash
}

// machines looks for steps that no entry tells of: an end that was cut off since the last
// checkpoint, or with all of them.
func (w *walker) machines(ctx context.Context, tx Tx) error {
	const query = `SELECT m.id, m.step FROM machine m
		WHERE COALESCE((SELECT j.step FROM journal j WHERE j.machine = m.id ORDER BY j.seq DESC LIMIT 1), 0) < m.step ORDER BY m.id LIMIT 1`
	return each(ctx, tx, query, nil, func(rows *sql.Rows) error {
		var id string
		var step int64
		err := rows.Scan(&id, &step)
		if err == nil {
			w.broken(w.audit.Head+1, "the journal's end was cut off: it has no step %d of %s", step, id)
		}
		return err
	})
}

func (w *walker) end() {
	if len(w.points) > 0 {
		w.broken(w.audit.Head+1, "the journal's end was cut off: it ends at position %d, and position %d was signed",
			w.audit.Head, w.points[len(w.points)-1].Position)
	}
	w.audit.Verified = w.audit.Break == nil
}

func readCheckpoints(ctx context.Context, tx Tx, verify Verifier, w *walker) (list []Checkpoint, err error) {
	err = each(ctx, tx, `SELECT seq, hash, envelope FROM checkpoint ORDER BY seq`, nil, func(rows *sql.Rows) error {
		var at Checkpoint
		var envelope []byte
		if err := rows.Scan(&at.Position, &at.Hash, &envelope); err != nil {
			return err
		}
		if verify == nil {
			list = append(list, at)
			return nil
		}
		payload, err := verify(envelope)
		if err != nil {
			w.broken(at.Position, "the checkpoint's signature is not valid: %v", err)
			return nil
		}
		if payload == nil {
			return nil
		}
		var signed Checkpoint
		if err := json.Unmarshal(payload, &signed); err != nil || signed.Position != at.Position || !bytes.Equal(signed.Hash, at.Hash) {
			w.broken(at.Position, "the checkpoint is not the one that was signed")
			return nil //nolint:nilerr // it is told as a break
		}
		list = append(list, signed)
		return nil
	})
	return list, err
}

// open reads checkpoints that were kept outside of the store.
func (w *walker) open(envelopes [][]byte, verify Verifier) (list []Checkpoint) {
	for _, envelope := range envelopes {
		var signed Checkpoint
		payload, err := verify(envelope)
		if err == nil && payload != nil {
			err = json.Unmarshal(payload, &signed)
		}
		switch {
		case err != nil:
			w.broken(w.audit.Head+1, "a checkpoint that was kept elsewhere is not valid: %v", err)
		case payload != nil:
			list = append(list, signed)
		}
	}
	return list
}

// inOrder sorts checkpoints by position and drops those that are there twice.
func inOrder(points []Checkpoint) []Checkpoint {
	slices.SortStableFunc(points, func(a, b Checkpoint) int { return cmp.Compare(a.Position, b.Position) })
	return slices.CompactFunc(points, func(a, b Checkpoint) bool { return a.Position == b.Position && bytes.Equal(a.Hash, b.Hash) })
}
