package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"

	"slipway.dev/internal/core/fault"
)

// migrations only ever grow, at the end: migration n brings a store from version n to
// n+1. One that was released is never changed.
var migrations = [][]string{
	{
		`CREATE TABLE leader (one BIGINT PRIMARY KEY, epoch BIGINT NOT NULL)`,
		`INSERT INTO leader (one, epoch) VALUES (1, 0)`,

		// pending counts the unfinished effects and the standing wishes but timers;
		// wake is when the earliest timer fires, 0 for none. Both are there to find,
		// after a restart, the few rows of many that need something.
		`CREATE TABLE machine (
			n BIGINT PRIMARY KEY,
			id TEXT NOT NULL UNIQUE,
			step BIGINT NOT NULL,
			version BIGINT NOT NULL,
			pending BIGINT NOT NULL,
			wake BIGINT NOT NULL,
			status TEXT NOT NULL,
			summary BYTEA NOT NULL,
			updated BIGINT NOT NULL,
			envelope BYTEA NOT NULL)`,
		`CREATE INDEX machine_pending ON machine (n) WHERE pending > 0`,
		`CREATE INDEX machine_wake ON machine (wake) WHERE wake > 0`,

		`CREATE TABLE journal (
			seq BIGINT PRIMARY KEY,
			machine TEXT NOT NULL,
			step BIGINT NOT NULL,
			at BIGINT NOT NULL,
			actor TEXT NOT NULL,
			type TEXT NOT NULL,
			digest BYTEA NOT NULL,
			salt BYTEA NOT NULL,
			data BYTEA NOT NULL,
			blob TEXT NOT NULL,
			erased BIGINT NOT NULL,
			hash BYTEA NOT NULL)`,
		`CREATE INDEX journal_machine ON journal (machine, seq)`,
		`CREATE INDEX journal_blob ON journal (blob) WHERE blob <> ''`,
		`CREATE TABLE checkpoint (
			seq BIGINT PRIMARY KEY,
			hash BYTEA NOT NULL,
			at BIGINT NOT NULL,
			envelope BYTEA NOT NULL)`,

		`CREATE TABLE blob (digest TEXT PRIMARY KEY, created BIGINT NOT NULL, data BYTEA NOT NULL)`,
		`CREATE TABLE blob_ref (machine TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (machine, digest))`,
		`CREATE INDEX blob_ref_digest ON blob_ref (digest)`,
		`CREATE TABLE view (name TEXT PRIMARY KEY, version BIGINT NOT NULL, seq BIGINT NOT NULL)`,
	},
	{
		// What a judge saw of a canary, look by look. A deployment's are removed together.
		`CREATE TABLE judge_ticks (
			deployment TEXT NOT NULL,
			number BIGINT NOT NULL,
			at BIGINT NOT NULL,
			data BYTEA NOT NULL,
			PRIMARY KEY (deployment, number))`,
		`CREATE INDEX judge_ticks_first ON judge_ticks (at) WHERE number = 1`,
	},
}

// Version is the schema's version that this binary writes.
func Version() int { return len(migrations) }

// migrate brings the schema up to date, one migration to a transaction.
func (s *Store) migrate(ctx context.Context, list [][]string) error {
	if err := s.dialect.apply(ctx, s, []statement{{
		query: s.dialect.schema(`CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)`),
	}}); err != nil {
		return err
	}
	for {
		at, err := schemaVersion(ctx, s.write)
		if err != nil {
			return err
		}
		if at > len(list) {
			return fault.New(fault.Refused, "the store has version %d, and this program knows versions up to %d", at, len(list)).
				WithHint("it was written by a newer slipway; use that one")
		}
		if at == len(list) {
			return nil
		}
		var todo []statement
		for _, q := range list[at] {
			todo = append(todo, statement{query: s.dialect.schema(q)})
		}
		// Two that migrate at once: the insert of the same name, or of the same table,
		// fails for one of them, and with it all of its migration.
		set := `INSERT INTO meta (name, value) VALUES ('schema', $1)`
		if at > 0 {
			set = `UPDATE meta SET value = $1 WHERE name = 'schema'`
		}
		todo = append(todo, statement{query: set, args: []any{strconv.Itoa(at + 1)}})
		if err := s.dialect.apply(ctx, s, todo); err != nil {
			if now, verr := schemaVersion(ctx, s.write); verr == nil && now > at {
				continue
			}
			return err
		}
	}
}

func schemaVersion(ctx context.Context, db *sql.DB) (int, error) {
	var v string
	err := db.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'schema'`).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(v)
}
