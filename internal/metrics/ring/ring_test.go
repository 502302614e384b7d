package ring

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slipway.dev/internal/metrics"
)

// begin is the end of the first minute of a period.
var begin = time.Date(2026, 3, 2, 10, 1, 0, 0, time.UTC)

func open(t testing.TB, dir string) *Ring {
	t.Helper()
	r, err := Open(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func write(t testing.TB, r *Ring, at time.Time, samples ...metrics.Sample) {
	t.Helper()
	if dropped, err := r.Write(t.Context(), at, []Batch{{"edge", samples}}); err != nil || dropped != 0 {
		t.Fatalf("write at %s: %d dropped, %v", at, dropped, err)
	}
}

func counter(name string, v float64, labels ...string) metrics.Sample {
	return metrics.Sample{Name: name, Value: v, Labels: labelsOf(labels)}
}

func gauge(name string, v float64, labels ...string) metrics.Sample {
	return metrics.Sample{Name: name, Value: v, Labels: labelsOf(labels), Kind: metrics.Gauge}
}

func labelsOf(pairs []string) map[string]string {
	out := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

func ask(t testing.TB, r *Ring, q metrics.Query) []metrics.Row {
	t.Helper()
	rows, err := r.Range(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// minutes asks for so many minutes from begin on.
func minutes(name string, of metrics.Of, n int, by ...string) metrics.Query {
	return metrics.Query{Name: name, Of: of, By: by, Step: time.Minute, From: begin, To: begin.Add(time.Duration(n) * time.Minute)}
}

var nan = math.NaN()

func same(t testing.TB, got []metrics.Row, want ...metrics.Row) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateNaNs(), cmpopts.EquateApprox(0, 1e-6), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("rows (-want +got):\n%s", d)
	}
}

func line(labels map[string]string, values ...float64) metrics.Row {
	return metrics.Row{Labels: labels, Values: values}
}

func TestCountsWhatComesOnTop(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	for i, v := range []float64{1000, 1003, 1003, 2, 2.5} { // begins anew at the fourth
		write(t, r, begin.Add(time.Duration(i)*time.Minute), counter("a_total", v, "service", "tickets"))
	}
	same(t, ask(t, r, minutes("a_total", metrics.Increase, 5)), line(nil, 3, 0, 2, 0.5, nan))
}

func TestWhatANewSeriesBeganWith(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	write(t, r, begin, counter("a_total", 7, "x", "1"))
	write(t, r, begin.Add(time.Minute), counter("a_total", 8, "x", "1"), counter("a_total", 5, "x", "2"))
	same(t, ask(t, r, minutes("a_total", metrics.Increase, 1, "x")),
		line(labelsOf([]string{"x", "1"}), 1), line(labelsOf([]string{"x", "2"}), 5))
}

func TestAGapIsUnknown(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	for _, i := range []int{0, 1, 4, 5} {
		write(t, r, begin.Add(time.Duration(i)*time.Minute), counter("a_total", float64(10*i)), gauge("g", float64(i)))
	}
	same(t, ask(t, r, minutes("a_total", metrics.Increase, 5)), line(nil, 10, nan, nan, 30, 10))
	same(t, ask(t, r, minutes("g", metrics.Last, 5)), line(nil, 1, nan, nan, 4, 5))
	same(t, ask(t, r, minutes("nothing", metrics.Last, 5)))
}

func TestGauges(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	for i, v := range []float64{5, 3, 0.25, -4, 1e18, 1e18 + 4096} {
		write(t, r, begin.Add(time.Duration(i-1)*time.Minute), gauge("g", v, "instance", "a"), gauge("g", 1, "instance", "b"))
	}
	q := minutes("g", metrics.Last, 4)
	q.From, q.To = begin.Add(-2*time.Minute), begin.Add(4*time.Minute)
	q.Match = map[string]string{"instance": "a"}
	same(t, ask(t, r, q), line(nil, 5, 3, 0.25, -4, 1e18, 1e18+4096))
	q.Match, q.Step = nil, 2*time.Minute
	same(t, ask(t, r, q), line(nil, 4, -3, 1e18+4097))
	q.Of = metrics.Max
	same(t, ask(t, r, q), line(nil, 6, 1.25, 1e18+4097))
	q.Of = metrics.Mean
	same(t, ask(t, r, q), line(nil, 5, -0.875, 1e18+2049))
}
