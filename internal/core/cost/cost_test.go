package cost

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/manifest"
)

var nan = math.NaN()

func prices(t *testing.T, m manifest.Prices) Prices {
	t.Helper()
	p, err := PricesOf(m)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var all = manifest.Prices{CPUHour: "0.04 EUR", MemoryHour: "0.005 EUR", Egress: "0.08 EUR", Million: "0.60 EUR"}

// day is what a service uses in a day: half a core, 2 GiB, 10 GB, 4 million requests.
var day = Use{CPUSeconds: 12 * 3600, MemoryHours: 24 * 2 << 30, SentBytes: 10e9, Requests: 4e6}

func TestPrices(t *testing.T) {
	t.Parallel()
	if p := prices(t, manifest.Prices{Egress: "0 USD"}); p.Currency != "USD" || p.Egress != 0 || !math.IsNaN(p.CPUHour) || !p.Set() {
		t.Errorf("%+v", p)
	}
	if p := prices(t, manifest.Prices{}); p.Set() {
		t.Errorf("%+v", p)
	}
	if _, err := PricesOf(manifest.Prices{CPUHour: "1 EUR", Egress: "1 USD"}); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}

func TestServices(t *testing.T) {
	t.Parallel()
	without := func(change func(*Use)) Use {
		u := day
		change(&u)
		return u
	}
	for name, c := range map[string]struct {
		prices manifest.Prices
		use    Use
		want   Cost
	}{
		"all":              {all, day, Cost{CPU: 0.48, Memory: 0.24, Egress: 0.8, Requests: 2.4, Total: 3.92}},
		"nothing":          {all, Use{}, Cost{}},
		"only CPU":         {manifest.Prices{CPUHour: "0.04 EUR"}, without(func(u *Use) { u.SentBytes = nan }), Cost{CPU: 0.48, Total: 0.48}},
		"no prices":        {manifest.Prices{}, day, Cost{CPU: nan, Memory: nan, Egress: nan, Requests: nan, Total: nan, Missing: []string{"the environment has no prices"}}},
		"unknown memory":   {all, without(func(u *Use) { u.MemoryHours = nan }), Cost{CPU: 0.48, Memory: nan, Egress: 0.8, Requests: 2.4, Total: nan, Missing: []string{"memory of tickets is not known"}}},
		"unknown requests": {all, without(func(u *Use) { u.Requests = nan }), Cost{CPU: 0.48, Memory: 0.24, Egress: 0.8, Requests: nan, Total: nan, Missing: []string{"the number of requests of tickets is not known"}}},
	} {
		c.want.Service = "tickets"
		same(t, name, c.want, prices(t, c.prices).Of(Service{"tickets", c.use}))
	}
}

func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateNaNs(), cmpopts.EquateEmpty(), cmpopts.EquateApprox(1e-9, 0)); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestFlows(t *testing.T) {
	t.Parallel()
	quiet := day
	quiet.Requests = 0
	broken := day
	broken.CPUSeconds = nan
	services := []Service{{"tickets", day}, {"payments", day}, {"quiet", quiet}, {"broken", broken}}
	for name, c := range map[string]struct {
		flow Flow
		want FlowCost
	}{
		"by requests": {
			Flow{Executions: 500_000, Shares: []Share{{"tickets", 1e6}}},
			FlowCost{Total: 0.98, PerThousand: 0.00196, PerMonth: 29.4, Parts: []Part{{"tickets", 0.25, 0.98}}},
		},
		"in two services": {
			Flow{Executions: 1000, Shares: []Share{{"payments", 2e6}, {"tickets", 1e6}}},
			FlowCost{Total: 2.94, PerThousand: 2.94, PerMonth: 88.2, Parts: []Part{{"payments", 0.5, 1.96}, {"tickets", 0.25, 0.98}}},
		},
		"not taken": {
			Flow{Shares: []Share{{"tickets", 0}}},
			FlowCost{PerThousand: nan, Parts: []Part{{"tickets", 0, 0}}, Missing: []string{"it was not taken"}},
		},
		"not taken, where nothing was": {
			Flow{Shares: []Share{{"quiet", 0}, {"broken", 0}}},
			FlowCost{PerThousand: nan, Parts: []Part{{"quiet", 0, 0}, {"broken", 0, 0}}, Missing: []string{"it was not taken"}},
		},
		"counted a moment apart": {
			Flow{Executions: 1000, Shares: []Share{{"tickets", 4e6 + 1}}},
			FlowCost{Total: 3.92, PerThousand: 3.92, PerMonth: 117.6, Parts: []Part{{"tickets", 1, 3.92}}},
		},
		"unknown use": {
			Flow{Executions: 1000, Shares: []Share{{"tickets", 1e6}, {"broken", 1e6}}},
			FlowCost{Total: nan, PerThousand: nan, PerMonth: nan, Parts: []Part{{"tickets", 0.25, 0.98}, {"broken", 0.25, nan}}, Missing: []string{"CPU time of broken is not known"}},
		},
		"unknown service": {
			Flow{Executions: 1000, Shares: []Share{{"elsewhere", 1}}},
			FlowCost{Total: nan, PerThousand: nan, PerMonth: nan, Parts: []Part{{"elsewhere", nan, nan}}, Missing: []string{"what elsewhere uses is not known"}},
		},
		"unknown share": {
			Flow{Executions: 1000, Shares: []Share{{"tickets", nan}}},
			FlowCost{Total: nan, PerThousand: nan, PerMonth: nan, Parts: []Part{{"tickets", nan, nan}}, Missing: []string{"how many of tickets's requests are of it is not known"}},
		},
		"unknown executions": {
			Flow{Executions: nan, Shares: []Share{{"tickets", 1e6}}},
			FlowCost{Total: 0.98, PerThousand: nan, PerMonth: 29.4, Parts: []Part{{"tickets", 0.25, 0.98}}, Missing: []string{"how often it was taken is not known"}},
		},
		"no services": {
			Flow{Executions: 1000},
			FlowCost{Total: nan, PerThousand: nan, PerMonth: nan, Missing: []string{"it goes through no service"}},
		},
	} {
		c.flow.Name, c.want.Flow = "purchase", "purchase"
		same(t, name, []FlowCost{c.want}, prices(t, all).Flows(services, []Flow{c.flow}, 24*time.Hour))
	}
	unpriced := prices(t, manifest.Prices{}).Flows(services, []Flow{{Name: "purchase", Shares: []Share{{"tickets", 0}}}}, 24*time.Hour)
	if !math.IsNaN(unpriced[0].Total) {
		t.Errorf("without prices it costs %v", unpriced[0].Total)
	}
}
