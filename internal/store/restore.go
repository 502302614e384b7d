package store

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"slipway.dev/internal/core/fault"
)

// Restore fills an empty store from a backup: all of it, or nothing. It fails with
// fault.Refused if the store is not empty, if it is in use, or if the backup is of a newer version,
// and with fault.Invalid if the backup is cut off or was changed: its sum, the journal's
// chain and the blobs are checked before anything is kept.
func (s *Store) Restore(ctx context.Context, r io.Reader) error {
	waiting, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	lock, err := s.dialect.lock(waiting)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return fault.New(fault.Refused, "the store is in use").WithHint("stop the control plane that uses it, and restore into an empty store")
	}
	if err != nil {
		return s.fail("restoring", err)
	}
	defer lock.release()
	in := &restore{in: bufio.NewReaderSize(r, 1<<16), sum: sha256.New()}
	return s.Update(ctx, func(tx Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM journal) + (SELECT COUNT(*) FROM machine) + (SELECT COUNT(*) FROM blob)`).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.Refused, "the store is not empty").WithHint("restore into a new one")
		}
		return in.run(ctx, tx, s.now())
	})
}

// restore is a backup that is being read.
type restore struct {
	in     *bufio.Reader
	sum    hash.Hash
	count  int64
	walker walker
}

func damaged(format string, args ...any) error {
	return fault.New(fault.Invalid, "the backup is damaged: "+format, args...).WithHint("use another one; nothing was restored")
}

func (r *restore) run(ctx context.Context, tx Tx, now time.Time) error {
	var h header
	line, err := r.line()
	if err != nil {
		return err
	}
	if json.Unmarshal(line, &h) != nil || h.Format != format {
		return fault.New(fault.Invalid, "this is not a backup of a store")
	}
	if h.Version > Version() {
		return fault.New(fault.Refused, "the backup is of version %d, and this program knows versions up to %d", h.Version, Version()).
			WithHint("restore it with a newer slipway")
	}
	if h.Version < Version() {
		return fault.New(fault.Refused, "the backup is of version %d, and this program restores version %d", h.Version, Version()).
			WithHint("restore it with the slipway that made it, and then start this one")
	}
	for _, t := range tables {
		if err := r.table(ctx, tx, t); err != nil {
			return err
		}
	}
	if err := r.footer(); err != nil {
		return err
	}
	if r.walker.end(); !r.walker.audit.Verified {
		b := r.walker.audit.Break
		return damaged("at position %d of its journal: %s", b.Position, b.Reason)
	}
	// A lease that follows is newer than any from before the backup.
	_, err = tx.ExecContext(ctx, `UPDATE leader SET epoch = CASE WHEN epoch < $1 THEN CAST($1 AS BIGINT) ELSE epoch + 1 END WHERE one = 1`, now.Unix())
	return err
}

// line reads a line and adds it to the sum.
func (r *restore) line() ([]byte, error) {
	line, err := r.in.ReadBytes('\n')
	if errors.Is(err, io.EOF) {
		return nil, damaged("its end is missing")
	}
	r.sum.Write(line)
	return line, err
}

// table reads the rows of a table and leaves the line after them.
func (r *restore) table(ctx context.Context, tx Tx, t table) error {
	start := []byte(`["` + t.name + `",`)
	insert := t.insert()
	var args []any
	flush := func() error {
		list := args
		args = nil
		return insert.each(list, func(query string, args []any) error {
			if _, err := tx.ExecContext(ctx, query, args...); err != nil {
				return fmt.Errorf("a row of %s up to row %d: %w", t.name, r.count, err)
			}
			return nil
		})
	}
	for {
		ahead, err := r.in.Peek(len(start))
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if !bytes.Equal(ahead, start) {
			return flush()
		}
		line, err := r.line()
		if err != nil {
			return err
		}
		values, err := t.parse(line)
		if err != nil {
			return damaged("row %d: %v", r.count+1, err)
		}
		r.count++
		if err := r.look(ctx, tx, t.name, values); err != nil {
			return err
		}
		if args = append(args, values...); len(args) == most*len(insert.kinds) {
			if err := flush(); err != nil {
				return err
			}
		}
	}
}

func (t table) parse(line []byte) ([]any, error) {
	places, values := t.places()
	var name string
	all := append([]any{&name}, places...)
	var raw []json.RawMessage
	if err := json.Unmarshal(line, &raw); err != nil {
		return nil, err
	}
	if len(raw) != len(all) {
		return nil, fmt.Errorf("it has %d columns, not %d", len(raw), len(all))
	}
	for i := range all {
		if err := json.Unmarshal(raw[i], all[i]); err != nil {
			return nil, err
		}
	}
	return values(), nil
}

// look checks what can be checked of a row.
func (r *restore) look(ctx context.Context, tx Tx, table string, v []any) error {
	switch table {
	case "blob":
		if d := v[0].(string); BlobDigest(v[1].([]byte)) != d {
			return damaged("the blob %s has another content", d)
		}
	case "checkpoint":
		r.walker.points = append(r.walker.points, Checkpoint{Position: v[0].(int64), Hash: v[1].([]byte)})
	case "journal":
		e := record{salt: v[7].([]byte), data: v[8].([]byte), blob: v[9].(string)}
		e.Seq, e.Machine, e.Step, e.Type = v[0].(int64), v[1].(string), v[2].(int64), v[5].(string)
		e.At, e.Actor, e.Erased = time.UnixMicro(v[3].(int64)).UTC(), actor(v[4].(string)), v[10].(int64) == 1
		e.Digest, e.Hash = v[6].([]byte), v[11].([]byte)
		if e.blob != "" {
			err := tx.QueryRowContext(ctx, `SELECT data FROM blob WHERE digest = $1`, e.blob).Scan(&e.data)
			if e.lacks = errors.Is(err, sql.ErrNoRows); err != nil && !e.lacks {
				return err
			}
		}
		r.walker.entry(e)
	}
	return nil
}

func (r *restore) footer() error {
	sum := hex.EncodeToString(r.sum.Sum(nil))
	line, err := r.line()
	if err != nil {
		return err
	}
	var f footer
	if json.Unmarshal(line, &f) != nil {
		return damaged("row %d is of no table, or out of order", r.count+1)
	}
	if f.Rows != r.count || f.SHA256 != sum {
		return damaged("its sum is not that of its content")
	}
	if _, err := r.in.ReadByte(); !errors.Is(err, io.EOF) {
		return damaged("something follows its end")
	}
	return nil
}
