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
	query string
	args  []any
	keep  bool // it comes again and again: prepare it once
	check bool // SQLite: it must give a row, or the transaction fails
}

// prepared keeps statements.
type prepared struct {
	mu sync.Mutex
	m  map[string]*sql.Stmt
}

// get prepares on the pool, not in a transaction, whose end would be the statement's.
func (p *prepared) get(ctx context.Context, db *sql.DB, query string, words func(string) string) (*sql.Stmt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if st := p.m[query]; st != nil {
		return st, nil
	}
	st, err := db.PrepareContext(ctx, words(query))
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

// most is how many rows a statement has at most.
const most = 64

// rows is an INSERT of many rows. There is one statement for each number of rows up to most,
// made and prepared when it is first needed: two small statements take a server longer than
// one that is twice as large.
type rows struct {
	head, tail string   // "INSERT INTO t (…) VALUES " and " ON CONFLICT …"
	width      int      // columns
	first      []string // what follows each parameter of the first row

	mu      sync.Mutex
	queries [most + 1]string
}

func newRows(head string, width int, tail string) *rows {
	return &rows{head: head, tail: tail, width: width}
}

// query gives the statement for n rows.
func (r *rows) query(n int) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.queries[n] == "" {
		r.queries[n] = r.build(n)
	}
	return r.queries[n]
}

func (r *rows) build(n int) string {
	var b strings.Builder
	b.WriteString(r.head)
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		for j := range r.width {
			if j == 0 {
				b.WriteString("($")
			} else {
				b.WriteString(", $")
			}
			b.WriteString(strconv.Itoa(i*r.width + j + 1))
			if i == 0 && r.first != nil {
				b.WriteString(r.first[j])
			}
		}
		b.WriteByte(')')
	}
	b.WriteString(r.tail)
	return b.String()
}

// statements cuts the arguments of many rows into statements.
func (r *rows) statements(args []any) []statement {
	var out []statement
	for len(args) > 0 {
		n := min(len(args)/r.width, most)
		out = append(out, statement{query: r.query(n), args: args[:n*r.width], keep: true})
		args = args[n*r.width:]
	}
	return out
}
