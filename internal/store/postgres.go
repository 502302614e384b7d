package store

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"slipway.dev/internal/core/fault"
)

type postgresDialect struct {
	config *pgx.ConnConfig
	commit *sql.DB // for commits only
}

func (s *Store) openPostgres(address string) error {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		// pgx's text would show the address, and with it the password.
		return fault.New(fault.Invalid, "the store's address is not a valid postgres:// address").
			WithHint("postgres://user:password@host:5432/database?sslmode=verify-full")
	}
	// A peer that vanished without a word is noticed in about ten seconds.
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 4 * time.Second, Interval: 2 * time.Second, Count: 3}}
	config.DialFunc = dialer.DialContext
	for name, value := range map[string]string{
		"tcp_keepalives_idle": "4", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3",
		"application_name": "slipway", "synchronous_commit": "on",
	} {
		if _, given := config.RuntimeParams[name]; !given {
			config.RuntimeParams[name] = value
		}
	}
	// Rows are found by their keys, whatever the planner, whose plans are kept, thinks of
	// tables that were small when it looked.
	keyed := config.Copy()
	for _, name := range []string{"enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit"} {
		keyed.RuntimeParams[name] = "off"
	}
	forever := keyed.Copy()
	forever.RuntimeParams["plan_cache_mode"] = "force_generic_plan" // the same few statements
	commit := stdlib.OpenDB(*forever)
	commit.SetMaxOpenConns(1)
	s.dialect = postgresDialect{config: config, commit: commit}
	s.write = stdlib.OpenDB(*config)
	s.write.SetMaxOpenConns(4)
	s.write.SetMaxIdleConns(2)
	s.read = stdlib.OpenDB(*keyed)
	s.read.SetMaxOpenConns(8)
	s.read.SetMaxIdleConns(4)
	return nil
}

// schema: text is compared as bytes, as SQLite does. A machine's row is written at every
// step: with room beside it, that leaves all indexes alone, which is three times as fast.
func (postgresDialect) schema(q string) string {
	if strings.HasPrefix(q, "CREATE TABLE machine ") {
		q += " WITH (fillfactor = 50)"
	}
	return strings.ReplaceAll(q, " TEXT ", ` TEXT COLLATE "C" `)
}

// ended waits for the row that every commit locks.
func (postgresDialect) ended(ctx context.Context, s *Store) error {
	_, err := s.write.ExecContext(ctx, `UPDATE leader SET epoch = epoch WHERE one = 1`)
	return err
}

func (d postgresDialect) close() error { return d.commit.Close() }

func (postgresDialect) among(ids []string) (string, []any) { return `= ANY($1)`, []any{ids} }

func (postgresDialect) snapshot() *sql.TxOptions {
	return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
}

// leads locks the leader's row until the end of the transaction, so that nobody takes
// over meanwhile. It only reads the row: an update would leave a dead one with each commit.
// If another leads it fails, by dividing by zero.
func (postgresDialect) leads(epoch int64) statement {
	return statement{query: `SELECT 1 / CASE WHEN epoch = $1 THEN 1 ELSE 0 END FROM leader WHERE one = 1 FOR SHARE`, args: []any{epoch}, keep: true}
}

// apply runs what comes only once one by one, since a statement may need what the one
// before has made, and all else on the connection that is for commits.
func (d postgresDialect) apply(ctx context.Context, s *Store, list []statement) error {
	if slices.ContainsFunc(list, func(st statement) bool { return !st.keep }) {
		tx, err := s.write.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		for _, st := range list {
			if _, err := tx.ExecContext(ctx, st.query, st.args...); err != nil {
				return err
			}
		}
		return tx.Commit()
	}
	conn, err := d.commit.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(c any) error {
		pg := c.(*stdlib.Conn).Conn()
		err := pipe(ctx, pg, list)
		if err != nil { // a connection that broke amid a batch may look alive, and stay busy for ever
			closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			_ = pg.Close(closing)
		}
		return err
	})
}

// early is after how many bytes the server is given what there is to do so far.
const early = 16 << 10

