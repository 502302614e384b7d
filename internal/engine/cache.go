package engine

import "container/list"

// cache keeps the machines that were stepped lately. Only the writer uses it.
type cache struct {
	limit, bytes int
	order        *list.List // of *row, the latest first
	rows         map[string]*list.Element
}

func newCache(limit int) *cache {
	return &cache{limit: limit, order: list.New(), rows: map[string]*list.Element{}}
}

func (c *cache) get(id string) *row {
	e := c.rows[id]
	if e == nil {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*row)
}

func (c *cache) put(r *row) {
	if e := c.rows[r.id]; e != nil {
		c.bytes += r.bytes() - e.Value.(*row).bytes()
		e.Value = r
		c.order.MoveToFront(e)
	} else {
		c.rows[r.id] = c.order.PushFront(r)
		c.bytes += r.bytes()
	}
	for c.bytes > c.limit && c.order.Len() > 1 {
		last := c.order.Back()
		old := c.order.Remove(last).(*row)
		delete(c.rows, old.id)
		c.bytes -= old.bytes()
	}
}

// bytes is about what a row takes in memory.
func (r *row) bytes() int {
	n := 600 + len(r.id) + len(r.env.State) + 64*len(r.env.Recent)
	for _, f := range r.env.Effects {
		n += 128 + len(f.Input)
	}
	for _, w := range r.env.Desired {
		n += 128 + len(w.Spec)
	}
	return n
}
