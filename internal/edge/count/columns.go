package count

import "sync/atomic"

// flowShards is a power of two. It is less than for cells: there are many more steps of
// flows than releases, and fewer requests for each.
const flowShards = 4

// columns are n figures that many may raise at once. They take no memory until the first
// does.
type columns struct {
	n       int
	figures atomic.Pointer[[]atomic.Uint64] // by shard, each in cache lines of its own
}

const lineWords = 8 // words in a cache line

func (c *columns) stride() int { return (c.n + lineWords - 1) / lineWords * lineWords }

// shard gives the figures of one shard.
func (c *columns) shard(i int) []atomic.Uint64 {
	all := c.figures.Load()
	if all == nil {
		fresh := make([]atomic.Uint64, flowShards*c.stride())
		if c.figures.CompareAndSwap(nil, &fresh) {
			all = &fresh
		} else {
			all = c.figures.Load()
		}
	}
	return (*all)[i*c.stride():][:c.n]
}

// sum gives a figure.
func (c *columns) sum(column int) (n uint64) {
	all := c.figures.Load()
	if all == nil {
		return 0
	}
	for i := range flowShards {
		n += (*all)[i*c.stride()+column].Load()
	}
	return n
}

// sums gives all figures; nil if nothing was counted.
func (c *columns) sums() []uint64 {
	if c.figures.Load() == nil {
		return nil
	}
	out := make([]uint64, c.n)
	for i := range out {
		out[i] = c.sum(i)
	}
	return out
}
