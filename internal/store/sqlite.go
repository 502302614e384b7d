package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"slipway.dev/internal/core/fault"
)

// SQLiteDSN is how the writer of a store opens its file: write-ahead log, every commit
// on the disk before it returns, transactions that take the write lock at once.
func SQLiteDSN(path string) string {
	return dsn(path, "_txlock=immediate", "_pragma=busy_timeout(10000)", "_pragma=journal_mode(WAL)",
		"_pragma=synchronous(FULL)", "_pragma=wal_autocheckpoint(4000)", "_pragma=cache_size(-32000)")
}

func dsn(path string, options ...string) string {
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: strings.Join(options, "&")}).String()
}

type sqliteDialect struct{ path string }

func (s *Store) openSQLite(ctx context.Context, path string, maxPages int64) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fault.New(fault.Unavailable, "the store's folder cannot be made").Because(err)
	}
	// SQLite would make it readable to all.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fault.New(fault.Unavailable, "the store %s cannot be opened", path).Because(err)
	}
	f.Close()
	s.dialect = sqliteDialect{path: path}
	write := SQLiteDSN(path)
	if maxPages > 0 {
		write += fmt.Sprintf("&_pragma=max_page_count(%d)", maxPages)
	}
	if s.write, err = openWriter(write); err != nil {
		return err
	}
	if s.read, err = sql.Open("sqlite", dsn(path, "_pragma=busy_timeout(10000)", "_pragma=query_only(1)")); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(8)
	s.read.SetMaxIdleConns(4)
	if err := s.write.PingContext(ctx); err != nil {
		err = s.fail("opening the store "+path, err)
		s.Close()
		return err
	}
	return nil
}

// schema: SQLite keeps a table in the order of its key only if the key is spelled so.
func (sqliteDialect) schema(q string) string {
	return strings.ReplaceAll(q, "BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY")
}

// positional writes $1, $2, … as ?, if they come in this order. SQLite searches all names
// of parameters for each one that is bound, which is most of the work of a long INSERT.
func positional(query string) string {
	var b strings.Builder
	for n, q := 1, query; ; n++ {
		before, rest, more := strings.Cut(q, "$")
		b.WriteString(before)
		if !more {
			return b.String()
		}
		rest, found := strings.CutPrefix(rest, strconv.Itoa(n))
		if !found || rest != "" && rest[0] >= '0' && rest[0] <= '9' {
			return query
		}
		b.WriteByte('?')
		q = rest
	}
}

// among takes one of a few statements: what is missing is the last one again.
func (sqliteDialect) among(ids []string) (string, []any) {
	n := 1
	for n < len(ids) {
		n *= 2
	}
	args := make([]any, n)
	for i := range args {
		args[i] = ids[min(i, len(ids)-1)]
	}
	return positional("IN " + tuples(1, n)), args
}

func (sqliteDialect) ended(context.Context, *Store) error { return nil } // it was rolled back

func (sqliteDialect) close() error { return nil }

func (sqliteDialect) snapshot() *sql.TxOptions { return &sql.TxOptions{ReadOnly: true} }

// leads only reads: there is one writer at a time, and its transaction began with the lock.
func (sqliteDialect) leads(epoch int64) statement {
	return statement{query: `SELECT 1 FROM leader WHERE one = 1 AND epoch = $1`, args: []any{epoch}, keep: true, check: true}
}

func (sqliteDialect) apply(ctx context.Context, s *Store, list []statement) error {
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(c any) error { return c.(*commitConn).transaction(ctx, list) })
}

func (d sqliteDialect) classify(err error) *fault.Error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return nil
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return fault.New(fault.Unavailable, "the disk of the store %s is full", d.path).
			WithHint("make room; nothing that was confirmed is lost")
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fault.New(fault.Internal, "the store's file %s is damaged", d.path).
			WithHint("keep a copy of it and restore the last backup")
	case sqlite3.SQLITE_IOERR:
		return fault.New(fault.Unavailable, "the disk of the store %s fails", d.path).WithHint("look at the system's log")
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return fault.New(fault.Unavailable, "the store's file %s may not be written", d.path).WithHint("check who owns it and its folder")
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fault.New(fault.Unavailable, "another program writes to the store's file %s", d.path).WithHint("try again when it has ended")
	}
	return nil
}

type fileLock struct {
	f    *os.File
	gone chan struct{}
}

func (l fileLock) lost() <-chan struct{} { return l.gone }
func (l fileLock) release()              { l.f.Close() }

// lock takes the kernel's lock on a file beside the database, which ends with the process.
func (d sqliteDialect) lock(ctx context.Context) (lock, error) {
	f, err := os.OpenFile(d.path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return fileLock{f: f, gone: make(chan struct{})}, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			f.Close()
			return nil, err
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		case <-tick.C:
		}
	}
}
