package engine

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/store"
	"slipway.dev/internal/view"
)

// Options of an engine. The zero value is fine.
type Options struct {
	Log            *slog.Logger                    // default: slog.Default()
	Clock          Clock                           // default: SystemClock
	EffectsPerKind int                             // how many effects of a kind run at once; default 64
	CacheBytes     int                             // for machines that were stepped lately; default 64 MiB
	Resync         time.Duration                   // how often reconcilers are called without a change; default 30 s
	Retention      time.Duration                   // journal data older than this is erased; 0: never
	Housekeeping   time.Duration                   // how often data is erased, blobs are collected, the journal's end is signed; default 10 min
	Sign           store.Signer                    // signs checkpoints of the journal; nil: there are none
	Begin          func(ctx context.Context) error // is called with the lease, before any effect or reconciler runs; an error gives the lease back
	Before, After  func(n int64)                   // are called around the n-th commit since Start; for tests that kill themselves
}

// Engine hosts machines on a store. Register and Handle… come before Start.
type Engine struct {
	store    *store.Store
	log      *slog.Logger
	opts     Options
	clock    *steady
	kinds    map[string]*kind
	facts    map[string]FactsFunc
	effects  *effects
	desired  *reconcilers
	timers   *timers
	views    map[string]*view.Runner
	watchers watchers
	values   values
	writer   *writer

	leading, lost chan struct{}
	loseOnce      sync.Once

	mu    sync.Mutex
	phase phase
	lease *store.Lease
	stop  context.CancelFunc
	work  sync.WaitGroup // goroutines that may still submit
}

type phase int

const (
	idle phase = iota
	standby
	serving
	stopping // effects may still hand in their outcomes
	stopped
)

// New makes an engine that does nothing yet.
func New(st *store.Store, o Options) *Engine {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Clock == nil {
		o.Clock = SystemClock(o.Log)
	}
	if o.EffectsPerKind <= 0 {
		o.EffectsPerKind = 64
	}
	if o.CacheBytes <= 0 {
		o.CacheBytes = 64 << 20
	}
	if o.Resync <= 0 {
		o.Resync = 30 * time.Second
	}
	if o.Housekeeping <= 0 {
		o.Housekeeping = 10 * time.Minute
	}
	e := &Engine{
		store: st, log: o.Log, opts: o, clock: &steady{clock: o.Clock},
		kinds: map[string]*kind{}, facts: map[string]FactsFunc{}, views: map[string]*view.Runner{},
		leading: make(chan struct{}), lost: make(chan struct{}),
	}
	e.effects = newEffects(e)
	e.desired = newReconcilers(e)
	e.timers = newTimers(e)
	e.writer = newWriter(e)
	return e
}

// Start waits for the lease as a standby, then loads what is pending and serves. It
// returns when the engine leads and is ready, or with an error; ctx bounds the waiting
// only. After Start, Stop must be called.
func (e *Engine) Start(ctx context.Context) error {
	e.mu.Lock()
	if e.phase != idle {
		e.mu.Unlock()
		return fault.New(fault.Internal, "the engine was started before")
	}
	e.phase = standby
	e.mu.Unlock()
	lease, err := e.store.Lead(ctx)
	if err != nil {
		return err
	}
	if err := e.serve(ctx, lease); err != nil {
		e.lose(nil)
		return errors.Join(err, e.Stop(context.WithoutCancel(ctx)))
	}
	return nil
}

func (e *Engine) serve(ctx context.Context, lease *store.Lease) error {
	head, at := lease.Head()
	n, err := e.store.LastN(ctx)
	if err != nil {
		lease.Release()
		return err
	}
	e.clock.notBefore(at, e.log)
	run, cancel := context.WithCancel(context.Background())
	e.mu.Lock()
	e.lease, e.stop, e.phase = lease, cancel, serving
	e.mu.Unlock()
	e.watchers.moved(head, nil)
	e.writer.start(lease, head, n)
	for _, v := range e.views {
		if err := v.Prepare(ctx); err != nil {
			return err
		}
	}
	if e.opts.Begin != nil {
		if err := e.opts.Begin(run); err != nil {
			return err
		}
	}
	if err := e.recoverPending(ctx); err != nil {
		return err
	}
	e.effects.run(run)
	e.desired.run(run)
	e.spawn(func() { e.timers.run(run) })
	e.spawn(func() { e.housekeep(run) })
	e.spawn(func() { e.watchLease(run, lease) })
	for _, v := range e.views {
		e.spawn(func() { v.Run(run) })
	}
	close(e.leading)
	e.log.Info("leading", "epoch", lease.Epoch(), "position", head)
	return nil
}

// recoverPending takes up what was unfinished when the last leader ended.
func (e *Engine) recoverPending(ctx context.Context) error {
	return e.store.Pending(ctx, func(m store.Snapshot) error {
		r, err := newRow(m)
		if err != nil {
			return err
		}
		e.desired.set(r)
		for _, f := range r.env.Effects {
			e.effects.start(call{machine: r.id, effect: f, recovered: true})
		}
		return nil
	})
}

func (e *Engine) watchLease(ctx context.Context, lease *store.Lease) {
	select {
	case <-lease.Lost():
		e.lose(store.ErrLost)
	case <-ctx.Done():
	}
}

// lose ends all work: what this engine knows may no longer be true.
func (e *Engine) lose(err error) {
	e.loseOnce.Do(func() {
		if err != nil {
			e.log.Error("the engine no longer leads", "error", err)
		}
		close(e.lost)
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.stop != nil {
			e.stop()
		}
	})
}

// Leading is closed when the engine leads and is ready.
func (e *Engine) Leading() <-chan struct{} { return e.leading }

// Lost is closed when the engine no longer leads. It does not come back: stop it and
// make a new one.
func (e *Engine) Lost() <-chan struct{} { return e.lost }

// Epoch is the number of the lease; 0 while the engine does not lead.
func (e *Engine) Epoch() int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.lease == nil {
		return 0
	}
	return e.lease.Epoch()
}

// Now is the engine's time: that of the next event.
func (e *Engine) Now() time.Time { return e.clock.now() }

// Stop takes no more submissions, cancels the running effects and waits for them, writes
// what is queued and gives the lease away. It waits no longer than ctx.
func (e *Engine) Stop(ctx context.Context) error {
	e.mu.Lock()
	if e.phase != serving {
		e.mu.Unlock()
		return nil
	}
	e.phase = stopping
	cancel, lease := e.stop, e.lease
	e.mu.Unlock()
	cancel()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		e.effects.ended()
		e.work.Wait()
		e.mu.Lock()
		e.phase = stopped
		e.mu.Unlock()
		e.writer.finish()
		lease.Release()
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fault.New(fault.Unavailable, "the engine did not stop in time").Because(ctx.Err())
	}
}

func (e *Engine) spawn(f func()) {
	e.work.Go(f)
}
