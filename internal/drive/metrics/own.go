package metrics

import (
	"context"
	"os"
	"runtime"
	rt "runtime/metrics"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"slipway.dev/internal/metrics"
	"slipway.dev/internal/version"
)

// own gives Slipway's own figures.
func (c *Collector) own(ctx context.Context) []metrics.Sample {
	b := version.Get()
	out := []metrics.Sample{{Name: "slipway_build_info", Kind: metrics.Gauge, Value: 1, Labels: labelsOf("version", b.Version, "commit", b.Commit, "go", b.Go)}}
	stats := c.Ring.Stats()
	out = append(out,
		metrics.Sample{Name: "slipway_metrics_series", Kind: metrics.Gauge, Value: float64(stats.Series)},
		metrics.Sample{Name: "slipway_metrics_bytes", Kind: metrics.Gauge, Value: float64(stats.Bytes)},
		metrics.Sample{Name: metrics.DroppedSeries, Value: float64(stats.Dropped)})
	out = append(out, process()...)
	if c.Own != nil {
		out = append(out, c.Own(ctx)...)
	}
	return out
}

// process gives what this process uses, under the names that clients of Prometheus use.
func process() []metrics.Sample {
	read := []rt.Sample{
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/cycles/total:gc-cycles"},
	}
	rt.Read(read)
	value := func(s rt.Sample) float64 {
		if s.Value.Kind() != rt.KindUint64 {
			return 0 // not of this Go
		}
		return float64(s.Value.Uint64())
	}
	out := []metrics.Sample{
		{Name: "go_goroutines", Kind: metrics.Gauge, Value: float64(runtime.NumGoroutine())},
		{Name: "go_memstats_heap_alloc_bytes", Kind: metrics.Gauge, Value: value(read[0])},
		{Name: "go_memstats_alloc_bytes_total", Value: value(read[1])},
		{Name: "go_gc_cycles_total", Value: value(read[2])},
	}
	var use unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &use) == nil {
		cpu := float64(use.Utime.Nano()+use.Stime.Nano()) / 1e9
		out = append(out, metrics.Sample{Name: "process_cpu_seconds_total", Value: cpu})
	}
	if statm, err := os.ReadFile("/proc/self/statm"); err == nil {
		if f := strings.Fields(string(statm)); len(f) > 1 {
			pages, _ := strconv.ParseInt(f[1], 10, 64)
			out = append(out, metrics.Sample{Name: "process_resident_memory_bytes", Kind: metrics.Gauge, Value: float64(pages * int64(os.Getpagesize()))})
		}
	}
	if files, err := os.ReadDir("/proc/self/fd"); err == nil {
		out = append(out, metrics.Sample{Name: "process_open_fds", Kind: metrics.Gauge, Value: float64(len(files))})
	}
	return out
}
