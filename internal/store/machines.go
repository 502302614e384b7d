package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// Row is a machine in the index of all machines.
type Row struct {
	ID      string          `json:"id"`
	Step    int64           `json:"step"`
	Status  string          `json:"status"`
	Summary machine.Summary `json:"summary"`
	Updated time.Time       `json:"updated"`
}

// ListOptions choose rows. The zero value chooses all.
type ListOptions struct {
	After  string            // only IDs after this one, for paging
	Status string            // only this status
	Labels map[string]string // only with all of these labels
	Limit  int               // at most so many; 0: all
}

// List gives the machines whose ID begins with prefix, in the order of their IDs.
func (s *Store) List(ctx context.Context, prefix string, o ListOptions) ([]Row, error) {
	q := `SELECT id, step, status, summary, updated FROM machine WHERE id >= $1 AND id > $2`
	args := []any{prefix, o.After}
	if prefix != "" {
		args = append(args, prefix+"\U0010FFFF")
		q += ` AND id < $3`
	}
	if o.Status != "" {
		args = append(args, o.Status)
		q += ` AND status = $` + strconv.Itoa(len(args))
	}
	q += ` ORDER BY id`
	if o.Limit > 0 && len(o.Labels) == 0 {
		q += ` LIMIT ` + strconv.Itoa(o.Limit)
	}
	var out []Row
	err := s.each(ctx, q, args, func(rows *sql.Rows) error {
		if o.Limit > 0 && len(out) == o.Limit {
			return errEnough
		}
		var r Row
		var summary []byte
		var updated int64
		if err := rows.Scan(&r.ID, &r.Step, &r.Status, &summary, &updated); err != nil {
			return err
		}
		if err := json.Unmarshal(summary, &r.Summary); err != nil {
			return err
		}
		r.Updated = time.UnixMicro(updated).UTC()
		for k, v := range o.Labels {
			if r.Summary.Labels[k] != v {
				return nil
			}
		}
		out = append(out, r)
		return nil
	})
	return out, s.fail("listing machines", err)
}

const snapshotColumns = `SELECT ` + machineColumns + ` FROM machine `

// Machine gives a machine's row, or fault.NotFound.
func (s *Store) Machine(ctx context.Context, id string) (Snapshot, error) {
	if strings.ContainsRune(id, 0) {
		return Snapshot{}, fault.New(fault.Invalid, "a machine's name holds a NUL")
	}
	m, err := scanSnapshot(s.read.QueryRowContext(ctx, snapshotColumns+`WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return m, fault.New(fault.NotFound, "there is no %s", id)
	}
	return m, s.fail("reading "+id, err)
}

// Machines gives the rows of those machines that there are.
func (s *Store) Machines(ctx context.Context, ids []string) ([]Snapshot, error) {
	var out []Snapshot
	for len(ids) > 0 {
		n := min(len(ids), most)
		condition, args := s.dialect.among(ids[:n])
		ids = ids[n:]
		st, err := s.lookup.get(ctx, s.read, snapshotColumns+`WHERE id `+condition)
		if err != nil {
			return nil, s.fail("reading machines", err)
		}
		rows, err := st.QueryContext(ctx, args...)
		if err != nil {
			return nil, s.fail("reading machines", err)
		}
		for rows.Next() && err == nil {
			var m Snapshot
			m, err = scanSnapshot(rows)
			out = append(out, m)
		}
		rows.Close()
		if err = errors.Join(err, rows.Err()); err != nil {
			return nil, s.fail("reading machines", err)
		}
	}
	return out, nil
}

// Pending calls f with each machine that has unfinished effects or standing wishes.
func (s *Store) Pending(ctx context.Context, f func(Snapshot) error) error {
	return s.fail("reading what is pending", s.each(ctx, snapshotColumns+`WHERE pending > 0 ORDER BY n`, nil, func(rows *sql.Rows) error {
		m, err := scanSnapshot(rows)
		if err != nil {
			return err
		}
		return f(m)
	}))
}

// Waking is a machine with a timer.
type Waking struct {
	Machine string
	Wake    int64 // unix µs
}

// Waking gives the machines whose timers fire first, earliest first.
func (s *Store) Waking(ctx context.Context, limit int) ([]Waking, error) {
	var out []Waking
	err := s.each(ctx, `SELECT id, wake FROM machine WHERE wake > 0 ORDER BY wake LIMIT $1`, []any{limit}, func(rows *sql.Rows) error {
		var w Waking
		err := rows.Scan(&w.Machine, &w.Wake)
		out = append(out, w)
		return err
	})
	return out, s.fail("reading timers", err)
}

// LastN is the highest row number in use.
func (s *Store) LastN(ctx context.Context) (n int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT COALESCE(MAX(n), 0) FROM machine`).Scan(&n)
	return n, s.fail("reading the machine index", err)
}

func scanSnapshot(row interface{ Scan(...any) error }) (Snapshot, error) {
	var m Snapshot
	var updated int64
	err := row.Scan(&m.N, &m.ID, &m.Step, &m.Version, &m.Envelope, &m.Pending, &m.Wake, &m.Status, &m.Summary, &updated)
	m.Updated = time.UnixMicro(updated).UTC()
	return m, err
}

var errEnough = errors.New("enough")

// each runs a query and calls f for each row, until it fails.
func (s *Store) each(ctx context.Context, query string, args []any, f func(*sql.Rows) error) error {
	return each(ctx, s.read, query, args, f)
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func each(ctx context.Context, q querier, query string, args []any, f func(*sql.Rows) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			if errors.Is(err, errEnough) {
				return nil
			}
			return err
		}
	}
	return rows.Err()
}
