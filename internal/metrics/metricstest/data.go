// Package metricstest is the suite that every hand of the port metrics must pass.
package metricstest

import (
	"time"

	"slipway.dev/internal/metrics"
)

// Write is what all series have at a time.
type Write struct {
	At      time.Time
	Samples []metrics.Sample
}

// Length is how long the suite's data is.
const Length = 3 * time.Hour

// hostile is a label's value that must come back as it is.
const hostile = "a\"b\\c\nd{}=,'`é日"

// Data is what a Source under test must have: from a time on, each minute. The first is only
// there to count from.
func Data(from time.Time) []Write {
	var out []Write
	for i := range int(Length/time.Minute) + 1 {
		w := Write{At: from.Add(time.Duration(i) * time.Minute)}
		add := func(kind metrics.Kind, name string, v float64, labels ...string) {
			s := metrics.Sample{Name: name, Value: v, Kind: kind, Labels: map[string]string{}}
			for j := 0; j < len(labels); j += 2 {
				s.Labels[labels[j]] = labels[j+1]
			}
			w.Samples = append(w.Samples, s)
		}
		minute := float64(i)
		add(metrics.Counter, "shop_orders_total", 6*minute, "service", "tickets", "code", "2xx")
		add(metrics.Counter, "shop_orders_total", 60*minute, "service", "payments", "code", "2xx")
		add(metrics.Counter, "shop_orders_total", 12*minute, "service", "payments", "code", "5xx")
		add(metrics.Counter, "shop_odd_total", minute, "what", hostile)
		add(metrics.Counter, "shop_anew_total", 60*float64(i%50+1)) // begins anew every 50 minutes
		for le, n := range map[string]float64{"0.1": 30, "0.5": 54, "+Inf": 60} {
			add(metrics.Counter, "shop_seconds_bucket", n*minute, "le", le, "service", "tickets")
		}
		add(metrics.Gauge, "shop_memory_bytes", float64(1000+(i+4)/5%7*100), "instance", "a")
		add(metrics.Gauge, "shop_memory_bytes", 500.25, "instance", "b")
		if i < 60 || i > 100 {
			add(metrics.Counter, "shop_gap_total", 10*minute)
			add(metrics.Gauge, "shop_gap", 7)
		}
		out = append(out, w)
	}
	return out
}
