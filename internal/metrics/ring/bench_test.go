package ring

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"testing"
	"time"

	"slipway.dev/internal/metrics"
)

// What the benchmarks keep: so many flows in three environments of 100, 5 and no requests a
// minute, each flow with three steps and 14 bounds, one release a day, for 35 days.
const (
	manyFlows = 1000
	days      = 35
)

var rates = map[string]int{"prod": 100, "staging": 5, "dev": 0}

// traffic counts like an edge.
type traffic struct {
	rand   *rand.Rand
	counts map[string][]float64
}

var bounds = []string{"0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.3", "0.5", "0.8", "1", "2.5", "5", "10", "30", "+Inf"}

// samples gives what a flow stands at after some minutes more.
func (tr *traffic) samples(flow string, day, minutes int) []metrics.Sample {
	var out []metrics.Sample
	for env, rate := range rates {
		for _, step := range []string{"browse", "choose", "pay"} {
			key := fmt.Sprint(flow, env, step, day)
			c := tr.counts[key]
			if c == nil {
				c = make([]float64, len(bounds)+2)
				tr.counts[key] = c
			}
			for range rate*minutes*8/10/3 + tr.rand.IntN(rate*minutes*4/10/3+1) {
				c[min(max(int(tr.rand.NormFloat64()*1.2+5), 0), 13)]++ // most between 50 and 300 ms
				if tr.rand.IntN(500) == 0 {
					c[len(bounds)]++
				}
			}
			labels := []string{"flow", flow, "environment", env, "step", step, "service", "tickets", "release", "r" + strconv.Itoa(day), "deployment", strconv.Itoa(day)}
			sum := 0.0
			for i, le := range bounds {
				sum += c[i]
				out = append(out, counter(metrics.FlowBucket, sum, append(labels, "le", le)...))
			}
			out = append(out, counter(metrics.FlowCount, sum, labels...), counter(metrics.FlowRequests, sum, labels...),
				counter(metrics.FlowErrors, c[len(bounds)], labels...), counter(metrics.FlowAnonymous, 0, labels...), counter(metrics.FlowPlain, 0, labels...))
		}
	}
	return out
}

// many makes a directory with everything. One flow is written minute by minute; the others get
// its chunks.
func many(b *testing.B) (dir string, end time.Time) {
	b.Helper()
	dir = inMemory(b)
	r := open(b, dir)
	tr := &traffic{rand.New(rand.NewPCG(1, 2)), map[string][]float64{}}
	end = begin.Add(days * 24 * time.Hour).Add(124 * time.Minute)
	recent := end.Add(-4 * 24 * time.Hour)
	for at := begin; at.Before(end); {
		step := 10
		if at.After(recent) {
			step = 1
		}
		write(b, r, at, tr.samples("flow-0", int(at.Sub(begin).Hours()/24), step)...)
		at = at.Add(time.Duration(step) * time.Minute)
	}
	multiply(b, r)
	if err := r.Close(); err != nil {
		b.Fatal(err)
	}
	return dir, end
}

// multiply gives all chunks of blocks to other flows as well.
func multiply(b *testing.B, r *Ring) {
	others := map[uint32][]uint32{}
	for id, g := range r.names.groups {
		if g.family == flows {
			others[id] = nil
		}
	}
	for id := range others {
		g := r.names.groups[id]
		for i := range manyFlows - 1 {
			labels := without(g.labels)
			labels["flow"] = fmt.Sprintf("flow-%d", i+1)
			others[id] = append(others[id], r.names.group(flows, labels).id)
		}
	}
	if err := r.flushNames(); err != nil {
		b.Fatal(err)
	}
	for _, t := range r.tiers {
		for _, old := range t.blocks {
			chunks := map[chunkKey]*chunk{}
			for i := range old.entries {
				key := old.key(i)
				c := &chunk{shape: r.names.shapes[key.shape], b: old.chunk(i)}
				chunks[key] = c
				for _, id := range others[key.group] {
					chunks[chunkKey{id, key.shape}] = c
				}
			}
			if err := replace(r.blockName(t, old.start), newBlock(old.start, chunks).raw); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkMany opens, queries and writes all of it.
func BenchmarkMany(b *testing.B) {
	dir, end := many(b)
	var r *Ring
	b.Run("Open", func(b *testing.B) {
		for b.Loop() {
			if r != nil {
				r.Close()
			}
			var err error
			if r, err = Open(Options{Dir: dir, MaxSeries: 1 << 20}); err != nil {
				b.Fatal(err)
			}
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapAlloc)/1e6, "heap-MB")
		for _, t := range r.tiers {
			sum := 0
			for _, block := range t.blocks {
				sum += len(block.raw)
			}
			b.ReportMetric(float64(sum)/1e6, t.name+"-MB")
		}
	})
	ask := func(name string, q metrics.Query) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				rows, err := r.Range(b.Context(), q)
				if err != nil || len(rows) == 0 {
					b.Fatal(rows, err)
				}
			}
		})
	}
	one := map[string]string{"flow": "flow-77", "environment": "prod"}
	q := metrics.Query{Name: metrics.FlowRequests, Of: metrics.Increase, Match: one, From: end.Add(-30 * 24 * time.Hour), To: end, Step: 10 * time.Minute}
	ask("OneFlow30d", q)
	q.From, q.Step = end.Add(-6*time.Hour), time.Minute
	ask("OneFlow6h", q)
	q.Match, q.By, q.From, q.Step = nil, []string{"flow", "environment"}, end.Add(-30*24*time.Hour), 24*time.Hour
	ask("AllFlows30d", q)
	q.From, q.Step = end.Add(-time.Hour), time.Minute
	ask("AllFlows1h", q)
	b.Run("Write", func(b *testing.B) {
		tr := &traffic{rand.New(rand.NewPCG(3, 4)), map[string][]float64{}}
		var all []metrics.Sample
		for i := range manyFlows {
			all = append(all, tr.samples(fmt.Sprintf("flow-%d", i), days, 1)...)
		}
		at := end
		for b.Loop() {
			at = at.Add(time.Minute)
			for i := range all {
				all[i].Value += float64(i % 3)
			}
			if dropped, err := r.Write(b.Context(), at, []Batch{{"edge", all}}); err != nil || dropped > 0 {
				b.Fatal(dropped, err)
			}
		}
		b.ReportMetric(float64(len(all)), "samples")
	})
	r.Close()
}
