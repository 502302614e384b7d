package ring

import (
	"encoding/binary"
	"fmt"
)

// A log's records: first 'S', the state in which its period begins, then a 'W' for each Write.
// What columns stand at is written as gauges are: whole numbers as differences to what they
// stood at before.

func (r *Ring) writeRecord(at int64, readings []reading) []byte {
	b := binary.AppendUvarint([]byte{'W'}, uint64(at))
	for _, rd := range readings {
		s := rd.shape.plain()
		before := make([]float64, len(rd.vals))
		if src := r.sources[rd.group.id]; src != nil {
			for i, c := range rd.shape.cols {
				if j, found := src.find(c); found {
					before[i] = src.vals[j]
				}
			}
		}
		b = appendText(b, rd.origin)
		b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(rd.group.id)), uint64(rd.shape.id))
		b = appendRow(b, s, rd.vals, before)
	}
	return b
}

func (r *Ring) readWrite(rd *reader) (at int64, readings []reading, err error) {
	at = int64(rd.uvarint())
	for len(rd.b) > 0 {
		origin := rd.text()
		g, s, err := r.known(rd)
		if err != nil {
			return 0, nil, err
		}
		vals := make([]float64, len(s.cols))
		if src := r.sources[g.id]; src != nil {
			for i, c := range s.cols {
				if j, found := src.find(c); found {
					vals[i] = src.vals[j]
				}
			}
		}
		readRow(rd, s.plain(), vals)
		readings = append(readings, reading{origin, g, s, vals})
	}
	return at, readings, rd.err
}

// known reads the numbers of a group and a shape.
func (r *Ring) known(rd *reader) (*group, *shape, error) {
	g, s := r.names.groups[uint32(rd.uvarint())], r.names.shapes[uint32(rd.uvarint())]
	if rd.err != nil {
		return nil, nil, rd.err
	}
	if g == nil || s == nil {
		return nil, nil, fmt.Errorf("it has numbers that are not in the file names")
	}
	return g, s, nil
}

func (r *Ring) stateRecord() []byte {
	b := binary.AppendUvarint([]byte{'S'}, uint64(r.last))
	b = binary.AppendUvarint(b, uint64(len(r.origins)))
	for origin, seen := range r.origins {
		b = binary.AppendUvarint(appendText(b, origin), uint64(seen))
	}
	for id, src := range r.sources {
		s := r.names.shape(src.cols)
		b = binary.AppendUvarint(b, uint64(src.seen))
		b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(id)), uint64(s.id))
		b = appendRow(b, s.plain(), src.vals, make([]float64, len(src.vals)))
	}
	return b
}

func (r *Ring) readState(rd *reader) error {
	r.last = int64(rd.uvarint())
	for n := rd.uvarint(); n > 0 && rd.err == nil; n-- {
		origin := rd.text()
		r.origins[origin] = int64(rd.uvarint())
	}
	for len(rd.b) > 0 {
		seen := int64(rd.uvarint())
		g, s, err := r.known(rd)
		if err != nil {
			return err
		}
		vals := make([]float64, len(s.cols))
		readRow(rd, s.plain(), vals)
		r.sources[g.id] = &source{values: values{s.cols, vals}, seen: seen, folds: r.folds(g)}
		r.series += len(vals)
	}
	return rd.err
}
