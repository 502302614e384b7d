// Package view keeps read models: tables that are made from the journal. A view's cursor
// is committed together with its rows, so each entry is applied exactly once; when its
// version changes, it is made anew from the beginning.
package view

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/store"
)

// View is a read model.
type View struct {
	Name    string   // [a-z_]+
	Version int      // raise it to have the view made anew
	Prefix  string   // of the machines whose entries it is made from; empty: all
	Tables  []string // names, each view_<Name> or view_<Name>_…; dropped when it is made anew
	Create  []string // statements that create the tables and their indexes, in the store's one SQL
	// Apply adds entries, in order. Data that retention has erased is missing in them.
	Apply func(ctx context.Context, tx store.Tx, entries []store.Entry) error
}

const batch = 500

// Runner keeps one view up to date.
type Runner struct {
	store *store.Store
	view  View
	log   *slog.Logger
	poke  chan struct{}

	ready  bool  // the view's tables are there, and cursor is theirs
	cursor int64 // the last entry that is in the tables; what was seen since is none of the view's

	mu   sync.Mutex
	seen int64
	next chan struct{} // closed at the next progress
}

// NewRunner makes the runner of a view.
func NewRunner(s *store.Store, v View, log *slog.Logger) *Runner {
	return &Runner{store: s, view: v, log: log, poke: make(chan struct{}, 1), next: make(chan struct{})}
}

// Moved says that the journal has grown.
func (r *Runner) Moved(int64) {
	select {
	case r.poke <- struct{}{}:
	default:
	}
}

// Run follows the journal until ctx ends. Only the leader runs views.
func (r *Runner) Run(ctx context.Context) {
	for try := 0; ctx.Err() == nil; {
		err := r.CatchUp(ctx)
		wait := time.Minute // somebody else may have written
		if err != nil && ctx.Err() == nil {
			try++
			wait = min(100*time.Millisecond<<min(try, 9), 30*time.Second)
			r.log.Error("a view cannot follow the journal; it is tried again", "view", r.view.Name, "error", err)
		} else {
			try = 0
		}
		select {
		case <-r.poke:
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}

// Prepare makes the view's tables, so that they can be read, if empty, before Run has come
// as far as the journal's end.
func (r *Runner) Prepare(ctx context.Context) (err error) {
	r.cursor, err = r.prepare(ctx)
	r.ready = err == nil
	return err
}

// CatchUp applies what the journal has beyond what the view has seen.
func (r *Runner) CatchUp(ctx context.Context) (err error) {
	defer func() { r.ready = err == nil }()
	if !r.ready { // at first, and after an error: somebody else may have moved it
		if err := r.Prepare(ctx); err != nil {
			return err
		}
	}
	for at := max(r.cursor, r.position()); ; {
		// The end is asked for first: what comes after it is not seen yet, whatever it is.
		head, err := r.store.Head(ctx)
		if err != nil {
			return err
		}
		list, err := r.store.Journal(ctx, at, store.JournalFilter{Prefix: r.view.Prefix, Limit: batch})
		if err != nil {
			return err
		}
		if len(list) == 0 {
			r.reached(max(at, head))
			return nil
		}
		at = list[len(list)-1].Seq
		if err := r.store.Update(ctx, func(tx store.Tx) error { return r.apply(ctx, tx, r.cursor, at, list) }); err != nil {
			return err
		}
		r.cursor = at
		r.reached(at)
	}
}

func (r *Runner) apply(ctx context.Context, tx store.Tx, at, next int64, list []store.Entry) error {
	res, err := tx.ExecContext(ctx, `UPDATE view SET seq = $1 WHERE name = $2 AND seq = $3 AND version = $4`, next, r.view.Name, at, r.view.Version)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.New(fault.Conflict, "another program moved the view %s", r.view.Name).Because(err)
	}
	return r.view.Apply(ctx, tx, list)
}

// prepare gives the cursor. It creates the view's tables, anew if the version changed.
func (r *Runner) prepare(ctx context.Context) (at int64, err error) {
	for _, t := range r.view.Tables {
		if t != "view_"+r.view.Name && !strings.HasPrefix(t, "view_"+r.view.Name+"_") {
			return 0, fault.New(fault.Internal, "the table %s does not belong to the view %s", t, r.view.Name)
		}
	}
	err = r.store.Update(ctx, func(tx store.Tx) error {
		var version int
		err := tx.QueryRowContext(ctx, `SELECT version, seq FROM view WHERE name = $1`, r.view.Name).Scan(&version, &at)
		if err == nil && version == r.view.Version {
			return nil
		}
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		at = 0
		return r.rebuild(ctx, tx)
	})
	return at, err
}

func (r *Runner) rebuild(ctx context.Context, tx store.Tx) error {
	for _, t := range r.view.Tables {
		if _, err := tx.ExecContext(ctx, `DROP TABLE IF EXISTS `+t); err != nil {
			return err
		}
	}
	for _, q := range r.view.Create {
		if _, err := tx.ExecContext(ctx, r.store.Schema(q)); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO view (name, version, seq) VALUES ($1, $2, 0)`+
		` ON CONFLICT (name) DO UPDATE SET version = excluded.version, seq = excluded.seq`, r.view.Name, r.view.Version)
	return err
}

func (r *Runner) reached(at int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at != r.seen {
		r.seen = at
		close(r.next)
		r.next = make(chan struct{})
	}
}

func (r *Runner) position() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seen
}

// Wait waits until the view has seen a position.
func (r *Runner) Wait(ctx context.Context, position int64) error {
	for {
		r.mu.Lock()
		seen, next := r.seen, r.next
		r.mu.Unlock()
		if seen >= position {
			return nil
		}
		select {
		case <-next:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
