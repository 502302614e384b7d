package metrics

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/cost"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/metrics"
)

// CostsOf asks a source what was used in an environment, and says what flows cost of it. The
// figures that are kept here know steps of flows for three days only: over a longer span costs
// are unknown. Both ends are taken at full ten minutes, as that is how finely it is known.
// Errors are the source's.
func CostsOf(ctx context.Context, src metrics.Source, p cost.Prices, environment string, all []flow.Flow, from, to time.Time) ([]cost.FlowCost, error) {
	from, to = from.Truncate(grain), to.Truncate(grain)
	a := asker{ctx: ctx, src: src, environment: environment, from: from, to: to}
	services, err := a.services()
	if err != nil {
		return nil, err
	}
	flows, err := a.flows(all)
	if err != nil {
		return nil, err
	}
	return p.Flows(services, flows, to.Sub(from)), nil
}

// grain is how finely steps of flows are kept.
const grain = 10 * time.Minute

// asker asks what there was in an environment in a span.
type asker struct {
	ctx         context.Context
	src         metrics.Source
	environment string
	from, to    time.Time
}

// sum gives what of something there was, by the values of some labels.
func (a asker) sum(name string, of metrics.Of, match map[string]string, by ...string) (map[[3]string]float64, error) {
	q := metrics.Query{Name: name, Of: of, By: by, From: a.from, To: a.to, Step: grain, Match: map[string]string{"environment": a.environment}}
	for k, v := range match {
		q.Match[k] = v
	}
	rows, err := a.src.Range(a.ctx, q)
	if err != nil {
		return nil, err
	}
	out := map[[3]string]float64{}
	for _, r := range rows {
		var key [3]string
		for i, name := range by {
			key[i] = r.Labels[name]
		}
		total, known := 0.0, false
		for _, v := range r.Values {
			if !math.IsNaN(v) { // in other steps it did not run, or nobody looked
				total, known = total+v, true
			}
		}
		if known {
			out[key] = total
		}
	}
	return out, nil
}

// services gives what each service used. Whatever nobody has measured is unknown.
func (a asker) services() ([]cost.Service, error) {
	parts := []struct {
		name  string
		of    metrics.Of
		match map[string]string
		into  func(*cost.Service, float64)
	}{
		{metrics.InstanceCPU, metrics.Increase, nil, func(s *cost.Service, v float64) { s.CPUSeconds = v }},
		{metrics.InstanceMemory, metrics.Mean, nil, func(s *cost.Service, v float64) { s.MemoryHours = v * grain.Hours() }},
		{metrics.RequestBytes, metrics.Increase, map[string]string{"direction": metrics.Sent}, func(s *cost.Service, v float64) { s.SentBytes = v }},
		{metrics.Requests, metrics.Increase, nil, func(s *cost.Service, v float64) { s.Requests = v }},
	}
	found := map[string]*cost.Service{}
	for _, p := range parts {
		sums, err := a.sum(p.name, p.of, p.match, "service")
		if err != nil {
			return nil, err
		}
		for key, v := range sums {
			if found[key[0]] == nil {
				nan := math.NaN()
				found[key[0]] = &cost.Service{Name: key[0], Use: cost.Use{CPUSeconds: nan, MemoryHours: nan, SentBytes: nan, Requests: nan}}
			}
			p.into(found[key[0]], v)
		}
	}
	out := make([]cost.Service, 0, len(found))
	for _, s := range found {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b cost.Service) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// flows gives how often each flow was taken, and what of each service's requests are of it.
func (a asker) flows(all []flow.Flow) ([]cost.Flow, error) {
	sums, err := a.sum(metrics.FlowRequests, metrics.Increase, nil, "flow", "step", "service")
	if err != nil {
		return nil, err
	}
	of := func(f, step, service string) float64 {
		if v, known := sums[[3]string{f, step, service}]; known {
			return v
		}
		return math.NaN()
	}
	out := make([]cost.Flow, 0, len(all))
	for _, f := range all {
		c := cost.Flow{Name: f.Name, Executions: math.NaN()}
		first := true
		for _, s := range f.Steps {
			if s.Request == "" || s.Service == "" {
				continue
			}
			n := of(f.Name, s.Name, s.Service)
			if first && s.Path == "" {
				c.Executions, first = n, false
			}
			c.Shares = share(c.Shares, s.Service, n)
		}
		out = append(out, c)
	}
	return out, nil
}

// share adds a step's requests to what a flow has of a service.
func share(shares []cost.Share, service string, requests float64) []cost.Share {
	i := slices.IndexFunc(shares, func(s cost.Share) bool { return s.Service == service })
	if i < 0 {
		return append(shares, cost.Share{Service: service, Requests: requests})
	}
	shares[i].Requests += requests
	return shares
}
