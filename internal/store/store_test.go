package store_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/store"
	"slipway.dev/internal/store/pgtest"
	"slipway.dev/internal/store/storetest"
)

func sqlite(t testing.TB) string { return "sqlite://" + filepath.Join(t.TempDir(), "store.db") }

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, sqlite)
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	pgtest.Start(t) // keeps the server for all that follow
	storetest.Run(t, pgtest.Start)
}

func TestBothStoreTheSame(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		storetest.Differ(t, seed, sqlite, pgtest.Start)
	}
}

// TestTheWriterConnectionIsReplaced interrupts it, after which database/sql opens another.
func TestTheWriterConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), sqlite(t), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	l, err := s.Lead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	for seq := int64(1); seq <= 3; seq++ {
		e := store.Entry{Seq: seq, Machine: "toy/a", Step: seq, Type: "happened", Actor: machine.System("test")}
		if err := l.Commit(t.Context(), store.Commit{Entries: []store.Entry{e}}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		err = s.Update(ctx, func(tx store.Tx) error {
			_, err := tx.ExecContext(ctx, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n`)
			return err
		})
		cancel()
		if err == nil {
			t.Fatal("it was not interrupted")
		}
	}
	if head, err := s.Head(t.Context()); head != 3 || err != nil {
		t.Errorf("head %d %v", head, err)
	}
}
