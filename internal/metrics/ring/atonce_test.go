package ring

import (
	"math"
	"strconv"
	"sync"
	"testing"
	"time"

	"slipway.dev/internal/metrics"
)

// TestAtOnce asks while it is written, over the ends of periods. Whatever is said of a minute
// is right.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	r := open(t, inMemory(t))
	const all = 400
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for asked := 0; ; asked++ {
				select {
				case <-done:
					return
				default:
				}
				rows, err := r.Range(t.Context(), minutes("a_total", metrics.Increase, all, "x"))
				if err != nil {
					t.Error(err)
				}
				for _, row := range rows {
					for i, v := range row.Values {
						if !math.IsNaN(v) && v != 2 {
							t.Errorf("minute %d has %v", i, v)
						}
					}
				}
				r.Stats()
			}
		})
	}
	for i := range all {
		var samples []metrics.Sample
		for x := range 5 {
			samples = append(samples, counter("a_total", float64(2*i), "x", strconv.Itoa(x)), counter("b_total", 1, "n", strconv.Itoa(i)))
		}
		write(t, r, begin.Add(time.Duration(i)*time.Minute), samples...)
	}
	close(done)
	readers.Wait()
}
