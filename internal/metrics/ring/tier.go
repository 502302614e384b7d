package ring

import (
	"slices"
	"time"

	"slipway.dev/internal/metrics"
)

// period is how long a block is.
const period = 2 * time.Hour

// policy is what a tier keeps.
type policy struct {
	name string
	slot time.Duration
	keep time.Duration
	drop map[family][]string // labels; a family that is missing is not kept at all
}

// A deployment is never kept apart: it only keeps sums from becoming less when the edge forgets
// it.
var policies = []policy{
	{"minute", time.Minute, 3 * 24 * time.Hour, map[family][]string{
		flows: {"step", "service", "release", "deployment"}, ours: {"deployment"}, other: {}}},
	{"detail", 10 * time.Minute, 3 * 24 * time.Hour, map[family][]string{
		flows: {"deployment"}}},
	{"long", 10 * time.Minute, 35 * 24 * time.Hour, map[family][]string{
		flows: {"step", "service", "release", "deployment"}, ours: {"deployment", "instance"}, other: {"instance"}}},
}

// tier is what is kept at one resolution.
type tier struct {
	policy
	blocks []*block // by start
	start  int64    // of the period under way, in seconds
	slotAt int      // slot under way, from start; -1: none
	rows   map[uint32]*row
	chunks map[chunkKey]*chunk
	open   map[uint32][]*chunk // the same, by group
	names  map[string][]uint32 // groups in which there is a metric
	labels map[string][]uint32 // groups that have a label: "name=value"
	shapes map[chunkKey]bool   // what is in names already
}

// row is what a group has in the slot under way.
type row struct {
	values
	writes int // that the gauges are the mean of
}

func newTier(p policy) *tier {
	t := &tier{policy: p, slotAt: -1}
	t.begin(0)
	t.forgetIndex()
	return t
}

// begin begins a period.
func (t *tier) begin(start int64) {
	t.start, t.slotAt = start, -1
	t.rows, t.chunks, t.open = map[uint32]*row{}, map[chunkKey]*chunk{}, map[uint32][]*chunk{}
}

func (t *tier) forgetIndex() {
	t.names, t.labels, t.shapes = map[string][]uint32{}, map[string][]uint32{}, map[chunkKey]bool{}
}

// serves says whether the tier knows what a query asks for.
func (t *tier) serves(q metrics.Query) bool {
	dropped, kept := t.drop[familyOf(q.Name)]
	if !kept {
		return false
	}
	for _, name := range dropped {
		if q.Match[name] != "" || slices.Contains(q.By, name) {
			return false
		}
	}
	return true
}

// put puts what one Write has of each group into the slot at a time, in seconds.
func (t *tier) put(n *names, at int64, written map[uint32]*values) {
	if slot := int((at - t.start) / int64(t.slot.Seconds())); slot > t.slotAt {
		t.close(n)
		t.slotAt = slot
	}
	for id, v := range written {
		r := t.rows[id]
		if r == nil {
			t.rows[id] = &row{values: *v, writes: 1}
			if t.open[id] == nil { // so that it is found before its first slot is over
				t.index(n, chunkKey{id, n.shape(v.cols).id})
			}
			continue
		}
		r.take(*v)
	}
}

// take adds a Write to a slot: counters are summed up, of gauges it is the mean.
func (r *row) take(v values) {
	n := float64(r.writes)
	r.writes++
	for i, c := range v.cols {
		j, found := slices.BinarySearchFunc(r.cols, c, column.compare)
		switch {
		case !found:
			r.cols, r.vals = slices.Insert(r.cols, j, c), slices.Insert(r.vals, j, v.vals[i])
		case c.kind == metrics.Gauge:
			r.vals[j] += (v.vals[i] - r.vals[j]) / (n + 1)
		default:
			r.vals[j] += v.vals[i]
		}
	}
}

// close writes the slot under way into the chunks.
func (t *tier) close(n *names) {
	for id, r := range t.rows {
		s := n.shape(r.cols)
		key := chunkKey{id, s.id}
		c := t.chunks[key]
		if c == nil {
			c = &chunk{shape: s}
			t.chunks[key] = c
			t.open[id] = append(t.open[id], c)
			t.index(n, key)
		}
		c.append(t.slotAt, r.vals)
	}
	t.rows = make(map[uint32]*row, len(t.rows))
}

// index notes in which groups a metric and a label are.
func (t *tier) index(n *names, key chunkKey) {
	g, s := n.groups[key.group], n.shapes[key.shape]
	if g == nil || s == nil || t.shapes[key] {
		return
	}
	t.shapes[key] = true
	last := ""
	for _, c := range s.cols {
		if c.name != last {
			t.names[c.name] = addID(t.names[c.name], key.group)
			last = c.name
		}
	}
	for name, value := range g.labels {
		pair := name + "=" + value
		t.labels[pair] = addID(t.labels[pair], key.group)
	}
}

// addID keeps ids sorted and each there once.
func addID(ids []uint32, id uint32) []uint32 {
	i, found := slices.BinarySearch(ids, id)
	if found {
		return ids
	}
	return slices.Insert(ids, i, id)
}

// seal makes a block of the period under way; nil if nothing is in it.
func (t *tier) seal(n *names) *block {
	t.close(n)
	if len(t.chunks) == 0 {
		return nil
	}
	return newBlock(t.start, t.chunks)
}

// expire forgets blocks that are over their time, and gives them.
func (t *tier) expire(now int64) []*block {
	limit := now - int64(t.keep.Seconds()) - int64(period.Seconds())
	i := 0
	for i < len(t.blocks) && t.blocks[i].start < limit {
		i++
	}
	gone := t.blocks[:i]
	t.blocks = slices.Clone(t.blocks[i:])
	return gone
}

// reindex notes anew which groups are there.
func (t *tier) reindex(n *names) {
	t.forgetIndex()
	for _, b := range t.blocks {
		for i := range b.entries {
			t.index(n, b.key(i))
		}
	}
	for key := range t.chunks {
		t.index(n, key)
	}
}
