package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/client"
)

// load is clients that each start a workflow, wait for its result, and start the next.
type load struct {
	client client.Client
	steps  *steps
	eager  bool
	ramp   chan struct{} // as long as the number of first workflows that are being started at once may be
	begun  atomic.Int64  // clients whose first workflow was started

	mu       sync.Mutex
	ended    []ended
	failures []error
}

// ended is a whole workflow that completed.
type ended struct {
	at   time.Time
	took time.Duration
}

// run is one client. The first workflow of client i is shorter, see Method.
func (l *load) run(ctx context.Context, i int) {
	length := 1 + i%pairs
	for n := 0; ctx.Err() == nil; n++ {
		err := l.one(ctx, fmt.Sprintf("run-%d-%d", i, n), length, n == 0)
		if err != nil && ctx.Err() == nil {
			l.mu.Lock()
			l.failures = append(l.failures, err)
			l.mu.Unlock()
		}
		length = pairs
	}
}

// one runs a workflow to its end.
func (l *load) one(ctx context.Context, id string, length int, first bool) error {
	if first {
		l.ramp <- struct{}{}
	}
	begin := time.Now()
	options := client.StartWorkflowOptions{ID: id, TaskQueue: queue, EnableEagerStart: l.eager}
	run, err := l.client.ExecuteWorkflow(ctx, options, l.steps.InTurn, someOrder, length)
	if first {
		<-l.ramp
		l.begun.Add(1)
	}
	if err != nil {
		return fmt.Errorf("starting %s: %w", id, err)
	}
	var value int
	if err := run.Get(ctx, &value); err != nil {
		return fmt.Errorf("waiting for %s: %w", id, err)
	}
	if value != 42 {
		return fmt.Errorf("%s gave %d instead of 42", id, value)
	}
	if !first {
		l.mu.Lock()
		l.ended = append(l.ended, ended{time.Now(), time.Since(begin)})
		l.mu.Unlock()
	}
	return nil
}

// since gives how long whole workflows took that ended since then, and what failed so far.
func (l *load) since(begin time.Time) (took []time.Duration, failed int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.ended {
		if !e.at.Before(begin) {
			took = append(took, e.took)
		}
	}
	return took, len(l.failures), errors.Join(l.failures[:min(3, len(l.failures))]...)
}
