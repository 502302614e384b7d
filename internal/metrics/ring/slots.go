package ring

import (
	"math"

	"slipway.dev/internal/metrics"
)

// slots is what a row has in each slot of a tier, in the time of a query.
type slots struct {
	labels map[string]string
	first  int64 // start of the first slot, in seconds
	length int64 // of a slot, in seconds
	sums   []float64
}

func newSlots(labels map[string]string, t *tier, q metrics.Query) *slots {
	length := int64(t.slot.Seconds())
	first := q.From.Unix() - q.From.Unix()%length
	n := (q.End(q.Steps()-1).Unix() - first + length - 1) / length
	return &slots{labels, first, length, unknown(int(n) + 1)}
}

func unknown(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.NaN()
	}
	return out
}

// add adds to a slot, counted from the start of a period.
func (s *slots) add(start int64, slot int, v float64) {
	i := (start-s.first)/s.length + int64(slot)
	if i < 0 || i >= int64(len(s.sums)) {
		return
	}
	if math.IsNaN(s.sums[i]) {
		s.sums[i] = 0
	}
	s.sums[i] += v
}

// into makes steps of the slots.
func (s *slots) into(steps []float64, q metrics.Query) {
	for i := range steps {
		from := float64(q.From.Unix()) + float64(i)*q.Step.Seconds()
		steps[i] = s.step(from, from+q.Step.Seconds(), q.Of)
	}
}

// step gives what there is between two times.
func (s *slots) step(from, to float64, of metrics.Of) float64 {
	length := float64(s.length)
	sum, weight, out := 0.0, 0.0, math.NaN()
	for i := max(0, int((from-float64(s.first))/length)); i < len(s.sums); i++ {
		begin := float64(s.first) + float64(i)*length
		if begin >= to {
			break
		}
		v, part := s.sums[i], (min(to, begin+length)-max(from, begin))/length
		if math.IsNaN(v) || part <= 0 {
			continue
		}
		sum, weight = sum+v*part, weight+part
		switch of {
		case metrics.Increase:
			out = sum
		case metrics.Mean:
			out = sum / weight
		case metrics.Last:
			out = v
		case metrics.Max:
			if math.IsNaN(out) || v > out {
				out = v
			}
		}
	}
	return out
}
