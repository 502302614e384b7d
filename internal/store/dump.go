package store

import (
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
)

// A backup is the same for both databases: lines of JSON. The first names the format
// and the schema's version, the last the number of rows and the SHA-256 of all lines
// before it, and each line between is ["table", column, …], with bytes in base64. Views
// are left out: they are made anew from the journal.
const format = "slipway-store"

type header struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
}

type footer struct {
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"`
}

// table is a table in a backup, in the order of its key. Kinds has a letter for each
// column: i for BIGINT, t for TEXT, b for BYTEA.
type table struct {
	name, columns, kinds, order string
}

// tables are in an order in which a restore can check the journal while it reads: blobs
// that hold data of entries come before them.
var tables = []table{
	{"leader", "one, epoch", "ii", "one"},
	{"blob", "digest, data, created", "tbi", "digest"},
	{"checkpoint", "seq, hash, at, envelope", "ibib", "seq"},
	{"journal", journalColumns, "itiittbbbtib", "seq"},
	{"machine", machineColumns, "itiibiitbi", "n"},
	{"blob_ref", "machine, digest", "tt", "machine, digest"},
	{"judge_ticks", "deployment, number, at, data", "tiib", "deployment, number"},
	{"meta", "name, value", "tt", "name"},
}

// Dump writes a backup: the whole store at one moment, while it is being used.
func (s *Store) Dump(ctx context.Context, w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	sum := sha256.New()
	lines := json.NewEncoder(io.MultiWriter(out, sum))
	lines.SetEscapeHTML(false)
	if err := lines.Encode(header{format, Version()}); err != nil {
		return err
	}
	var n int64
	err := s.View(ctx, func(tx Tx) error {
		for _, t := range tables {
			err := each(ctx, tx, `SELECT `+t.columns+` FROM `+t.name+` ORDER BY `+t.order, nil, func(rows *sql.Rows) error {
				line, err := t.scan(rows)
				if err != nil {
					return err
				}
				n++
				return lines.Encode(line)
			})
			if err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := json.NewEncoder(out).Encode(footer{n, hex.EncodeToString(sum.Sum(nil))}); err != nil {
		return err
	}
	return out.Flush()
}

// scan reads a row as a line of the backup.
func (t table) scan(rows *sql.Rows) ([]any, error) {
	places, line := t.places()
	if err := rows.Scan(places...); err != nil {
		return nil, err
	}
	return append([]any{t.name}, line()...), nil
}

// places gives where to put a row's columns, and a function that gives them from there.
func (t table) places() ([]any, func() []any) {
	places := make([]any, len(t.kinds))
	for i, k := range t.kinds {
		switch k {
		case 'i':
			places[i] = new(int64)
		case 't':
			places[i] = new(string)
		default:
			places[i] = new([]byte)
		}
	}
	return places, func() []any {
		values := make([]any, len(places))
		for i, p := range places {
			switch p := p.(type) {
			case *int64:
				values[i] = *p
			case *string:
				values[i] = *p
			case *[]byte:
				values[i] = append([]byte{}, *p...) // never nil: columns are not null
			}
		}
		return values
	}
}

func (t table) insert() *rows {
	tail := ""
	switch t.name { // a new store has these rows already
	case "leader":
		tail = ` ON CONFLICT (one) DO UPDATE SET epoch = excluded.epoch`
	case "meta":
		tail = ` ON CONFLICT (name) DO UPDATE SET value = excluded.value`
	}
	return newRows(`INSERT INTO `+t.name+` ({columns}) {rows}`+tail, t.columns, t.kinds)
}
