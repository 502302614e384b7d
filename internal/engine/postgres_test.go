package engine_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store/pgtest"
)

// cut ends connections to the database at the server.
func cut(t *testing.T, address, which string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var n int
	err = conn.QueryRow(t.Context(), `SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid()
		AND (pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')) = `+which).Scan(&n)
	if err != nil || n == 0 {
		t.Fatalf("%d connections cut, %v", n, err)
	}
}

func TestConnectionsToPostgresBreak(t *testing.T) {
	t.Parallel()
	address := pgtest.Start(t)
	s := open(t, address)
	e := start(t, s, engine.Options{}, nil)
	taken := int64(0)
	for range 3 {
		submit(t, e, do("toy/a", order{}))
		taken++
		cut(t, address, "false")
		until(t, "it goes on", func() bool {
			_, err := e.Submit(t.Context(), do("toy/a", order{}))
			if err != nil && !fault.Is(err, fault.Unavailable) {
				t.Fatal(err)
			}
			return err == nil
		})
		taken++
	}
	var step int64
	until(t, "the readers have new connections, too", func() bool {
		_, n, err := engine.Load[toyState](t.Context(), e, "toy/a")
		step = n
		return err == nil
	})
	if step != taken {
		t.Errorf("%d confirmed, %d taken", taken, step)
	}
	if a, err := s.Verify(t.Context(), nil); err != nil || !a.Verified || a.Entries != taken {
		t.Errorf("journal: %+v %v", a, err)
	}

	cut(t, address, "true") // the lock's own connection
	<-e.Lost()
	if _, err := e.Submit(t.Context(), do("toy/a", order{})); !fault.Is(err, fault.Unavailable) {
		t.Errorf("it writes without the lease: %v", err)
	}
}
