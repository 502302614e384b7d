package slo

import (
	"math"
	"slices"
	"time"
)

// Stale is how long ago the last known bucket may end: what is older says nothing about now.
const Stale = 5 * time.Minute

// most is how many requests a bucket can have. A metrics server may claim more, or infinitely
// many; then nothing is known.
const most = 1e15

// least is the share of the time since measuring began of which something must be known.
const least = 0.5

// Evaluate says how an objective stands. Buckets are in the order of their time and do not
// overlap; each counts where its middle is. What lies outside the objective's hours or in
// planned maintenance does not count at all, neither its requests nor its time.
func Evaluate(o Objective, buckets []Bucket, planned []Span, now time.Time) Status {
	closed, err := Closed(o.Hours, now.Add(-o.Window), now)
	if err != nil { // the zone was known when the manifest was read, and is not here
		return Status{State: Unknown, Reason: NoData, Budget: 1}
	}
	return EvaluateBut(o, buckets, Merge(slices.Concat(closed, planned)), now)
}

// EvaluateBut is Evaluate for who has merged the spans that do not count.
func EvaluateBut(o Objective, buckets []Bucket, out []Span, now time.Time) Status {
	rules := Rules(o.Window)
	c := count(buckets, out, lengths(o.Window, rules), now)
	all := c.last()
	s := Status{Total: all.total, Bad: all.bad, Measured: 1 - ratio(all.bad, all.total), Budget: o.budget(all)}
	if all.total == 0 {
		s.Measured = 0
	}
	if counts := o.Window - overlap(out, now.Add(-o.Window), now); counts > 0 {
		s.Known = min(1, float64(all.known)/float64(counts))
	}
	stale := c.until.Before(now.Add(-Stale))
	for _, r := range rules {
		s.Burn = append(s.Burn, o.burn(r, c, stale))
	}
	switch {
	case stale, c.known < least:
		s.State, s.Reason = Unknown, NoData
	case all.total < float64(o.Minimum):
		s.State, s.Reason = Unknown, NotEnough
	default:
		s.State = s.health(false)
	}
	return s
}

// lengths gives all windows that must be added up, the shortest first, the period last. Of a
// short window also the one before it is looked at.
func lengths(period time.Duration, rules []Rule) []time.Duration {
	list := []time.Duration{period}
	for _, r := range rules {
		list = append(list, r.Long, r.Short, 2*r.Short)
	}
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(d time.Duration) bool { return d > period })
}

// sum is what counts of a window.
type sum struct {
	total, bad float64
	known      time.Duration
}

func (s sum) without(t sum) sum { return sum{s.total - t.total, s.bad - t.bad, s.known - t.known} }

// counts are the sums of all windows that end now.
type counts struct {
	lengths []time.Duration
	sums    []sum
	until   time.Time // end of the last bucket of which anything is known
	known   float64   // share of the time since the first of them of which anything is
}

func (c counts) of(d time.Duration) sum {
	if i := slices.Index(c.lengths, d); i >= 0 {
		return c.sums[i]
	}
	return c.last()
}

func (c counts) last() sum { return c.sums[len(c.sums)-1] }

// count adds up all windows in one pass, from the latest bucket back.
func count(buckets []Bucket, out []Span, lengths []time.Duration, now time.Time) counts {
	c := counts{lengths: lengths, sums: make([]sum, len(lengths))}
	first, at, span := now, 0, len(out)-1
	var s sum
	for i := len(buckets) - 1; i >= 0; i-- {
		b := &buckets[i]
		middle := b.Start.Add(b.Length / 2)
		if !middle.Before(now) {
			continue
		}
		for at < len(lengths) && now.Sub(middle) > lengths[at] {
			c.sums[at] = s
			at++
		}
		if at == len(lengths) {
			break
		}
		if !b.Known || math.IsNaN(b.Bad) || !(b.Total <= most) {
			continue
		}
		if c.until.IsZero() {
			c.until = b.Start.Add(b.Length)
		}
		first = b.Start
		for span >= 0 && out[span].From.After(middle) {
			span--
		}
		if span >= 0 && middle.Before(out[span].Until) {
			continue
		}
		s.total += max(0, b.Total)
		s.bad += min(max(0, b.Bad), max(0, b.Total))
		s.known += b.Length
	}
	for ; at < len(lengths); at++ {
		c.sums[at] = s
	}
	c.known = 1
	if since := now.Sub(first) - overlap(out, first, now); since > 0 {
		c.known = float64(c.last().known) / float64(since)
	}
	return c
}

// budget is the share of the error budget that is left. Where no failure is allowed there is
// none to share: it is whole until the first.
func (o Objective) budget(s sum) float64 {
	allowed := o.allowed() * s.total
	switch {
	case s.bad == 0:
		return 1
	case allowed == 0:
		return 0
	}
	return rounded(1-s.bad/allowed, 9)
}

// burn says how a rule stands, without what went before.
func (o Objective) burn(r Rule, c counts, stale bool) Burn {
	long, short := c.of(r.Long), c.of(r.Short)
	before := c.of(2 * r.Short).without(short)
	b := Burn{Rule: r, LongRate: o.rate(long), ShortRate: o.rate(short)}
	burns := b.LongRate >= r.Factor
	b.Firing = !stale && burns && b.ShortRate >= r.Factor && long.total >= float64(o.Minimum)
	calm := short.total > none && b.ShortRate < r.Factor && o.rate(before) < r.Factor
	b.over = !stale && (!burns || calm)
	return b
}

// rate is how many times faster than it may the budget burns.
func (o Objective) rate(s sum) float64 {
	allowed := o.allowed()
	switch {
	case s.bad <= 0:
		return 0
	case allowed == 0:
		return Endless
	}
	return min(Endless, rounded(ratio(s.bad, s.total)/allowed, 6))
}

// none is so few requests that there were none: differences of sums are not exact.
const none = 1e-6

func ratio(a, b float64) float64 {
	if b < none {
		return 0
	}
	return a / b
}
