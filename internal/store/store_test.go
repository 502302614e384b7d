package store_test

import (
	"path/filepath"
	"testing"

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
