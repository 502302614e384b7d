package metrics

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway.dev/internal/metrics"
	"slipway.dev/internal/metrics/ring"
	"slipway.dev/internal/target"
	"slipway.dev/internal/wire/edgewire"
)

// world is a real ring with an edge, instances and a clock that the test sets.
type world struct {
	*testing.T
	*Collector
	ring *ring.Ring

	mu        sync.Mutex
	now       time.Time
	counters  edgewire.Counters
	table     edgewire.Table
	away      error
	instances []Instance
	used      map[string]target.Usage
}

// begin is a full minute.
var begin = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	r, err := ring.Open(ring.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	w := &world{T: t, ring: r, now: begin, used: map[string]target.Usage{}}
	w.Collector = New(Deps{
		Ring: r, Edge: w, Now: w.clock, Log: slog.New(slog.DiscardHandler),
		Instances: func(context.Context) ([]Instance, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			return append([]Instance{}, w.instances...), nil
		},
		Usage: func(context.Context) (map[string]target.Usage, error) { return w.used, nil },
		Own: func(context.Context) []metrics.Sample {
			return []metrics.Sample{{Name: "slipway_machines", Kind: metrics.Gauge, Value: 2, Labels: map[string]string{"kind": "deploy", "status": "idle"}}}
		},
	})
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) Counters(context.Context) (edgewire.Counters, error) { return w.counters, w.away }
func (w *world) Table(context.Context) (edgewire.Table, error)       { return w.table, w.away }

// minute lets a minute go by and collects.
func (w *world) minute() {
	w.Helper()
	w.mu.Lock()
	w.now = w.now.Add(time.Minute)
	w.mu.Unlock()
	if err := w.Collect(w.Context()); err != nil {
		w.Fatal(err)
	}
}

// ask gives what is known of each minute since begin.
func (w *world) ask(name string, of metrics.Of, match ...string) []float64 {
	w.Helper()
	rows, err := w.ring.Range(w.Context(), metrics.Query{Name: name, Of: of, Match: labelsOf(match...), From: begin, To: w.clock(), Step: time.Minute})
	if err != nil || len(rows) > 1 {
		w.Fatalf("%s: %v, %v", name, rows, err)
	}
	if len(rows) == 0 {
		return nil
	}
	return rows[0].Values
}

// text is what GET /metrics answers.
func (w *world) text() string {
	w.Helper()
	var out strings.Builder
	if err := w.WriteText(w.Context(), &out); err != nil {
		w.Error(err)
	}
	return out.String()
}

func (w *world) has(text string, lines ...string) {
	w.Helper()
	for _, line := range lines {
		if !strings.Contains("\n"+text, "\n"+line+"\n") {
			w.Errorf("%q is missing in\n%s", line, text)
		}
	}
}

var errAway = errors.New("nobody answers")
