package engine_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"slipway.dev/internal/engine"
)

func TestWatchHasNoGap(t *testing.T) {
	t.Parallel()
	e := start(t, open(t, filepath.Join(t.TempDir(), "s.db")), engine.Options{}, nil)
	const before, clients, each = 10, 8, 100
	for range before {
		submit(t, e, do("toy/a", order{}))
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			for range each {
				submit(t, e, do("toy/a", order{}))
			}
		})
	}
	next := int64(4)
	slow := make(chan struct{})
	go func() { group.Wait(); close(slow) }()
	for n, err := range e.Watch(ctx, 3) {
		if errors.Is(err, context.Canceled) {
			break
		}
		if err != nil || n.Seq != next || n.Machine != "toy/a" || n.Step != next || len(n.Hash) != 32 {
			t.Fatalf("at %d: %+v %v", next, n, err)
		}
		if next == 20 {
			<-slow // all others are written before the 21st is looked at
		}
		if next++; next == before+clients*each+1 {
			cancel()
		}
	}
	if next != before+clients*each+1 {
		t.Errorf("it ended at %d", next)
	}
	if head, err := e.Await(t.Context(), 0); head != next-1 || err != nil {
		t.Errorf("head %d %v", head, err)
	}
	got := make(chan string, 1)
	go func() {
		head, err := e.Await(t.Context(), next-1)
		got <- fmt.Sprint(head, err)
	}()
	submit(t, e, do("toy/a", order{}))
	if s := <-got; s != fmt.Sprint(next, nil) {
		t.Error(s)
	}
}
