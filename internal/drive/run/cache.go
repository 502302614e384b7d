package run

import (
	"container/list"
	"sync"
)

// cache keeps what was decoded lately, up to a cost. It may be used by many goroutines.
type cache[V any] struct {
	limit int

	mu    sync.Mutex
	cost  int
	order *list.List // of *cached[V], the latest first
	items map[string]*list.Element
}

type cached[V any] struct {
	key   string
	value V
	cost  int
}

func newCache[V any](limit int) *cache[V] {
	return &cache[V]{limit: limit, order: list.New(), items: map[string]*list.Element{}}
}

func (c *cache[V]) get(key string) (v V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.items[key]
	if e == nil {
		return v, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*cached[V]).value, true
}

// put keeps a value, unless it alone costs more than a quarter of all there is room for.
func (c *cache[V]) put(key string, v V, cost int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.items[key] != nil || cost > c.limit/4 {
		return
	}
	c.items[key] = c.order.PushFront(&cached[V]{key, v, cost})
	for c.cost += cost; c.cost > c.limit; {
		old := c.order.Remove(c.order.Back()).(*cached[V])
		delete(c.items, old.key)
		c.cost -= old.cost
	}
}
