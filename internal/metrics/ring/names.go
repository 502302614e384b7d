package ring

import (
	"encoding/binary"
	"fmt"

	"slipway.dev/internal/metrics"
)

// names gives label sets and shapes their numbers, which are never used again.
type names struct {
	groups  map[uint32]*group
	shapes  map[uint32]*shape
	byKey   map[string]*group
	byCols  map[string]*shape
	last    uint32
	pending []byte // records that are not on disk yet
	written int    // records that were ever made since the file was written anew
	scratch []byte
}

func newNames() *names {
	return &names{groups: map[uint32]*group{}, shapes: map[uint32]*shape{}, byKey: map[string]*group{}, byCols: map[string]*shape{}}
}

// lookup finds the number of some labels, without those that are dropped.
func (n *names) lookup(f family, labels map[string]string, dropped ...string) (*group, bool) {
	n.scratch = appendKey(n.scratch[:0], f, labels, dropped...)
	g := n.byKey[string(n.scratch)]
	return g, g != nil
}

// group finds the number of some labels, or gives them one.
func (n *names) group(f family, labels map[string]string, dropped ...string) *group {
	if g, known := n.lookup(f, labels, dropped...); known {
		return g
	}
	n.last++
	g := &group{n.last, f, without(labels, dropped...)}
	n.addGroup(g)
	n.pending = appendFrame(n.pending, g.record())
	n.written++
	return g
}

func (n *names) addGroup(g *group) {
	n.groups[g.id] = g
	n.byKey[string(appendKey(nil, g.family, g.labels))] = g
}

// shape gives the number of some columns, which are not copied.
func (n *names) shape(cols []column) *shape {
	n.scratch = appendColumns(n.scratch[:0], cols)
	if s := n.byCols[string(n.scratch)]; s != nil {
		return s
	}
	n.last++
	s := newShape(n.last, append([]column{}, cols...))
	n.shapes[s.id], n.byCols[string(n.scratch)] = s, s
	n.pending = appendFrame(n.pending, s.record())
	n.written++
	return s
}

func (g *group) record() []byte {
	b := binary.AppendUvarint([]byte{'g'}, uint64(g.id))
	return appendKey(b, g.family, g.labels)
}

func (s *shape) record() []byte {
	b := binary.AppendUvarint([]byte{'s'}, uint64(s.id))
	return appendColumns(b, s.cols)
}

func appendColumns(b []byte, cols []column) []byte {
	for _, c := range cols {
		b = append(appendText(appendText(b, c.name), c.le), byte(c.kind))
	}
	return b
}

// read takes a record in.
func (n *names) read(record []byte) error {
	r := reader{b: record}
	kind, id := r.byte(), uint32(r.uvarint())
	switch kind {
	case 'g':
		g := &group{id: id, family: family(r.byte()), labels: map[string]string{}}
		for len(r.b) > 0 {
			name := r.text()
			g.labels[name] = r.text()
		}
		if r.err == nil {
			n.addGroup(g)
		}
	case 's':
		var cols []column
		for len(r.b) > 0 {
			name := r.text()
			cols = append(cols, newColumn(name, r.text(), metrics.Kind(r.byte())))
		}
		if r.err == nil {
			s := newShape(id, cols)
			n.shapes[id], n.byCols[string(appendColumns(nil, cols))] = s, s
		}
	default:
		return fmt.Errorf("a record of kind %q is unknown", kind)
	}
	n.last = max(n.last, id)
	n.written++
	return r.err
}
