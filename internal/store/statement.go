package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"sync"
)

// statement is one statement of a transaction.
type statement struct {
	query string // with $1, $2, …
	args  []any  // int64, string and []byte only
	keep  bool   // it comes again and again: prepare it once
	check bool   // SQLite: it must give a row, or the transaction fails
	rows  *rows  // instead of query: args are those of any number of rows, one after the other
}

// prepared keeps statements of a pool.
type prepared struct {
	mu sync.Mutex
	m  map[string]*sql.Stmt
}

func (p *prepared) get(ctx context.Context, db *sql.DB, query string) (*sql.Stmt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if st := p.m[query]; st != nil {
		return st, nil
	}
	st, err := db.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if p.m == nil {
		p.m = map[string]*sql.Stmt{}
	}
	p.m[query] = st
	return st, nil
}

func (p *prepared) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, st := range p.m {
		st.Close()
	}
	p.m = nil
}

// most is how many rows a statement has at most that has parameters for each row.
const most = 64

// rows is a statement that writes many rows at once. Each database has its own best way
// to be given them; the rest of the statement is the same.
type rows struct {
	head, tail string // what comes before the rows, and after
	kinds      string // of the columns: i for BIGINT, t for TEXT, b for BYTEA

	mu        sync.Mutex
	values    [most + 1]string
	one, many string // PostgreSQL
}

// newRows takes a statement that says {columns} for their names and {rows} for the rows.
func newRows(query, columns, kinds string) *rows {
	head, tail, _ := strings.Cut(strings.ReplaceAll(query, "{columns}", columns), "{rows}")
	return &rows{head: head, tail: tail, kinds: kinds}
}

// of gives the statement for the arguments of many rows; none if there are none.
func (r *rows) of(args []any) []statement {
	if len(args) == 0 {
		return nil
	}
	return []statement{{rows: r, args: args, keep: true}}
}

// query gives the statement for n rows, with a parameter for each value.
func (r *rows) query(n int) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.values[n] == "" {
		r.values[n] = r.head + "VALUES " + tuples(n, len(r.kinds)) + r.tail
	}
	return r.values[n]
}

// each cuts the arguments into statements of at most so many rows that have parameters
// for each.
func (r *rows) each(args []any, f func(query string, args []any) error) error {
	for len(args) > 0 {
		n := min(len(args)/len(r.kinds), most)
		if err := f(r.query(n), args[:n*len(r.kinds)]); err != nil {
			return err
		}
		args = args[n*len(r.kinds):]
	}
	return nil
}

// tuples gives "($1, $2), ($3, $4)" for 2 rows of 2 columns.
func tuples(n, width int) string {
	var b strings.Builder
	for i := range n * width {
		switch {
		case i == 0:
			b.WriteString("($")
		case i%width == 0:
			b.WriteString("), ($")
		default:
			b.WriteString(", $")
		}
		b.WriteString(strconv.Itoa(i + 1))
	}
	return b.String() + ")"
}
