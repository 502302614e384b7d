package pgtest_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"slipway.dev/internal/store/pgtest"
)

func TestStartGivesEmptyDatabases(t *testing.T) {
	for range 2 {
		conn, err := pgx.Connect(t.Context(), pgtest.Start(t))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(t.Context())
		if _, err := conn.Exec(t.Context(), "CREATE TABLE same (n BIGINT)"); err != nil {
			t.Error("the databases are not apart: ", err)
		}
	}
}
