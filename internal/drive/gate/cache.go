package gate

import (
	"context"
	"sync"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// most bounds how many machines a cache holds; when it is full it begins anew.
const most = 200_000

// cache holds states of machines, and lets go of each that the journal names. It is made
// for many reads between few changes: a policy asks after the same machines again and again.
type cache struct {
	engine *engine.Engine

	mu      sync.Mutex
	cursor  int64 // the journal was read up to here
	states  map[string]cached
	dropped func(kind, id string) // is told of each machine that changed; called with mu held
}

type cached struct {
	state any   // nil: there is no such machine
	step  int64 // 0: there is no such machine
}

// catchUp lets go of what has changed since the last time.
func (c *cache) catchUp(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.states == nil {
		return c.begin(ctx)
	}
	head, err := c.engine.Await(ctx, -1)
	for err == nil && c.cursor < head {
		var entries []store.Entry
		if entries, err = c.engine.Journal(ctx, c.cursor, store.JournalFilter{}); len(entries) == 0 {
			return err
		}
		for _, e := range entries {
			c.cursor = e.Seq
			delete(c.states, e.Machine)
			c.dropped(machine.Kind(e.Machine), e.Machine)
		}
	}
	return err
}

// begin starts with nothing known, at the end of the journal.
func (c *cache) begin(ctx context.Context) error {
	head, err := c.engine.Await(ctx, -1)
	if err == nil {
		c.cursor, c.states = head, map[string]cached{}
	}
	return err
}

// of gives a machine's state and step. Step 0: there is no such machine.
func of[S any](ctx context.Context, c *cache, id string) (S, int64, error) {
	var none S
	c.mu.Lock()
	have, ok := c.states[id]
	cursor := c.cursor
	c.mu.Unlock()
	if !ok {
		state, step, err := c.engine.State(ctx, id)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return none, 0, err
		}
		if err == nil {
			have = cached{state, step}
		}
		c.keep(id, have, cursor)
	}
	s, _ := have.state.(S)
	return s, have.step, nil
}

// keep remembers a state that was read, unless the journal was read further meanwhile: then
// it may be one that was dropped already.
func (c *cache) keep(id string, state cached, cursor int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.states == nil || c.cursor != cursor {
		return
	}
	if len(c.states) >= most {
		clear(c.states)
	}
	c.states[id] = state
}
