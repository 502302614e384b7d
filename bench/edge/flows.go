package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/edgeclient"
	"slipway.dev/internal/wire/edgewire"
)

// FlowFigures are what the edge does with the patterns of flows, beside the same edge without
// any.
type FlowFigures struct {
	Patterns int     `json:"patterns"`
	Ratio    float64 `json:"ratio"` // the lowest of the following
	Spread   Share   `json:"spread"`
	One      Share   `json:"one"`
	Judged   Share   `json:"judged"` // one, and users are told apart and counted once
}

// Share is how much is left of what it was without flows: the medians over the rounds, each
// compared within itself.
type Share struct {
	Ratio    float64 `json:"ratio"`    // requests/s with flows / without
	CPURatio float64 `json:"cpuRatio"` // CPU time of a request without flows / with
}

// Patterns are those of steps of business flows, with wildcards. 50 services have 10 each, or
// the one that is asked has all.
const (
	patterns    = 500
	spread      = 50
	perFlow     = 5
	flowRequest = "/v3/items/12345/parts/7" // is of a step of one flow, and of one of another that takes all below it
)

// load is a table that the edge is asked with.
type load struct {
	name  string
	flows []edgewire.Flow
	apart bool // a canary is judged, and users stay
}

// compareFlows measures the edge with one table after the other.
func compareFlows(ctx context.Context, dir, backend string, edge contender, rounds int, d time.Duration) (FlowFigures, error) {
	client := edgeclient.New(filepath.Join(dir, "admin", "edge.sock"))
	loads := []load{
		{name: "none"}, {name: "spread", flows: flowsOf(spread)}, {name: "one", flows: flowsOf(1)}, {name: "judged", flows: flowsOf(1), apart: true},
	}
	edge.path = flowRequest
	taken := map[string][]Figures{}
	generation := int64(1)
	for range rounds {
		for _, l := range loads {
			generation++
			if err := client.Apply(ctx, table(generation, backend, l)); err != nil {
				return FlowFigures{}, err
			}
			f, err := edge.round(ctx, d)
			if err != nil {
				return FlowFigures{}, fmt.Errorf("flows %s: %w", l.name, err)
			}
			taken[l.name] = append(taken[l.name], f)
			fmt.Fprintf(os.Stderr, "flows %-8s %8.0f/s %6.1f µs %6.2f ms\n", l.name, f.RPS, f.CPUMicros, f.P99Ms)
		}
	}
	none := taken["none"]
	out := FlowFigures{Patterns: patterns, Spread: share(taken["spread"], none), One: share(taken["one"], none), Judged: share(taken["judged"], none)}
	out.Ratio = min(out.Spread.Ratio, out.One.Ratio, out.Judged.Ratio)
	return out, counted(ctx, client)
}

func share(with, without []Figures) Share {
	var rounds []Share
	for i := range with {
		rounds = append(rounds, Share{with[i].RPS / without[i].RPS, without[i].CPUMicros / with[i].CPUMicros})
	}
	return Share{median(rounds, func(s Share) float64 { return s.Ratio }), median(rounds, func(s Share) float64 { return s.CPURatio })}
}

// counted makes sure that the requests were matched and not only let through.
func counted(ctx context.Context, client *edgeclient.Client) error {
	counters, err := client.Counters(ctx)
	if err != nil {
		return err
	}
	var matched, units int
	for _, c := range counters.Flows {
		if c.Flow != "" && c.Requests > 0 {
			matched++
		}
		if c.Units.Requests > 0 {
			units++
		}
	}
	if matched < 2 || units < 2 {
		return fmt.Errorf("%d steps of flows have requests and %d have units; there should be two", matched, units)
	}
	return nil
}

// shapes are what patterns of steps look like.
var shapes = []string{
	"GET /v%d/items/{id}/parts/{part}", "GET /v%d/items/{rest...}", "POST /v%d/items/{id}", "/v%d/users/{user}/orders/{order}/{$}", "GET /v%d/{kind}/search",
}

// flowsOf are flows whose steps are shared out to so many services; the measured one is the
// first.
func flowsOf(services int) []edgewire.Flow {
	out := make([]edgewire.Flow, patterns/perFlow)
	for i := range out {
		out[i] = edgewire.Flow{Name: fmt.Sprint("flow", i), Bounds: flow.DefaultBounds}
	}
	for i := range patterns {
		service, n := "bench", i/services
		if other := i % services; other > 0 {
			service = fmt.Sprint("service", other)
		}
		f := &out[i%len(out)]
		f.Steps = append(f.Steps, edgewire.FlowStep{
			Name: fmt.Sprint("step", i), Service: service, Request: fmt.Sprintf(shapes[n%len(shapes)], 3+n/len(shapes)),
		})
	}
	return out
}

func table(generation int64, backend string, l load) edgewire.Table {
	s := edgewire.Service{
		Name: "bench", Environment: "bench", Routes: []edgewire.Route{{Host: "*", Path: "/"}}, IdleTimeout: 30 * time.Second, Apart: l.apart,
		Groups: []edgewire.Group{{Release: "1", Deployment: "1", Weight: 100, Instances: []edgewire.Instance{{ID: "1", Address: backend}}}},
	}
	if l.apart {
		s.Sticky = &edgewire.Sticky{Header: userHeader}
	}
	return edgewire.Table{Epoch: 1, Generation: generation, Flows: l.flows, Services: []edgewire.Service{s}}
}
