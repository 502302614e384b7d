package slo

import (
	"cmp"
	"math"
	"reflect"
	"time"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/slo"
)

// recent is how far back minutes are kept: as long as the longest window of a page.
const recent = 6 * time.Hour

// coarsest is the least length of the longer steps, and mostSteps how many a period has at most.
const (
	coarsest  = 30 * time.Minute
	mostSteps = 1440
)

// history is what was counted for a flow in an environment, and what its machine knows.
type history struct {
	flow        flow.Flow
	environment string
	objectives  []slo.Objective
	columns     columns
	fine        *tier
	coarse      *tier
	state       slo.State // of its machine, as it was when it was read last
}

// columns says what is in the columns of a history. Column 0 has the requests that
// availability counts. Latencies count the requests that the edge saw, which are others if
// the flow has events or expressions that measure it.
type columns struct {
	events  []flow.Step // that have a counter of their own
	edge    bool        // it has requests that the edge sees
	measure *manifest.Measure
	seen    int // column of the requests that the edge saw
	bad     int // column of the first objective's bad ones; the others follow
}

func newHistory(f flow.Flow, environment string, objectives []slo.Objective) *history {
	h := &history{flow: f, environment: environment}
	period := time.Duration(0)
	for _, o := range objectives {
		h.objectives = append(h.objectives, o.In(environment))
		period = max(period, o.Window)
	}
	for _, s := range f.Steps {
		h.columns.edge = h.columns.edge || s.Request != ""
		if s.Metric != "" {
			h.columns.events = append(h.columns.events, s)
		}
	}
	h.columns.measure = f.Spec.Targets.Reliability.Measure
	h.columns.bad = 1
	if len(h.columns.events) > 0 || h.columns.measure != nil {
		h.columns.seen, h.columns.bad = 1, 2
	}
	step := max(coarsest, (period/mostSteps + coarsest - 1).Truncate(coarsest))
	n := h.columns.bad + len(objectives)
	h.coarse = newTier(step, int(period/step)+2, n)
	h.fine = newTier(time.Minute, int((min(recent, period)+step)/time.Minute)+2, n)
	return h
}

// same says whether the other one would hold the same figures.
func (h *history) same(o *history) bool {
	return reflect.DeepEqual(h.objectives, o.objectives) && reflect.DeepEqual(h.columns, o.columns)
}

func (h *history) compare(o *history) int {
	return cmp.Or(cmp.Compare(h.environment, o.environment), cmp.Compare(h.flow.Name, o.flow.Name))
}

// total is the column of the requests that an objective counts.
func (h *history) total(i int) int {
	if h.objectives[i].Bound > 0 {
		return h.columns.seen
	}
	return 0
}

// buckets gives what an objective is judged by, up to end: longer steps first, then minutes.
// It uses the memory of into.
func (h *history) buckets(i int, end time.Time, into []slo.Bucket) []slo.Bucket {
	minutes := end.Add(-min(recent, h.objectives[i].Window)).Truncate(h.coarse.step)
	into = h.coarse.buckets(h.total(i), h.columns.bad+i, end.Add(-h.objectives[i].Window), minutes, into[:0])
	return h.fine.buckets(h.total(i), h.columns.bad+i, minutes, end, into)
}

// tier is a ring of steps of one length. A column has one value for each; NaN: nothing is
// known.
type tier struct {
	step   time.Duration
	n      int64
	newest int64 // number of the newest step, since 1970; 0: there is none
	read   int64 // all before this one was read
	past   past  // what was asked for by expressions
	values [][]float32
}

// newTier makes a ring of n steps whose columns come with their first value: a flow that
// nobody takes needs no memory.
func newTier(step time.Duration, n, columns int) *tier {
	return &tier{step: step, n: int64(n), values: make([][]float32, columns)}
}

func (t *tier) slot(at time.Time) int64 { return at.UnixNano() / int64(t.step) }

func (t *tier) time(slot int64) time.Time { return time.Unix(0, slot*int64(t.step)).UTC() }

// advance makes room up to before a step; what was never written is not known.
func (t *tier) advance(slot int64) {
	if from := max(t.newest+1, slot-t.n); t.newest > 0 {
		for ; from < slot; from++ {
			for _, column := range t.values {
				if column != nil {
					column[from%t.n] = nan
				}
			}
		}
	}
	t.newest = max(t.newest, slot-1)
}

var nan = float32(math.NaN())

func (t *tier) put(column int, slot int64, value float64) {
	if slot > t.newest || slot <= t.newest-t.n {
		return
	}
	if t.values[column] == nil {
		if math.IsNaN(value) {
			return
		}
		t.values[column] = make([]float32, t.n)
		for i := range t.values[column] {
			t.values[column][i] = nan
		}
	}
	t.values[column][slot%t.n] = float32(value)
}

// get gives a value; NaN: it is not known.
func (t *tier) get(column int, slot int64) float64 {
	if t.values[column] == nil || slot > t.newest || slot <= t.newest-t.n {
		return math.NaN()
	}
	return float64(t.values[column][slot%t.n])
}

func (t *tier) buckets(total, bad int, from, until time.Time, into []slo.Bucket) []slo.Bucket {
	if t.values[total] == nil || t.values[bad] == nil {
		return into
	}
	for slot := max(t.slot(from), t.newest-t.n+1); slot < t.slot(until) && slot <= t.newest; slot++ {
		b := slo.Bucket{Start: t.time(slot), Length: t.step, Total: t.get(total, slot), Bad: t.get(bad, slot)}
		if b.Known = !math.IsNaN(b.Total) && !math.IsNaN(b.Bad); b.Known {
			into = append(into, b)
		}
	}
	return into
}
