package engine

import (
	"context"
	"errors"
	"runtime"
	"sync"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/store"
)

// maxBatch is how many submissions share a commit at most; stride, how many of them are
// stepped before the writer looks again whether the disk waits for it.
const (
	maxBatch = 1024
	stride   = 8
)

// writer is the one goroutine that steps machines. While one batch is being written it
// steps the next on top of it; if the first fails, the second is stepped again.
type writer struct {
	e       *Engine
	queue   chan *submission
	senders sync.WaitGroup // who may still send on queue
	ended   chan struct{}

	lease *store.Lease
	cache *cache
	head  int64 // of what was stepped
	lastN int64 // of what was stepped
	count int64 // commits; used where commits are
	err   error // why nothing is written any more

	flight *batch // being written
	write  chan *batch
	done   chan error

	fetches fetches
}

func newWriter(e *Engine) *writer {
	return &writer{e: e, queue: make(chan *submission, 4*maxBatch), ended: make(chan struct{}),
		write: make(chan *batch), done: make(chan error, 1), cache: newCache(e.opts.CacheBytes),
		fetches: fetches{done: make(chan map[string]*row, 1)}}
}

func (w *writer) start(lease *store.Lease, head, lastN int64) {
	w.lease, w.head, w.lastN = lease, head, lastN
	go w.run()
	go func() { // one for all commits: its stack grows only once
		for b := range w.write {
			w.done <- w.commit(b)
		}
	}()
}

// finish writes what is queued and ends. Nobody may submit any more.
func (w *writer) finish() {
	w.senders.Wait()
	close(w.queue)
	<-w.ended
}

func (w *writer) run() {
	defer close(w.ended)
	defer close(w.write)
	next := w.newBatch()
	queue := w.queue
	for queue != nil || w.flight != nil || !next.empty() || !w.fetches.idle() {
		if w.flight == nil && !next.empty() {
			if len(next.taken) == 1 && len(w.queue) == 0 && w.fetches.idle() && !next.nothing() {
				next = w.alone(next)
				continue
			}
			w.launch(next)
			next = w.newBatch()
		}
		take, room := queue, maxBatch-len(next.taken)-w.fetches.count()
		if room <= 0 {
			take = nil
		}
		select {
		case err := <-w.done: // before all else: the disk is what there is least of
			next = w.written(err, next)
			continue
		default:
		}
		select {
		case s, ok := <-take:
			if !ok {
				queue = nil
				continue
			}
			w.take(next, w.drain(s, min(stride, room)))
		case rows := <-w.fetches.done:
			w.fetched(next, rows)
		case err := <-w.done:
			next = w.written(err, next)
		}
	}
}

// written goes on after the batch that was being written, on top of which next was
// stepped. It gives the batch that is to be filled now.
func (w *writer) written(err error, next *batch) *batch {
	b := w.flight
	w.flight = nil
	if err != nil {
		return w.failed(b, err, next)
	}
	if few := len(b.taken) + len(next.taken); !next.empty() && few > gathered {
		w.launch(next)
		next = w.newBatch()
	}
	w.publish(b)
	if !next.empty() && w.flight == nil {
		w.gather(next, len(b.taken))
	}
	return next
}

// gathered is up to how many submissions in two batches it pays to make one of them; yields,
// how often those who have just got their answers are let go first.
const (
	gathered = 128
	yields   = 16
)

// gather lets those who have just been answered submit again, so that they share the next
// commit instead of making a second one that goes in turns with it: what a commit costs by
// itself would else be paid twice.
func (w *writer) gather(next *batch, answered int) {
	for n := 0; n < yields && answered > 0; n++ {
		runtime.Gosched()
		select {
		case s, ok := <-w.queue:
			if !ok {
				return
			}
			list := w.drain(s, min(answered, maxBatch-len(next.taken)))
			answered -= len(list)
			w.take(next, list)
		default:
		}
	}
}

