package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"slipway.dev/internal/core/machine"
)

// JournalFilter chooses entries. The zero value chooses all.
type JournalFilter struct {
	Prefix string    // of the machine's ID
	Type   string    // exactly this type
	Since  time.Time // not before
	Limit  int       // at most so many; 0: 1000
	Newest bool      // the last ones instead of the first; still in the order of positions
}

const entryColumns = `SELECT j.seq, j.machine, j.step, j.at, j.actor, j.type, j.digest, j.salt, j.data, j.blob, j.erased, j.hash, b.data` +
	` FROM journal j LEFT JOIN blob b ON b.digest = j.blob AND j.blob <> '' `

// Journal gives entries after a position, in order.
func (s *Store) Journal(ctx context.Context, after int64, f JournalFilter) ([]Entry, error) {
	q := entryColumns + `WHERE j.seq > $1`
	args := []any{after}
	add := func(condition string, arg any) {
		args = append(args, arg)
		q += " AND " + condition + strconv.Itoa(len(args))
	}
	if f.Prefix != "" {
		add("j.machine >= $", f.Prefix)
		add("j.machine < $", f.Prefix+"\U0010FFFF")
	}
	if f.Type != "" {
		add("j.type = $", f.Type)
	}
	if !f.Since.IsZero() {
		add("j.at >= $", f.Since.UnixMicro())
	}
	if f.Limit <= 0 {
		f.Limit = 1000
	}
	q += ` ORDER BY j.seq` + map[bool]string{true: " DESC"}[f.Newest] + ` LIMIT ` + strconv.Itoa(f.Limit)
	var out []Entry
	err := s.each(ctx, q, args, func(rows *sql.Rows) error {
		r, err := scanEntry(rows)
		if err != nil {
			return err
		}
		e, err := r.entry()
		out = append(out, e)
		return err
	})
	if f.Newest {
		for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
			out[i], out[j] = out[j], out[i]
		}
	}
	return out, s.fail("reading the journal", err)
}

// Head is the journal's last position, 0 when it is empty.
func (s *Store) Head(ctx context.Context) (int64, error) {
	var head int64
	err := s.read.QueryRowContext(ctx, `SELECT seq FROM journal ORDER BY seq DESC LIMIT 1`).Scan(&head)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return head, s.fail("reading the journal", err)
}

// record is an entry as it is stored.
type record struct {
	Entry
	salt  []byte
	data  []byte // the payload, wherever it is kept
	blob  string
	lacks bool // the payload's blob is not there
}

func scanEntry(rows *sql.Rows) (record, error) {
	var r record
	var at, erased int64
	var blob []byte
	var who string
	err := rows.Scan(&r.Seq, &r.Machine, &r.Step, &at, &who, &r.Type, &r.Digest, &r.salt, &r.data, &r.blob, &erased, &r.Hash, &blob)
	r.At, r.Erased = time.UnixMicro(at).UTC(), erased == 1
	r.Actor = actor(who)
	if r.blob != "" {
		r.data, r.lacks = blob, blob == nil
	}
	return r, err
}

func (r record) entry() (Entry, error) {
	e := r.Entry
	if e.Erased || r.lacks {
		return e, nil
	}
	var p payload
	if err := json.Unmarshal(r.data, &p); err != nil {
		return e, err
	}
	e.ID, e.Data, e.Facts = p.ID, p.Data, p.Facts
	return e, nil
}

// actor reads what machine.Actor's String writes.
func actor(s string) machine.Actor {
	kind, name, _ := strings.Cut(s, ":")
	return machine.Actor{Kind: kind, Name: name}
}