// pipe sends all statements at once: they are one implicit transaction, which takes one
// way to the server and back.
func pipe(ctx context.Context, conn *pgx.Conn, list []statement) error {
	prepared := make([]string, len(list))
	for i, st := range list {
		query := st.query
		if st.rows != nil {
			query = st.rows.form(len(st.args) / len(st.rows.kinds))
		}
		about, err := conn.Prepare(ctx, query, query) // only once, on each connection
		if err != nil {
			return err
		}
		prepared[i] = about.Name
	}
	p, held := conn.PgConn().StartPipeline(ctx), 0
	send := func(name string, values [][]byte) {
		p.SendQueryPrepared(name, values, binaryFormat, nil)
		for _, v := range values {
			held += len(v)
		}
		if held > early {
			_ = p.Flush() // an error stays, and comes with Close
			held = 0
		}
	}
	for i, st := range list {
		if st.rows == nil || len(st.args) == len(st.rows.kinds) {
			send(prepared[i], scalars(st.args))
			continue
		}
		for args := st.args; len(args) > 0; {
			n := st.rows.fit(args)
			send(prepared[i], st.rows.columns(args[:n]))
			args = args[n:]
		}
	}
	_ = p.Sync()
	return p.Close()
}

func (postgresDialect) classify(err error) *fault.Error {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		switch {
		case e.Code == "53100":
			return fault.New(fault.Unavailable, "the disk of the database server is full").
				WithHint("make room; nothing that was confirmed is lost")
		case e.Code == "XX001", e.Code == "XX002":
			return fault.New(fault.Internal, "the database is damaged").WithHint("keep a copy of it and restore the last backup")
		case strings.HasPrefix(e.Code, "28"), e.Code == "42501":
			return fault.New(fault.Unavailable, "the database does not let us in, or not that far").WithHint("check user, password and rights")
		case strings.HasPrefix(e.Code, "3D"):
			return fault.New(fault.Unavailable, "there is no such database").WithHint("create it: createdb …")
		case strings.HasPrefix(e.Code, "08"), strings.HasPrefix(e.Code, "53"), strings.HasPrefix(e.Code, "57"):
			return fault.New(fault.Unavailable, "the database does not serve now").WithHint("it is tried again")
		}
		return nil
	}
	var dial *pgconn.ConnectError
	var network net.Error
	if errors.As(err, &dial) || errors.As(err, &network) || pgconn.SafeToRetry(err) {
		return fault.New(fault.Unavailable, "the database cannot be reached").WithHint("check that it runs and its address")
	}
	return nil
}

type advisoryLock struct {
	gone   chan struct{}
	cancel context.CancelFunc
	ended  chan struct{}
}

func (l advisoryLock) lost() <-chan struct{} { return l.gone }

func (l advisoryLock) release() {
	l.cancel()
	<-l.ended
}

// lock takes an advisory lock on a connection of its own, which ends with the process.
func (d postgresDialect) lock(ctx context.Context) (lock, error) {
	conn, err := pgx.ConnectConfig(ctx, d.config)
	if err != nil {
		return nil, err
	}
	// Stores in two schemas of one database have two leaders.
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock(805306457, hashtext(current_schema()))`); err != nil {
		conn.Close(context.WithoutCancel(ctx))
		return nil, err
	}
	held, cancel := context.WithCancel(context.Background())
	l := advisoryLock{gone: make(chan struct{}), cancel: cancel, ended: make(chan struct{})}
	go l.watch(held, conn)
	return l, nil
}

// watch asks the server every other second whether the connection is still there.
func (l advisoryLock) watch(held context.Context, conn *pgx.Conn) {
	defer close(l.ended)
	defer func() {
		closing, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		conn.Close(closing)
	}()
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-held.Done():
			return
		case <-tick.C:
			ping, cancel := context.WithTimeout(held, 5*time.Second)
			err := conn.Ping(ping)
			cancel()
			if err != nil && held.Err() == nil {
				close(l.gone)
				return
			}
		}
	}
}