// drain takes what else is there at once.
func (w *writer) drain(first *submission, limit int) []*submission {
	list := []*submission{first}
	for len(list) < limit {
		select {
		case s, ok := <-w.queue:
			if !ok {
				return list
			}
			list = append(list, s)
		default:
			return list
		}
	}
	return list
}

func (w *writer) step(b *batch, list []*submission) {
	if w.err != nil {
		for _, s := range list {
			s.reply <- answer{err: w.err}
		}
		return
	}
	b.load(list)
	for _, s := range list {
		b.take(s)
	}
	b.encode()
}

// launch begins to write a batch.
func (w *writer) launch(b *batch) {
	w.flight = b
	w.head, w.lastN = b.head, b.lastN
	if b.nothing() {
		w.done <- nil
		return
	}
	w.write <- b
}

func (w *writer) commit(b *batch) error {
	w.count++
	n := w.count
	c := b.commit()
	if w.e.opts.Before != nil {
		w.e.opts.Before(n)
	}
	err := w.lease.Commit(context.Background(), c)
	if err == nil && w.e.opts.After != nil {
		w.e.opts.After(n)
	}
	return err
}

// alone writes a batch of one submission while nobody else waits. To hand it over to another
// goroutine and back would take longer than what could be stepped meanwhile.
func (w *writer) alone(b *batch) *batch {
	w.head, w.lastN = b.head, b.lastN
	if err := w.commit(b); err != nil {
		return w.failed(b, err, w.newBatch())
	}
	w.publish(b)
	return w.newBatch()
}

// failed goes on after a commit that failed. It gives the batch that is to be filled next.
func (w *writer) failed(b *batch, err error, next *batch) *batch {
	// What was stepped on top of it is void, too.
	w.head, w.lastN = b.base, b.baseN
	w.e.log.Error("a commit failed", "submissions", len(b.taken), "error", err)
	switch {
	case w.over(err):
		w.fail(b, w.err)
	case fault.Is(err, fault.Unavailable):
		w.fail(b, err)
	default:
		w.oneByOne(b)
	}
	w.e.values.release(b)
	w.e.values.release(next)
	again := w.newBatch()
	w.step(again, next.submissions())
	return again
}

// over says whether an error ends all writing: what is known here may not be so any more.
func (w *writer) over(err error) bool {
	if !errors.Is(err, store.ErrLost) && !errors.Is(err, store.ErrUnknown) {
		return false
	}
	w.err = fault.New(fault.Unavailable, "this control plane no longer leads").Because(err)
	w.e.lose(err)
	return true
}

func (w *writer) fail(b *batch, err error) {
	for _, s := range b.submissions() {
		s.reply <- answer{err: err}
	}
}

// oneByOne writes each submission of a batch by itself, so that a bad one does not
// take the others with it.
func (w *writer) oneByOne(failed *batch) {
	for _, s := range failed.submissions() {
		b := w.newBatch()
		w.step(b, []*submission{s})
		if b.empty() {
			continue
		}
		if !b.nothing() {
			if err := w.commit(b); err != nil {
				w.e.values.release(b)
				w.over(err)
				s.reply <- answer{err: err}
				continue
			}
		}
		w.head, w.lastN = b.head, b.lastN
		w.publish(b)
	}
}

// publish tells everybody of what is durable now.
func (w *writer) publish(b *batch) {
	w.e.values.release(b)
	for _, r := range b.rows {
		r.encoded = nil
		w.cache.put(r)
	}
	if b.head > b.base { // first, so that who is woken, or has an answer, finds it in the journal
		w.e.watchers.moved(b.head, b.entries)
	}
	for _, r := range b.rows {
		if b.changed[r.id] {
			w.e.desired.set(r)
		}
	}
	for _, c := range b.calls {
		w.e.effects.start(c)
	}
	for _, t := range b.taken {
		t.s.reply <- t.answer
	}
	w.e.timers.soonest(b.wake)
	if b.head > b.base {
		for _, v := range w.e.views {
			v.Moved(b.head)
		}
	}
}
