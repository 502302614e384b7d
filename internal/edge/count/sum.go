package count

import "slipway.dev/internal/wire/edgewire"

// plus adds up two sources into one with a's identity. The figures of b began later.
func plus(a, b edgewire.Source) edgewire.Source {
	a.Unrouted += b.Unrouted
	a.Flows = combineFlows(add, later, a.Flows, b.Flows)
	return combine(a, b, add)
}

// higher takes the higher of each figure of one source, told twice.
func higher(a, b edgewire.Source) edgewire.Source {
	a.Unrouted = max(a.Unrouted, b.Unrouted)
	a.Flows = combineFlows(greater, busier, a.Flows, b.Flows)
	return combine(a, b, greater)
}

func add(x, y uint64) uint64 { return x + y }

func greater(x, y uint64) uint64 { return max(x, y) }

func combine(a, b edgewire.Source, f func(x, y uint64) uint64) edgewire.Source {
	at := make(map[Key]int, len(a.Counters))
	counters := make([]edgewire.Counter, 0, len(a.Counters)+len(b.Counters))
	for _, list := range [][]edgewire.Counter{a.Counters, b.Counters} {
		for _, c := range list {
			k := keyOf(c)
			if i, ok := at[k]; ok {
				counters[i] = each(counters[i], c, f)
				continue
			}
			at[k] = len(counters)
			counters = append(counters, each(empty(k), c, f))
		}
	}
	a.Counters = counters
	return a
}

func keyOf(c edgewire.Counter) Key {
	return Key{Service: c.Service, Environment: c.Environment, Release: c.Release, Deployment: c.Deployment}
}

func empty(k Key) edgewire.Counter {
	return edgewire.Counter{Service: k.Service, Environment: k.Environment, Release: k.Release, Deployment: k.Deployment}
}

// each combines figure by figure. Another version's counter may have fewer or more
// classes and buckets; ours count.
func each(a, b edgewire.Counter, f func(x, y uint64) uint64) edgewire.Counter {
	a.EdgeFailed = f(a.EdgeFailed, b.EdgeFailed)
	a.Refused = f(a.Refused, b.Refused)
	a.ClientGone = f(a.ClientGone, b.ClientGone)
	a.Cut = f(a.Cut, b.Cut)
	a.Received = f(a.Received, b.Received)
	a.Sent = f(a.Sent, b.Sent)
	a.Status = eachOf(a.Status, b.Status, classes, f)
	a.Latency = eachOf(a.Latency, b.Latency, buckets, f)
	a.InFlight = 0
	a.Requests = sum(a)
	return a
}

func eachOf(a, b []uint64, n int, f func(x, y uint64) uint64) []uint64 {
	out := make([]uint64, n)
	for i := range out {
		var x, y uint64
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		out[i] = f(x, y)
	}
	return out
}
