package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"

	"modernc.org/sqlite"
)

// sqliteConn is what the driver's connections are.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// commitConn is the writer's connection. It keeps what commits need prepared, BEGIN and
// COMMIT too, and runs them past database/sql, which starts a goroutine for each
// transaction: together a tenth of what a lone commit takes.
type commitConn struct {
	sqliteConn
	kept map[string]driver.Stmt
}

type commitConnector struct{ driver.Connector }

// openWriter opens a pool of one such connection.
func openWriter(dsn string) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(commitConnector{c})
	db.SetMaxOpenConns(1)
	return db, nil
}

func (c commitConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &commitConn{sqliteConn: conn.(sqliteConn), kept: map[string]driver.Stmt{}}, nil
}

// Close gives back the statements, which would keep the file open.
func (c *commitConn) Close() error {
	for _, p := range c.kept {
		p.Close()
	}
	c.kept = nil
	return c.sqliteConn.Close()
}

var (
	begin    = statement{query: `BEGIN IMMEDIATE`, keep: true}
	commit   = statement{query: `COMMIT`, keep: true}
	rollback = statement{query: `ROLLBACK`, keep: true}
)

// transaction runs all statements or none.
func (c *commitConn) transaction(ctx context.Context, list []statement) (err error) {
	if err := c.run(ctx, begin); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = c.run(context.WithoutCancel(ctx), rollback) // fails if the error has done so already
		}
	}()
	for _, st := range list {
		if st.rows == nil {
			err = c.run(ctx, st)
		} else {
			err = st.rows.each(st.args, func(query string, args []any) error {
				return c.run(ctx, statement{query: query, args: args, keep: true})
			})
		}
		if err != nil {
			return err
		}
	}
	return c.run(ctx, commit)
}

func (c *commitConn) run(ctx context.Context, st statement) error {
	p := c.kept[st.query]
	if p == nil {
		var err error
		if p, err = c.PrepareContext(ctx, positional(st.query)); err != nil {
			return err
		}
		if st.keep {
			c.kept[st.query] = p
		} else {
			defer p.Close()
		}
	}
	args := make([]driver.NamedValue, len(st.args))
	for i, v := range st.args {
		args[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	if !st.check {
		_, err := p.(driver.StmtExecContext).ExecContext(ctx, args)
		return err
	}
	rows, err := p.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return err
	}
	defer rows.Close()
	if err = rows.Next(make([]driver.Value, len(rows.Columns()))); errors.Is(err, io.EOF) {
		return sql.ErrNoRows
	}
	return err
}
