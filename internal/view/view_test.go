package view_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/store"
	"slipway.dev/internal/store/pgtest"
	"slipway.dev/internal/view"
)

// counts is a view: how many events of each type there were.
func counts(version int) view.View {
	return view.View{
		Name: "counts", Version: version,
		Tables: []string{"view_counts"},
		Create: []string{`CREATE TABLE view_counts (type TEXT PRIMARY KEY, n BIGINT NOT NULL)`},
		Apply: func(ctx context.Context, tx store.Tx, entries []store.Entry) error {
			for _, e := range entries {
				if e.Type == "poison" {
					return errors.New("this cannot be counted")
				}
				if _, err := tx.ExecContext(ctx, `INSERT INTO view_counts (type, n) VALUES ($1, $2)`+
					` ON CONFLICT (type) DO UPDATE SET n = view_counts.n + excluded.n`, e.Type, version); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func both(t *testing.T, test func(*testing.T, *store.Store, *store.Lease)) {
	t.Parallel()
	for name, address := range map[string]string{"sqlite": filepath.Join(t.TempDir(), "s.db"), "postgres": pgtest.Start(t)} {
		t.Run(name, func(t *testing.T) {
			s, err := store.Open(t.Context(), address, store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			l, err := s.Lead(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer l.Release()
			test(t, s, l)
		})
	}
}

func write(t *testing.T, l *store.Lease, types ...string) int64 {
	t.Helper()
	head, _ := l.Head()
	var c store.Commit
	for _, typ := range types {
		head++
		c.Entries = append(c.Entries, store.Entry{Seq: head, Machine: "toy/a", Step: head, At: time.Unix(head, 0), Actor: machine.System("x"), Type: typ})
	}
	if err := l.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return head
}

func read(t *testing.T, s *store.Store) string {
	t.Helper()
	var list []string
	err := s.View(t.Context(), func(tx store.Tx) error {
		rows, err := tx.QueryContext(t.Context(), `SELECT type, n FROM view_counts ORDER BY type`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var typ string
			var n int
			if err := rows.Scan(&typ, &n); err != nil {
				return err
			}
			list = append(list, fmt.Sprint(typ, n))
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(list, " ")
}

func TestAViewFollowsTheJournal(t *testing.T) {
	both(t, func(t *testing.T, s *store.Store, l *store.Lease) {
		write(t, l, "a", "b", "a")
		r := view.NewRunner(s, counts(1), slog.Default())
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); r.Run(ctx) }()
		for range 3 {
			many := strings.Split(strings.Repeat("c ", 400)+"a", " ") // more than fit into one batch
			position := write(t, l, many...)
			r.Moved(position)
			if err := r.Wait(t.Context(), position); err != nil {
				t.Fatal(err)
			}
		}
		cancel()
		<-ended
		if got := read(t, s); got != "a5 b1 c1200" {
			t.Error(got)
		}

		// The next run goes on where this one ended, and a new version begins anew.
		write(t, l, "b")
		if err := view.NewRunner(s, counts(1), slog.Default()).CatchUp(t.Context()); err != nil || read(t, s) != "a5 b2 c1200" {
			t.Errorf("version 1: %s %v", read(t, s), err)
		}
		if err := view.NewRunner(s, counts(2), slog.Default()).CatchUp(t.Context()); err != nil || read(t, s) != "a10 b4 c2400" {
			t.Errorf("version 2: %s %v", read(t, s), err)
		}
	})
}

func TestAFailedViewMovesNeitherRowsNorCursor(t *testing.T) {
	both(t, func(t *testing.T, s *store.Store, l *store.Lease) {
		write(t, l, "a")
		r := view.NewRunner(s, counts(1), slog.Default())
		if err := r.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		position := write(t, l, "a", "poison")
		if err := r.CatchUp(t.Context()); err == nil || read(t, s) != "a1" {
			t.Errorf("%v, %s", err, read(t, s))
		}
		fixed := counts(1)
		apply := fixed.Apply
		fixed.Apply = func(ctx context.Context, tx store.Tx, entries []store.Entry) error {
			entries = append([]store.Entry{}, entries...)
			for i := range entries {
				entries[i].Type = strings.ReplaceAll(entries[i].Type, "poison", "odd")
			}
			return apply(ctx, tx, entries)
		}
		r = view.NewRunner(s, fixed, slog.Default())
		if err := r.CatchUp(t.Context()); err != nil || read(t, s) != "a2 odd1" {
			t.Errorf("%v, %s", err, read(t, s))
		}
		if err := r.Wait(t.Context(), position); err != nil {
			t.Error(err)
		}
		short, cancel := context.WithCancel(t.Context())
		cancel()
		if err := r.Wait(short, position+1); !errors.Is(err, context.Canceled) {
			t.Errorf("waited for what is not there: %v", err)
		}
	})
}

func TestTwoRunnersDoNotCountTwice(t *testing.T) {
	both(t, func(t *testing.T, s *store.Store, l *store.Lease) {
		write(t, l, "a", "a", "a")
		v := counts(1)
		done := make(chan error, 2)
		for range 2 {
			go func() { done <- view.NewRunner(s, v, slog.Default()).CatchUp(t.Context()) }()
		}
		for range 2 {
			<-done // one of them may have found that the other moved the cursor
		}
		if err := view.NewRunner(s, v, slog.Default()).CatchUp(t.Context()); err != nil || read(t, s) != "a3" {
			t.Errorf("%s %v", read(t, s), err)
		}
	})
}

func TestTablesOfOthersAreRefused(t *testing.T) {
	both(t, func(t *testing.T, s *store.Store, l *store.Lease) {
		v := counts(1)
		v.Tables = []string{"journal"}
		if err := view.NewRunner(s, v, slog.Default()).CatchUp(t.Context()); err == nil {
			t.Error("a view owns the journal")
		}
	})
}
