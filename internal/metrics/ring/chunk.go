package ring

import (
	"encoding/binary"
	"slices"
)

// chunk is what one group had in one period, as long as its shape was the same. It is a
// sequence of these, each a number whose lower two bits say what it is:
const (
	tokenRow   = iota // a row, for the next slot
	tokenZeros        // n+1 slots in which nothing was counted and no gauge changed
	tokenGap          // n+1 slots of which nothing is known
)

type chunk struct {
	shape  *shape
	next   int       // slot after the last one that is in it
	zeros  int       // of these slots nothing is written yet
	before []float64 // last row, if there are gauges
	b      []byte
}

// append adds a row for a slot, which must not be before the last one.
func (c *chunk) append(slot int, row []float64) {
	if gap := slot - c.next; gap > 0 {
		c.flush()
		c.b = binary.AppendUvarint(c.b, uint64(gap-1)<<2|tokenGap)
	}
	c.next = slot + 1
	if c.quiet(row) {
		c.zeros++
		return
	}
	c.flush()
	c.b = appendRow(binary.AppendUvarint(c.b, tokenRow), c.shape, row, c.before)
	if c.shape.gauges {
		c.before = append(c.before[:0], row...)
	}
}

// quiet says whether nothing was counted and no gauge has changed.
func (c *chunk) quiet(row []float64) bool {
	for i, v := range row {
		last := 0.0
		if c.shape.gauge[i] && c.before != nil {
			last = c.before[i]
		}
		if v != last {
			return false
		}
	}
	return true
}

func (c *chunk) flush() {
	if c.zeros > 0 {
		c.b = binary.AppendUvarint(c.b, uint64(c.zeros-1)<<2|tokenZeros)
		c.zeros = 0
	}
}

// bytes gives the whole chunk; more may be appended.
func (c *chunk) bytes() []byte {
	d := chunk{b: slices.Clip(c.b), zeros: c.zeros}
	d.flush()
	return d.b
}

// maxSlots is how many slots a period has at most.
const maxSlots = 1 << 12

// readChunk gives each slot that is known with its row, which is only good until the next.
func readChunk(b []byte, s *shape, each func(slot int, row []float64)) error {
	r, row, slot := reader{b: b}, make([]float64, len(s.cols)), 0
	for len(r.b) > 0 {
		head := r.uvarint()
		n := int(min(head>>2, maxSlots)) + 1
		if head&3 == tokenRow {
			n = 1
		}
		if slot+n > maxSlots {
			return errShort
		}
		switch head & 3 {
		case tokenGap:
			slot += n
			continue
		case tokenRow:
			readRow(&r, s, row)
		case tokenZeros:
			still(s, row)
		default:
			return errShort
		}
		if r.err != nil {
			return r.err
		}
		for range n {
			each(slot, row)
			slot++
		}
	}
	return r.err
}

// still makes a row in which nothing happens: counters are 0, gauges as before.
func still(s *shape, row []float64) {
	for i, gauge := range s.gauge {
		if !gauge {
			row[i] = 0
		}
	}
}
