package ring

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"slipway.dev/internal/metrics"
)

// column is one figure of a group: the series of a group differ in nothing else.
type column struct {
	name  string
	le    string // of a histogram's bucket
	bound float64
	kind  metrics.Kind
}

func newColumn(name, le string, kind metrics.Kind) column {
	c := column{name: name, le: le, kind: kind}
	if le != "" {
		c.bound, _ = strconv.ParseFloat(le, 64)
	}
	return c
}

func (c column) compare(d column) int {
	return cmp.Or(strings.Compare(c.name, d.name), cmp.Compare(c.bound, d.bound), strings.Compare(c.le, d.le), cmp.Compare(c.kind, d.kind))
}

// follows says whether it counts all that a bucket before it does, and maybe more: the next
// bucket of a histogram, or its count.
func (c column) follows(b column) bool {
	if b.le == "" || c.kind != metrics.Counter {
		return false
	}
	base, _ := strings.CutSuffix(b.name, "_bucket")
	return c.name == b.name && c.le != "" || c.name == base+"_count"
}

// columnOf gives a sample's column, and whether its label le is part of that.
func columnOf(s metrics.Sample) (c column, bucket bool) {
	le := s.Labels["le"]
	if le == "" || s.Kind != metrics.Counter || !strings.HasSuffix(s.Name, "_bucket") {
		return newColumn(s.Name, "", s.Kind), false
	}
	if b, err := strconv.ParseFloat(le, 64); err != nil || math.IsNaN(b) {
		return newColumn(s.Name, "", s.Kind), false
	}
	return newColumn(s.Name, le, s.Kind), true
}

// shape is the columns that a row has, in their order.
type shape struct {
	id     uint32
	cols   []column
	first  []int // of a histogram's bucket or count: the place of its first bucket; else its own
	gauge  []bool
	gauges bool   // some are
	stand  *shape // the same columns as gauges: how what they stand at is written
}

func newShape(id uint32, cols []column) *shape {
	cols = slices.Clip(cols)
	s := &shape{id: id, cols: cols, first: make([]int, len(cols)), gauge: make([]bool, len(cols))}
	s.stand = &shape{cols: cols, first: make([]int, len(cols)), gauge: make([]bool, len(cols)), gauges: true}
	for i, c := range cols {
		s.first[i], s.stand.first[i] = i, i
		if i > 0 && c.follows(cols[i-1]) {
			s.first[i] = s.first[i-1]
		}
		s.gauge[i], s.stand.gauge[i] = c.kind == metrics.Gauge, true
		s.gauges = s.gauges || s.gauge[i]
	}
	return s
}

// plain is the shape by which what its columns stand at is written.
func (s *shape) plain() *shape { return s.stand }

// values is a row: what each column of a group has.
type values struct {
	cols []column
	vals []float64
}

// add puts a value to a column, in its place.
func (v *values) add(c column, x float64) {
	i, found := v.find(c)
	if found {
		v.vals[i] += x
		return
	}
	v.cols, v.vals = slices.Insert(v.cols, i, c), slices.Insert(v.vals, i, x)
}

// merge puts each value of another row to its column.
func (v *values) merge(w values) {
	if slices.Equal(v.cols, w.cols) {
		for i, x := range w.vals {
			v.vals[i] += x
		}
		return
	}
	for i, c := range w.cols {
		v.add(c, w.vals[i])
	}
}

func (v *values) find(c column) (int, bool) {
	return slices.BinarySearchFunc(v.cols, c, column.compare)
}

// set gives a column a value, in its place.
func (v *values) set(c column, x float64) {
	if n := len(v.cols); n > 0 && v.cols[n-1].compare(c) < 0 { // samples mostly come in order
		v.append(c, x)
		return
	}
	i, found := v.find(c)
	if !found {
		v.cols, v.vals = slices.Insert(v.cols, i, c), slices.Insert(v.vals, i, 0)
	}
	v.vals[i] = x
}

// append adds a column that comes after all others.
func (v *values) append(c column, x float64) {
	v.cols, v.vals = append(v.cols, c), append(v.vals, x)
}
