package slo

import (
	"context"
	"math"
	"strconv"
	"time"

	"slipway.dev/internal/metrics"
)

// figures are what a source says of an environment's flows in a span of steps. A flow that the
// edge watches has figures, and zeros while nobody takes it: of one without any nothing is known.
type figures struct {
	steps    int
	requests map[string][]float64                   // by flow
	errors   map[string][]float64                   //
	within   map[time.Duration]map[string][]float64 // by bound, and flow
	counted  map[counter][]float64
}

// counter is one of a service's own.
type counter struct{ service, name string }

// asker asks a source for what is needed of some histories.
type asker struct {
	source      metrics.Source
	environment string
	flow        string // only this one; empty: all
	from, to    time.Time
	step        time.Duration
}

// read asks for all that the histories need. Each series is asked for once.
func (a asker) read(ctx context.Context, of []*history) (figures, error) {
	f := figures{steps: int(a.to.Sub(a.from) / a.step), within: map[time.Duration]map[string][]float64{}, counted: map[counter][]float64{}}
	var err error
	edge := false
	for _, h := range of {
		edge = edge || h.columns.edge
	}
	if edge {
		if f.requests, err = a.byFlow(ctx, metrics.FlowRequests, nil); err != nil {
			return f, err
		}
		if f.errors, err = a.byFlow(ctx, metrics.FlowErrors, nil); err != nil {
			return f, err
		}
	}
	for _, h := range of {
		if err := a.bounds(ctx, h, f); err != nil {
			return f, err
		}
		if err := a.events(ctx, h, f); err != nil {
			return f, err
		}
	}
	return f, nil
}

// bounds asks for the requests within each bound that a history's latencies have.
func (a asker) bounds(ctx context.Context, h *history, f figures) (err error) {
	for _, o := range h.objectives {
		if o.Bound == 0 || f.within[o.Bound] != nil {
			continue
		}
		if f.within[o.Bound], err = a.byFlow(ctx, metrics.FlowBucket, map[string]string{"le": le(o.Bound)}); err != nil {
			return err
		}
	}
	return nil
}

// le writes a bound as the histograms' label does.
func le(bound time.Duration) string { return strconv.FormatFloat(bound.Seconds(), 'g', -1, 64) }

// events asks for the counters of a history's steps that are no requests.
func (a asker) events(ctx context.Context, h *history, f figures) error {
	for _, s := range h.columns.events {
		for _, name := range []string{s.Metric, s.Failed} {
			c := counter{s.Service, name}
			if name == "" || f.counted[c] != nil {
				continue
			}
			rows, err := a.ask(ctx, metrics.Query{Name: name, Match: map[string]string{"environment": a.environment, "service": s.Service}, Of: metrics.Increase})
			if err != nil {
				return err
			}
			f.counted[c] = []float64{}
			if len(rows) > 0 {
				f.counted[c] = rows[0].Values
			}
		}
	}
	return nil
}

// byFlow asks for a counter of flows.
func (a asker) byFlow(ctx context.Context, name string, match map[string]string) (map[string][]float64, error) {
	q := metrics.Query{Name: name, Match: map[string]string{"environment": a.environment}, By: []string{"flow"}, Of: metrics.Increase}
	for label, value := range match {
		q.Match[label] = value
	}
	if a.flow != "" {
		q.Match["flow"] = a.flow
	}
	rows, err := a.ask(ctx, q)
	if err != nil {
		return nil, err
	}
	out := make(map[string][]float64, len(rows))
	for _, r := range rows {
		out[r.Labels["flow"]] = r.Values
	}
	return out, nil
}

func (a asker) ask(ctx context.Context, q metrics.Query) ([]metrics.Row, error) {
	q.From, q.To, q.Step = a.from, a.to, a.step
	return a.source.Range(ctx, q)
}

// at gives a value of a row; NaN: it is not known.
func at(row []float64, i int) float64 {
	if i >= len(row) {
		return math.NaN()
	}
	return row[i]
}
