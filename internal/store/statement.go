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

// rows is an INSERT of many rows in a few fixed sizes, so that its statements can be
// prepared once.
type rows struct {
	head, tail string   // "INSERT INTO t (…) VALUES " and " ON CONFLICT …"
	width      int      // columns
	first      []string // what follows each parameter of the first row
	queries    [len(sizes)]string
}

var sizes = [...]int{64, 16, 4, 1}

func newRows(head string, width int, tail string) *rows {
	return (&rows{head: head, tail: tail, width: width}).built()
}

func (r *rows) built() *rows {
	for i, n := range sizes {
		r.queries[i] = r.build(n)
	}
	return r
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

// statements cuts the arguments of many rows into statements of the fixed sizes.
func (r *rows) statements(args []any) []statement {
	var out []statement
	for i, n := range sizes {
		for len(args) >= n*r.width {
			out = append(out, statement{query: r.queries[i], args: args[:n*r.width], keep: true})
			args = args[n*r.width:]
		}
	}
	return out
}
