package ring

import (
	"math"
	"slices"
	"testing"

	"slipway.dev/internal/metrics"
)

// shapeOf is one with everything that a shape may have.
func shapeOf() *shape {
	return newShape(7, []column{
		newColumn("a_total", "", metrics.Counter), newColumn("b_bucket", "0.1", metrics.Counter), newColumn("b_bucket", "1", metrics.Counter),
		newColumn("b_bucket", "+Inf", metrics.Counter), newColumn("g", "", metrics.Gauge),
	})
}

// FuzzChunk reads what nobody wrote: it must end, and give no slot twice.
func FuzzChunk(f *testing.F) {
	c := chunk{shape: shapeOf()}
	for slot, row := range map[int][]float64{3: {1, 2, 3, 4, 5.5}} {
		c.append(slot, row)
	}
	c.append(9, []float64{0, 0, 0, 0, 5.5})
	f.Add(c.bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		last := -1
		_ = readChunk(b, shapeOf(), func(slot int, row []float64) {
			if slot <= last || slot >= maxSlots || len(row) != 5 {
				t.Errorf("slot %d after %d with %d values", slot, last, len(row))
			}
			last = slot
		})
	})
}

// FuzzRows writes rows of any numbers and reads them again.
func FuzzRows(f *testing.F) {
	f.Add(uint64(3), 1.0, 2.0, 3.0, 4.0, 5.0)
	f.Add(uint64(0), 0.0, 0.5, 1e300, -7.0, 0.25)
	f.Fuzz(func(t *testing.T, gap uint64, a, b, c, d, e float64) {
		for _, v := range []float64{a, b, c, d, e} {
			if math.IsNaN(v) || math.Abs(v) > 1e300 {
				t.Skip("is not written")
			}
		}
		rows := [][]float64{{a, b, c, d, e}, {0, 0, 0, 0, e}, {b, c, d, e, a}, {0, 0, 0, 0, a}, {1, 2, 3, 4, 5}}
		ch := chunk{shape: shapeOf()}
		var slots []int
		for i, row := range rows {
			slot := i + int(gap%100)*i
			slots = append(slots, slot)
			ch.append(slot, slices.Clone(row))
		}
		i := 0
		err := readChunk(ch.bytes(), shapeOf(), func(slot int, row []float64) {
			for j, v := range row {
				want := rows[i][j]
				if slot != slots[i] || math.Abs(v-want) > 1e-9*(math.Abs(a)+math.Abs(b)+math.Abs(c)+math.Abs(d)+math.Abs(e)) {
					t.Errorf("slot %d column %d is %v, want slot %d %v", slot, j, v, slots[i], want)
				}
			}
			i++
		})
		if err != nil || i != len(rows) {
			t.Errorf("%d rows, %v", i, err)
		}
	})
}

// FuzzLoad takes names, and logs with records that nobody wrote.
func FuzzLoad(f *testing.F) {
	r := emptyRing()
	src := []Batch{{"edge", []metrics.Sample{counter("a_total", 5, "x", "1"), gauge("g", 2.5, "x", "1")}}}
	in := intake{r: r, at: map[*group]int{}}
	in.take(src[0])
	state := r.stateRecord()
	record := r.writeRecord(7200, in.readings)
	f.Add(r.names.pending, state, record)
	f.Fuzz(func(t *testing.T, named, state, record []byte) {
		r := emptyRing()
		_, _ = readFrames(named, r.names.read)
		raw := appendFrame(appendFrame(appendFrame(nil, state), record), record)
		good, err := r.replay(7200, raw)
		if good > len(raw) || good < len(raw) && err == nil {
			t.Errorf("%d of %d are good, %v", good, len(raw), err)
		}
		if b := newBlock(7200, r.tiers[0].chunks); b != nil {
			if again, err := readBlock(b.raw); err != nil || again.entries != b.entries {
				t.Errorf("its own block is refused: %v", err)
			}
		}
	})
}

func emptyRing() *Ring {
	r := &Ring{o: Options{MaxSeries: 1000}, names: newNames(), sources: map[uint32]*source{}, origins: map[string]int64{}}
	for _, p := range policies {
		r.tiers = append(r.tiers, newTier(p))
	}
	return r
}

// FuzzBlock takes blocks that nobody wrote, but whose checksum is right.
func FuzzBlock(f *testing.F) {
	c := &chunk{shape: shapeOf()}
	c.append(3, []float64{1, 2, 3, 4, 5})
	b := newBlock(7200, map[chunkKey]*chunk{{1, 7}: c, {1, 8}: c, {4, 7}: c})
	f.Add(b.raw[len(magic) : len(b.raw)-4])
	f.Fuzz(func(t *testing.T, body []byte) {
		b, err := readBlock(summed(append(slices.Clone(magic), body...)))
		if err != nil {
			return
		}
		for i := range b.entries {
			_ = b.chunk(i)
			n := 0
			for range b.of(b.key(i).group) {
				n++
			}
			if n == 0 {
				t.Errorf("entry %d is not found", i)
			}
		}
	})
}
