package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/store"
)

// producer waits for its entry to be durable before it makes the next.
type producer struct {
	entry store.Entry
	done  chan error
}

// journal measures the bare journal in entries per second: all that wait share a commit, and
// there is nothing but the entries: no machines, steps or effects.
func journal(ctx context.Context, path string, n int, d time.Duration) (float64, error) {
	s, err := store.Open(ctx, path, store.Options{Log: quiet})
	if err != nil {
		return 0, err
	}
	defer s.Close()
	lease, err := s.Lead(ctx)
	if err != nil {
		return 0, err
	}
	defer lease.Release()
	queue := make(chan *producer, n)
	var producers sync.WaitGroup
	begin := time.Now()
	for i := range n {
		producers.Go(func() { produce(queue, i, begin.Add(d)) })
	}
	go func() { producers.Wait(); close(queue) }()
	written := appendAll(ctx, lease, queue)
	return float64(written) / time.Since(begin).Seconds(), nil
}

func produce(queue chan<- *producer, i int, until time.Time) {
	p := &producer{done: make(chan error, 1)}
	id := fmt.Sprintf("run/bench.%d", i)
	// As long as the outcome of a call.
	data := []byte(`{"effect":"run/bench.1234567#3.0","output":{"output":{"v":{"rows":[],"value":42}}}}`)
	for time.Now().Before(until) {
		p.entry = store.Entry{Machine: id, Step: 3, At: time.Now(), Actor: machine.System("engine"), Type: "run.function.done", Data: data}
		queue <- p
		if err := <-p.done; err != nil {
			panic(err)
		}
	}
}

// appendAll writes all that waits in one commit, again and again.
func appendAll(ctx context.Context, lease *store.Lease, queue <-chan *producer) (seq int64) {
	var group []*producer
	for first := range queue {
		group = append(group[:0], first)
		for more := true; more; {
			select {
			case p, ok := <-queue:
				if more = ok; ok {
					group = append(group, p)
				}
			default:
				more = false
			}
		}
		list := make([]store.Entry, len(group))
		for i, p := range group {
			seq++
			list[i] = p.entry
			list[i].Seq = seq
		}
		err := lease.Commit(ctx, store.Commit{Entries: list})
		for _, p := range group {
			p.done <- err
		}
	}
	return seq
}
