// Package cost says what services and flows cost: of prices, of what was used, and of whose
// requests used it.
//
// A service costs, in a span of time,
//
//	CPU        seconds of a core that were used / 3600 · cpuHour
//	memory     GiB · hours that were held             · memoryHour    (1 GiB = 2^30 bytes)
//	egress     bytes of answers / 10^9                · egress
//	requests   requests / 10^6                        · million
//
// A flow costs, of each service that it goes through, the share that its requests have: of the
// time that requests took, where that is known of the service and the flow, else of their
// number. What a service costs while nobody asks it, and what it costs for requests of no flow,
// is no flow's. A request that is a step of several flows counts for each of them.
//
// Executions of a flow are the requests of its first step. Whatever cannot be said is NaN, and
// Missing has why: an unknown part is never taken for nothing.
package cost

import (
	"fmt"
	"math"
	"slices"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/manifest"
)

// Prices are an environment's prices, all in one currency. One that is NaN is not set: what it
// is for costs nothing there.
type Prices struct {
	Currency                             string
	CPUHour, MemoryHour, Egress, Million float64
}

// PricesOf reads prices. Different currencies are fault.Invalid.
func PricesOf(m manifest.Prices) (Prices, error) {
	var p Prices
	for _, of := range []struct {
		money manifest.Money
		to    *float64
	}{{m.CPUHour, &p.CPUHour}, {m.MemoryHour, &p.MemoryHour}, {m.Egress, &p.Egress}, {m.Million, &p.Million}} {
		*of.to = math.NaN()
		if of.money == "" {
			continue
		}
		amount, currency := of.money.Amount()
		if p.Currency != "" && p.Currency != currency {
			return Prices{}, fault.New(fault.Invalid, "prices are in %s and in %s", p.Currency, currency).WithHint("give all in one currency")
		}
		p.Currency, *of.to = currency, amount
	}
	return p, nil
}

// Set says whether there is any price.
func (p Prices) Set() bool { return p.Currency != "" }

// Use is what a service used in a span. NaN: unknown.
type Use struct {
	CPUSeconds  float64
	MemoryHours float64 // byte · hours: the mean of what was held times the span's hours
	SentBytes   float64
	Requests    float64
}

// Service is a service and what it used.
type Service struct {
	Name string
	Use
}

// Cost is what a service costs in a span.
type Cost struct {
	Service                              string
	CPU, Memory, Egress, Requests, Total float64 // NaN: unknown. What has no price is 0
	Missing                              []string
}

// Of gives what a service costs. Total is unknown as soon as one part with a price is.
func (p Prices) Of(s Service) Cost {
	c := Cost{Service: s.Name}
	if !p.Set() {
		c.CPU, c.Memory, c.Egress, c.Requests, c.Total = math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN()
		c.Missing = []string{"the environment has no prices"}
		return c
	}
	part := func(what string, price, units float64) float64 {
		if math.IsNaN(price) {
			return 0
		}
		if math.IsNaN(units) {
			c.Missing = append(c.Missing, fmt.Sprintf("%s of %s is not known", what, s.Name))
		}
		return price * units
	}
	c.CPU = part("CPU time", p.CPUHour, s.CPUSeconds/3600)
	c.Memory = part("memory", p.MemoryHour, s.MemoryHours/(1<<30))
	c.Egress = part("traffic", p.Egress, s.SentBytes/1e9)
	c.Requests = part("the number of requests", p.Million, s.Use.Requests/1e6)
	c.Total = c.CPU + c.Memory + c.Egress + c.Requests
	return c
}

// Share is what a flow has of a service's requests in the span. NaN: unknown.
type Share struct {
	Service  string
	Requests float64
}

// Flow is a flow, and its share in each service that it goes through.
type Flow struct {
	Name       string
	Executions float64 // requests of its first step; NaN: unknown
	Shares     []Share
}

// FlowCost is what a flow costs.
type FlowCost struct {
	Flow        string
	Total       float64 // in the span. NaN: unknown, as the others
	PerThousand float64 // executions
	PerMonth    float64 // of 30 days, if it goes on like this
	Parts       []Part
	Missing     []string
}

// Part is what a flow costs in one service.
type Part struct {
	Service string
	Share   float64 // of the service's cost, 0 to 1
	Cost    float64
}

const month = 30 * 24 * time.Hour

// Flows gives what each flow costs in a span.
func (p Prices) Flows(services []Service, flows []Flow, span time.Duration) []FlowCost {
	out := make([]FlowCost, 0, len(flows))
	for _, f := range flows {
		c := FlowCost{Flow: f.Name}
		for _, s := range f.Shares {
			c.add(p.part(services, s))
		}
		if len(f.Shares) == 0 {
			c.Total, c.Missing = math.NaN(), []string{"it goes through no service"}
		}
		c.PerThousand, c.PerMonth = math.NaN(), math.NaN()
		switch {
		case math.IsNaN(f.Executions):
			c.Missing = append(c.Missing, "how often it was taken is not known")
		case f.Executions == 0:
			c.Missing = append(c.Missing, "it was not taken")
		default:
			c.PerThousand = c.Total / f.Executions * 1000
		}
		if span > 0 {
			c.PerMonth = c.Total * month.Hours() / span.Hours()
		}
		out = append(out, c)
	}
	return out
}

func (c *FlowCost) add(p Part, missing []string) {
	c.Parts = append(c.Parts, p)
	c.Total += p.Cost
	for _, m := range missing {
		if !slices.Contains(c.Missing, m) {
			c.Missing = append(c.Missing, m)
		}
	}
}

// part gives what a flow costs in a service.
func (p Prices) part(services []Service, s Share) (Part, []string) {
	i := slices.IndexFunc(services, func(o Service) bool { return o.Name == s.Service })
	if i < 0 {
		return Part{s.Service, math.NaN(), math.NaN()}, []string{fmt.Sprintf("what %s uses is not known", s.Service)}
	}
	cost, share := p.Of(services[i]), shareOf(s.Requests, services[i].Use.Requests)
	if math.IsNaN(share) {
		cost.Missing = append(cost.Missing, fmt.Sprintf("how many of %s's requests are of it is not known", s.Service))
	}
	if share == 0 && p.Set() { // whatever it costs
		return Part{Service: s.Service}, nil
	}
	return Part{s.Service, share, share * cost.Total}, cost.Missing
}

func shareOf(part, whole float64) float64 {
	if part == 0 && whole == 0 {
		return 0
	}
	return min(part/whole, 1) // counted a moment apart
}
