package run

import (
	"context"
	"log/slog"
	"sort"
	"sync"
	"time"

	"slipway.dev/internal/core/cloudevent"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/engine"
)

// Listeners knows who listens to which events: runs, and workflows that begin with an event.
// It is told by the engine of each change, before who made it has an answer, so that an event
// which comes after somebody began to listen finds them. The zero value is ready.
type Listeners struct {
	mu     sync.RWMutex
	of     map[string][]*listener // by machine
	byType map[string]*shelf      // "": any type
}

var _ engine.Noter = (*Listeners)(nil)

// Reconcile implements engine.Reconciler. There is nothing to do but what Note does.
func (*Listeners) Reconcile(context.Context, []engine.Desired) error { return nil }

// Note implements engine.Noter.
func (l *Listeners) Note(id string, wishes []engine.Desired) {
	list := make([]*listener, 0, len(wishes))
	for _, w := range wishes {
		n, err := newListener(w)
		if err != nil {
			slog.Error("a wish for events cannot be read, and gets none", "machine", id, "key", w.Key, "error", err)
			continue
		}
		list = append(list, n)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, old := range l.of[id] {
		for _, kind := range old.kinds() {
			if l.byType[kind].remove(old); l.byType[kind].count == 0 {
				delete(l.byType, kind)
			}
		}
	}
	if delete(l.of, id); len(list) == 0 {
		return
	}
	if l.of == nil {
		l.of, l.byType = map[string][]*listener{}, map[string]*shelf{}
	}
	l.of[id] = list
	for _, n := range list {
		for _, kind := range n.kinds() {
			if l.byType[kind] == nil {
				l.byType[kind] = &shelf{}
			}
			l.byType[kind].add(n)
		}
	}
}

// heard finds who listens to an event, in the order of machines and keys. at is when it
// happened: who began to listen later does not hear of it; zero: now.
func (l *Listeners) heard(e cloudevent.Event, at time.Time) []*listener {
	l.mu.RLock()
	list := l.byType[e.Type()].candidates(e, nil)
	if e.Type() != "" {
		list = l.byType[""].candidates(e, list)
	}
	l.mu.RUnlock()
	out := list[:0]
	for _, n := range list {
		if (at.IsZero() || !n.Since.After(at)) && n.match(e) {
			out = append(out, n)
		}
	}
	sort.Slice(out, func(i, j int) bool {
		return out[i].machine < out[j].machine || out[i].machine == out[j].machine && out[i].Key < out[j].Key
	})
	return out
}

// wants says whether anybody may listen to events of a type.
func (l *Listeners) wants(kind string) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.byType[kind] != nil || l.byType[""] != nil
}

// eventOf names the event by which a machine of a kind hears of an event of the outside.
func eventOf(id string) string {
	if machine.Kind(id) == "trigger" {
		return "trigger.heard"
	}
	return interp.EventEvent
}
