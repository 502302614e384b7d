package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
)

// Options of a store. The zero value is fine.
type Options struct {
	Log      *slog.Logger     // default: slog.Default()
	Now      func() time.Time // of what is not an event: when a blob came, when a lease was taken; default: time.Now
	MaxPages int64            // SQLite: refuse to grow over this many pages of 4 kB; 0: no limit
}

// Store is an open store. It may be used by many goroutines.
type Store struct {
	dialect dialect
	write   *sql.DB // SQLite: one connection
	read    *sql.DB // read-only
	log     *slog.Logger
	now     func() time.Time
	lookup  prepared // of readers
}

// dialect is all in which the two databases differ.
type dialect interface {
	// schema turns a statement of a migration into the database's words.
	schema(statement string) string
	close() error
	// among gives a condition, and its parameters, for a column that is one of at most 64.
	among(ids []string) (string, []any)
	// leads is a statement that fails its transaction unless epoch is still the store's.
	leads(epoch int64) statement
	// apply runs the statements in one transaction that is durable when it returns.
	apply(ctx context.Context, s *Store, list []statement) error
	// ended waits until no commit is under way any more, not even one that lost its connection.
	ended(ctx context.Context, s *Store) error
	// snapshot makes a read transaction that sees one state of the store.
	snapshot() *sql.TxOptions
	// lock waits until nobody else holds the lease, and takes it.
	lock(ctx context.Context) (lock, error)
	// classify tells what a person can do about a database's error; nil if it does not know.
	classify(err error) *fault.Error
}

// lock is held until it is released, or until lost is closed.
type lock interface {
	lost() <-chan struct{}
	release()
}

// Open opens a store and brings its schema up to date. The address is
// "sqlite:///path/file.db", a plain path, or "postgres://…". A store that a newer
// version has written is refused with fault.Refused; a damaged one with fault.Internal.
func Open(ctx context.Context, address string, o Options) (*Store, error) {
	s := &Store{log: o.Log, now: o.Now}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.now == nil {
		s.now = time.Now
	}
	var err error
	switch {
	case strings.HasPrefix(address, "postgres://"), strings.HasPrefix(address, "postgresql://"):
		err = s.openPostgres(address)
	case address == "":
		err = fault.New(fault.Invalid, "the store's address is empty").WithHint("give a path or a postgres:// address")
	case strings.Contains(address, "://") && !strings.HasPrefix(address, "sqlite://"):
		scheme, _, _ := strings.Cut(address, "://")
		err = fault.New(fault.Invalid, "a store cannot be at %s://", scheme).WithHint("use sqlite:// or postgres://")
	default:
		err = s.openSQLite(ctx, strings.TrimPrefix(address, "sqlite://"), o.MaxPages)
	}
	if err != nil {
		return nil, err
	}
	if err := s.migrate(ctx, migrations); err != nil {
		s.Close()
		return nil, s.fail("opening the store", err)
	}
	return s, nil
}

// Close closes the store. Leases must be released before.
func (s *Store) Close() error {
	s.lookup.close()
	return errors.Join(s.read.Close(), s.write.Close(), s.dialect.close())
}

// Tx is what a transaction offers: the one SQL, with $1, $2, … as parameters.
type Tx interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Update runs f in a write transaction: whole, or not at all.
func (s *Store) Update(ctx context.Context, f func(Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return s.fail("writing to the store", err)
	}
	defer tx.Rollback()
	if err := f(tx); err != nil {
		return s.fail("writing to the store", err)
	}
	if err := tx.Commit(); err != nil {
		return s.fail("writing to the store", err)
	}
	return nil
}

// View runs f in a read transaction that sees one state of the store.
func (s *Store) View(ctx context.Context, f func(Tx) error) error {
	tx, err := s.read.BeginTx(ctx, s.dialect.snapshot())
	if err != nil {
		return s.fail("reading the store", err)
	}
	defer tx.Rollback()
	return s.fail("reading the store", f(tx))
}

// Schema turns a CREATE statement of the one SQL into the database's words.
func (s *Store) Schema(statement string) string { return s.dialect.schema(statement) }
