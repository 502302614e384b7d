package metrics

import (
	"fmt"
	"io"
	"testing"

	"slipway.dev/internal/wire/edgewire"
)

// BenchmarkText writes what there is of 1,000 flows with three steps in three environments.
func BenchmarkText(b *testing.B) {
	var c edgewire.Counters
	for i := range 9000 {
		c.Flows = append(c.Flows, edgewire.FlowCounter{Flow: fmt.Sprintf("flow-%d", i/9), Step: fmt.Sprint("step ", i%3), Environment: fmt.Sprint("env", i/3%3),
			Service: "tickets", Release: "r1", Deployment: "1", Bounds: make([]float64, 14), Latency: make([]uint64, 15)})
		for j := range 14 {
			c.Flows[i].Bounds[j] = float64(j + 1)
		}
	}
	all := requests(c)
	b.ReportMetric(float64(len(all)), "samples")
	for b.Loop() {
		if err := writeText(io.Discard, all); err != nil {
			b.Fatal(err)
		}
	}
}
