package ring

import (
	"math"

	"slipway.dev/internal/metrics"
)

// Batch is what one origin has: somebody who counts. If an origin has written before, what
// it newly has began at 0; of the first that it ever writes nobody knows when it was counted,
// and only what comes on top of it is.
type Batch struct {
	Origin  string
	Samples []metrics.Sample
}

// reading is what a group's columns stand at.
type reading struct {
	origin string
	group  *group
	shape  *shape
	vals   []float64
}

// source is what a group's columns stood at last.
type source struct {
	values
	seen  int64    // seconds
	folds []*group // what it is part of in each tier; nil: in none
}

// intake sorts samples by their groups. What is over a bound, or is no number, is left out.
type intake struct {
	r        *Ring
	readings []reading
	pending  []*values
	at       map[*group]int
	dropped  int
	series   int // of sources, with those that are new
}

func (in *intake) take(b Batch) {
	from := len(in.readings)
	clear(in.at)
	for _, s := range b.Samples {
		if math.IsNaN(s.Value) || math.IsInf(s.Value, 0) {
			continue
		}
		if !in.sample(b.Origin, s) {
			in.dropped++
		}
	}
	for i := from; i < len(in.readings); i++ {
		in.readings[i].shape = in.r.names.shape(in.pending[i].cols)
		in.readings[i].vals = in.pending[i].vals
	}
}

func (in *intake) sample(origin string, s metrics.Sample) bool {
	if !small(s) {
		return false
	}
	c, bucket := columnOf(s)
	var dropped []string
	if bucket {
		dropped = []string{"le"}
	}
	g, known := in.r.names.lookup(familyOf(s.Name), s.Labels, dropped...)
	if !known || !in.r.sources[g.id].has(c) {
		if in.series >= in.r.o.MaxSeries {
			return false
		}
		in.series++
	}
	if !known {
		g = in.r.names.group(familyOf(s.Name), s.Labels, dropped...)
	}
	i, found := in.at[g]
	if !found {
		i = len(in.readings)
		in.at[g] = i
		in.readings = append(in.readings, reading{origin: origin, group: g})
		in.pending = append(in.pending, &values{})
	}
	in.pending[i].set(c, s.Value)
	return true
}

// small says whether a series' texts are short enough to be kept.
func small(s metrics.Sample) bool {
	size := len(s.Name)
	for name, value := range s.Labels {
		size += len(name) + len(value) + 4
	}
	return size <= maxKey
}

// has says whether there is a column.
func (s *source) has(c column) bool {
	if s == nil {
		return false
	}
	_, found := s.find(c)
	return found
}

// since gives what has been counted since the last reading, and what gauges are.
func (s *source) since(now reading, known bool) values {
	out := values{make([]column, 0, len(now.vals)), make([]float64, 0, len(now.vals))}
	for i, c := range now.shape.cols {
		v := now.vals[i]
		j, found := s.find(c)
		switch {
		case c.kind == metrics.Gauge:
			out.append(c, v)
		case found && v >= s.vals[j]:
			out.append(c, v-s.vals[j])
		case found || known: // it began anew
			out.append(c, v)
		}
		s.set(c, v)
	}
	// Most sources have the same columns: they share them.
	if len(s.cols) == len(now.shape.cols) {
		s.cols = now.shape.cols
	}
	if len(out.cols) == len(now.shape.cols) {
		out.cols = now.shape.cols
	}
	return out
}
