package engine_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
)

// noted is a reconciler that hears of each change at once.
type noted struct {
	record
	mu  sync.Mutex
	now map[string]string
}

func (n *noted) Note(id string, wishes []engine.Desired) {
	n.mu.Lock()
	defer n.mu.Unlock()
	text := ""
	for _, w := range wishes {
		text += w.Key + string(w.Spec)
	}
	n.now[id] = text
}

func (n *noted) of(id string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.now[id]
}

// TestWishesAreNotedBeforeTheAnswer does not wait for anything: who has an answer must find
// the wishes noted.
func TestWishesAreNotedBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "s.db"))
	n := &noted{now: map[string]string{}}
	handle := func(e *engine.Engine) { e.HandleDesired("thing", n) }
	e := start(t, s, engine.Options{}, handle)
	for i := range 100 {
		id := fmt.Sprintf("toy/%d", i)
		submit(t, e, do(id, order{Desired: []machine.Desired{thing("x", i)}}))
		if want := fmt.Sprintf("x%d", i); n.of(id) != want {
			t.Fatalf("%s: %q is noted", id, n.of(id))
		}
	}
	submit(t, e, do("toy/7", order{Desired: []machine.Desired{}}))
	if got := n.of("toy/7"); got != "" {
		t.Errorf("what is no longer desired: %q", got)
	}
	stop(t, e)
	n = &noted{now: map[string]string{}}
	start(t, s, engine.Options{}, handle)
	if n.of("toy/99") != "x99" || n.of("toy/7") != "" || len(n.now) != 99 {
		t.Errorf("after a restart %d are noted: %v", len(n.now), n.now)
	}
}
