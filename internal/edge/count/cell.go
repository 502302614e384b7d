// Package count counts requests without locks, and keeps the figures of edges that were
// replaced, so that a sum over all of them never loses or doubles a request.
package count

import (
	"math/rand/v2"
	"sync/atomic"
	"time"

	"slipway.dev/internal/wire/edgewire"
)

// Key is what is counted apart.
type Key struct {
	Service, Environment, Release, Deployment string
}

const (
	shards  = 8 // a power of two; processors seldom meet in one
	classes = 5
	buckets = 13 // len(edgewire.Buckets) + 1
)

// Cell counts the requests of one key. Its methods may be called by many at once.
type Cell struct {
	key    Key
	shards [shards]shard
}

type shard struct {
	status     [classes]atomic.Uint64
	latency    [buckets]atomic.Uint64
	edgeFailed atomic.Uint64
	refused    atomic.Uint64
	clientGone atomic.Uint64
	cut        atomic.Uint64
	received   atomic.Uint64
	sent       atomic.Uint64
	_          [64]byte // the next shard is in another cache line
}

func (c *Cell) shard() *shard { return &c.shards[rand.Uint32()&(shards-1)] }

// Answered counts an answer of the app: its status and how long it took to begin.
func (c *Cell) Answered(status int, took time.Duration) {
	s := c.shard()
	s.status[min(max(status/100, 1), classes)-1].Add(1)
	s.latency[bucket(took)].Add(1)
}

// EdgeFailed counts a request that the edge had to answer with 502, 503 or 504.
func (c *Cell) EdgeFailed() { c.shard().edgeFailed.Add(1) }

// Refused counts a request that the edge answered with 4xx.
func (c *Cell) Refused() { c.shard().refused.Add(1) }

// ClientGone counts a request whose client left, or broke off, before the answer began.
func (c *Cell) ClientGone() { c.shard().clientGone.Add(1) }

// Cut counts an answer of the app that broke off; it was counted by Answered before.
func (c *Cell) Cut() { c.shard().cut.Add(1) }

// Bytes counts those of the bodies of a request and of its answer.
func (c *Cell) Bytes(received, sent int64) {
	s := c.shard()
	if received > 0 {
		s.received.Add(uint64(received))
	}
	if sent > 0 {
		s.sent.Add(uint64(sent))
	}
}

func bucket(took time.Duration) int {
	seconds := took.Seconds()
	for i, bound := range edgewire.Buckets {
		if seconds <= bound {
			return i
		}
	}
	return len(edgewire.Buckets)
}

// read gives the figures. What is counted meanwhile may be missing in part; Requests is
// made of what was read, so that it always is the sum.
func (c *Cell) read() edgewire.Counter {
	out := edgewire.Counter{
		Service: c.key.Service, Environment: c.key.Environment, Release: c.key.Release, Deployment: c.key.Deployment,
		Status: make([]uint64, classes), Latency: make([]uint64, buckets),
	}
	for i := range c.shards {
		s := &c.shards[i]
		for j := range s.status {
			out.Status[j] += s.status[j].Load()
		}
		for j := range s.latency {
			out.Latency[j] += s.latency[j].Load()
		}
		out.EdgeFailed += s.edgeFailed.Load()
		out.Refused += s.refused.Load()
		out.ClientGone += s.clientGone.Load()
		out.Cut += s.cut.Load()
		out.Received += s.received.Load()
		out.Sent += s.sent.Load()
	}
	out.Requests = sum(out)
	return out
}

func sum(c edgewire.Counter) uint64 {
	n := c.EdgeFailed + c.Refused + c.ClientGone
	for _, s := range c.Status {
		n += s
	}
	return n
}
