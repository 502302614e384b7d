package metrics

import (
	"math"
	"testing"
	"time"

	"slipway.dev/internal/core/cost"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/target"
)

// TestCosts goes the whole way, from what is counted to what a thousand purchases cost.
func TestCosts(t *testing.T) {
	w := newWorld(t)
	w.instances = []Instance{{ID: "a", Service: "tickets", Environment: "prod", Release: "r1", State: target.Healthy}}
	for i := range 130 { // 10 requests of the flow a minute, of 18 in all; half a core; 2 GiB; 1000 bytes
		w.count(uint64(i))
		w.used["a"] = target.Usage{CPUSeconds: 30 * float64(i), MemoryBytes: 2 << 30}
		w.minute()
	}
	p, err := cost.PricesOf(manifest.Prices{CPUHour: "0.40 EUR", MemoryHour: "0.10 EUR"})
	if err != nil {
		t.Fatal(err)
	}
	flows := []flow.Flow{
		{Name: "purchase", Steps: []flow.Step{{Name: "pay \"now\"", Service: "tickets", Request: "POST /orders"}}},
		{Name: "elsewhere", Steps: []flow.Step{{Name: "a", Service: "mail", Request: "GET /"}}},
	}
	from := begin.Add(10*time.Minute + 7*time.Second)
	got, err := CostsOf(t.Context(), w.ring, p, "prod", flows, from, from.Add(2*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	// Two hours of half a core and 2 GiB are 0.40 + 0.40 EUR; 10/18 of it are of 1200 purchases.
	if c := got[0]; math.Abs(c.Total-0.8*10/18) > 1e-6 || math.Abs(c.PerThousand-c.Total/1.2) > 1e-6 || c.Missing != nil {
		t.Errorf("purchases cost %+v", c)
	}
	if c := got[1]; !math.IsNaN(c.Total) || len(c.Missing) == 0 {
		t.Errorf("what nobody has measured costs %+v", c)
	}
	if got, err := CostsOf(t.Context(), w.ring, p, "dev", flows, from, from.Add(2*time.Hour)); err != nil || !math.IsNaN(got[0].Total) {
		t.Errorf("dev costs %+v, %v", got, err)
	}
}
