package ring

import (
	"encoding/binary"
	"errors"
	"math"
)

var errShort = errors.New("it ends too early, or is not as it should be")

// reader takes a byte string apart. After an error all that it gives is zero.
type reader struct {
	b   []byte
	err error
}

func (r *reader) uvarint() uint64 {
	if len(r.b) > 0 && r.b[0] < 0x80 { // nearly all are
		n := r.b[0]
		r.b = r.b[1:]
		return uint64(n)
	}
	n, size := binary.Uvarint(r.b)
	if size <= 0 {
		r.b, r.err = nil, errShort
		return 0
	}
	r.b = r.b[size:]
	return n
}

func (r *reader) take(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.b, r.err = nil, errShort
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) text() string { return string(r.take(r.uvarint())) }

func (r *reader) byte() byte {
	if b := r.take(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (r *reader) float() float64 {
	if b := r.take(8); len(b) == 8 {
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
	return 0
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendFloat(b []byte, f float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
}

// A row is a number for each column: n ≥ 1 as n<<1; a run of n zeros as (n-1)<<1|1; anything
// else as 0 and its eight bytes. The numbers of counters are increments, those of buckets and
// of their count less what the bucket before has, those of gauges differences to the row before.

const whole = 1 << 51 // up to here floats are whole numbers, and so are their differences

func isWhole(f float64) bool { return f == math.Trunc(f) && math.Abs(f) < whole }

// number gives what is written of a value; raw: the value itself.
func number(gauge bool, v, before float64) (n uint64, raw bool) {
	if gauge {
		if v == before {
			return 0, false
		}
		d := int64(v - before)
		return uint64(d<<1) ^ uint64(d>>63), !isWhole(v) || !isWhole(before)
	}
	return uint64(max(v, 0)), v < 0 || !isWhole(v)
}

// value is the reverse of number.
func value(gauge bool, n uint64, before float64) float64 {
	if gauge {
		return before + float64(int64(n>>1)^-int64(n&1))
	}
	return float64(n)
}

// appendRow writes a row; before is the one before it, of which only gauges matter, and nil
// if there are none.
func appendRow(b []byte, s *shape, row, before []float64) []byte {
	zeros := 0
	flush := func() {
		if zeros > 0 {
			b = binary.AppendUvarint(b, uint64(zeros-1)<<1|1)
		}
		zeros = 0
	}
	for i, v := range row {
		last := 0.0
		if s.first[i] < i {
			v -= row[i-1]
		}
		if before != nil {
			last = before[i]
		}
		n, raw := number(s.gauge[i], v, last)
		switch {
		case raw:
			flush()
			b = appendFloat(append(b, 0), v)
		case n == 0:
			zeros++
		default:
			flush()
			b = binary.AppendUvarint(b, n<<1)
		}
	}
	flush()
	return b
}

// readRow reads a row over the one before it.
func readRow(r *reader, s *shape, row []float64) {
	for i := 0; i < len(row); i++ {
		token := r.uvarint()
		switch {
		case r.err != nil:
			return
		case token&1 == 1:
			n := token >> 1 // and one more
			if n >= uint64(len(row)-i) {
				r.b, r.err = nil, errShort
				return
			}
			for last := i + int(n); ; i++ {
				if !s.gauge[i] {
					row[i] = 0
				}
				if i == last {
					break
				}
			}
		case token == 0:
			row[i] = r.float()
		default:
			row[i] = value(s.gauge[i], token>>1, row[i])
		}
	}
	for i, first := range s.first {
		if first < i {
			row[i] += row[i-1]
		}
	}
}
