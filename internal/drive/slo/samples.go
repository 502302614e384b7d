package slo

import (
	"slipway.dev/internal/core/slo"
	"slipway.dev/internal/metrics"
)

// Names of the gauges, all with the labels flow, environment and objective.
const (
	GaugeObjective = "slipway_slo_objective"        // share that must be good
	GaugeMeasured  = "slipway_slo_measured"         // share that was good in the period; missing: not known
	GaugeBudget    = "slipway_slo_budget_remaining" // share of the error budget that is left; missing: not known
	GaugeBurn      = "slipway_slo_burn_rate"        // how many times faster than it may the budget burns, also by window
)

// Samples gives the gauges of all objectives, as of the last look.
func (e *Evaluator) Samples() []metrics.Sample {
	var out []metrics.Sample
	for _, s := range e.Statuses() {
		labels := map[string]string{"flow": s.Flow, "environment": s.Environment, "objective": s.Name}
		gauge := func(name string, value float64, labels map[string]string) {
			out = append(out, metrics.Sample{Name: name, Labels: labels, Value: value, Kind: metrics.Gauge})
		}
		gauge(GaugeObjective, s.Target, labels)
		if s.State == slo.Unknown {
			continue
		}
		gauge(GaugeMeasured, s.Measured, labels)
		gauge(GaugeBudget, s.Budget, labels)
		for _, w := range s.windows() {
			gauge(GaugeBurn, w.rate, map[string]string{"flow": s.Flow, "environment": s.Environment, "objective": s.Name, "window": w.name})
		}
	}
	return out
}

type window struct {
	name string
	rate float64
}

// windows gives the burn rate over each window once: some rules share one.
func (s Standing) windows() (list []window) {
	known := map[string]bool{}
	for _, b := range s.Burn {
		for _, w := range []window{{slo.Period(b.Long), b.LongRate}, {slo.Period(b.Short), b.ShortRate}} {
			if !known[w.name] {
				known[w.name] = true
				list = append(list, w)
			}
		}
	}
	return list
}
