package main

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"slipway.dev/internal/store"
)

// The limit: a journal and nothing else. Rows of the engine's shape, in the engine's
// table with its indexes, ready made (nothing is hashed or encoded), in one transaction
// for all that wait. No machines, no steps, no effects.

const columns = 12

// limitFunc opens the bare journal; insert makes rows durable in one transaction.
type limitFunc func(ctx context.Context, address string) (insert func(args []any) error, stop func(), err error)

type producer struct {
	row  []any
	done chan error
}

func measureLimit(ctx context.Context, address string, open limitFunc, n int, d time.Duration) (figures, error) {
	s, err := store.Open(ctx, address, store.Options{Log: quiet}) // makes the tables
	if err != nil {
		return figures{}, err
	}
	s.Close()
	insert, stop, err := open(ctx, address)
	if err != nil {
		return figures{}, err
	}
	defer stop()
	queue := make(chan *producer, n)
	took := make([][]time.Duration, n)
	var producers sync.WaitGroup
	begin, cpu := time.Now(), cpuMicros()
	for i := range n {
		producers.Go(func() { took[i] = produce(queue, i, begin.Add(d)) })
	}
	go func() { producers.Wait(); close(queue) }()
	rows := journal(queue, insert)
	seconds := time.Since(begin).Seconds()
	cpu = cpuMicros() - cpu
	var all []time.Duration
	for _, t := range took {
		all = append(all, t...)
	}
	return figures{EventsPerSecond: float64(rows) / seconds, P50Ms: median(all), cpu: cpu / float64(rows)}, nil
}

func produce(queue chan<- *producer, i int, until time.Time) (took []time.Duration) {
	p := &producer{done: make(chan error, 1)}
	id := fmt.Sprintf("bench/%d", i)
	data := []byte(`{"data":{"effect":"bench/1234567#3.0"}}`)
	digest, salt := make([]byte, 32), make([]byte, 16)
	for now := time.Now(); now.Before(until); {
		p.row = []any{int64(0), id, int64(3), now.UnixMicro(), "system:engine", "bench.work.done", digest, salt, data, "", int64(0), digest}
		queue <- p
		if err := <-p.done; err != nil {
			panic(err)
		}
		later := time.Now()
		took = append(took, later.Sub(now))
		now = later
	}
	return took
}

// journal writes all that waits in one transaction, again and again.
func journal(queue <-chan *producer, insert func([]any) error) (seq int64) {
	var group []*producer
	var args []any
	for first := range queue {
		group, args = append(group[:0], first), args[:0]
		for more := true; more; {
			select {
			case p, ok := <-queue:
				if more = ok; ok {
					group = append(group, p)
				}
			default:
				more = false
			}
		}
		for _, p := range group {
			seq++
			p.row[0] = seq
			args = append(args, p.row...)
		}
		err := insert(args)
		for _, p := range group {
			p.done <- err
		}
	}
	return seq
}

var chunks = []int{64, 16, 4, 1}

func insertSQL(rows int) string {
	var b strings.Builder
	b.WriteString(`INSERT INTO journal (seq, machine, step, at, actor, type, digest, salt, data, blob, erased, hash) VALUES `)
	for i := range rows * columns {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%columns == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", i+1)
	}
	return b.String() + ")"
}

var numbers = regexp.MustCompile(`\$[0-9]+`)

func sqliteLimit(ctx context.Context, address string) (func([]any) error, func(), error) {
	db, err := sql.Open("sqlite", store.SQLiteDSN(address))
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(1)
	var prepared []*sql.Stmt
	for _, n := range chunks {
		st, err := db.PrepareContext(ctx, numbers.ReplaceAllString(insertSQL(n), "?")) // binding named ones is slow
		if err != nil {
			return nil, nil, err
		}
		prepared = append(prepared, st)
	}
	return func(args []any) error {
		tx, err := db.Begin()
		if err != nil {
			return err
		}
		defer tx.Rollback()
		for i, n := range chunks {
			st := tx.Stmt(prepared[i])
			for ; len(args) >= n*columns; args = args[n*columns:] {
				if _, err := st.Exec(args[:n*columns]...); err != nil {
					return err
				}
			}
		}
		return tx.Commit()
	}, func() { db.Close() }, nil
}

func postgresLimit(ctx context.Context, address string) (func([]any) error, func(), error) {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return nil, nil, err
	}
	var queries []string
	for _, n := range chunks {
		queries = append(queries, insertSQL(n))
	}
	return func(args []any) error {
		batch := &pgx.Batch{} // one implicit transaction, one round trip
		for i, n := range chunks {
			for ; len(args) >= n*columns; args = args[n*columns:] {
				batch.Queue(queries[i], args[:n*columns]...)
			}
		}
		return conn.SendBatch(ctx, batch).Close()
	}, func() { conn.Close(ctx) }, nil
}
