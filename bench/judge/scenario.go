package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"

	"slipway.dev/internal/core/judge"
)

// window is how long Slipway, Flagger and Argo look at most, in seconds; Kayenta takes longest.
const (
	window  = 25 * 60
	longest = 60 * 60
)

// adaptive is Slipway's judge where the weight follows its evidence, as in a canary without
// steps.
const adaptive = "slipway adaptive"

// scenario is a kind of canary in a kind of traffic.
type scenario struct {
	name   string
	key    string // in the report
	rate   float64
	canary side
	spread float64 // of the canary's instances: the sigma of ln of what their error rate is multiplied with
	ramp   bool    // the weight follows the evidence; else it is 10% all the time
	own    bool    // Slipway alone, since others would not have made this traffic
}

func scenarios() []scenario {
	all := []scenario{
		{name: "healthy at 1/s", key: "1rps", rate: 1, canary: healthy},
		{name: "healthy at 10/s", key: "10rps", rate: 10, canary: healthy},
		{name: "healthy at 100/s", key: "100rps", rate: 100, canary: healthy},
		{name: "healthy at 100/s, ramping", key: "ramp", rate: 100, canary: healthy, ramp: true},
	}
	// Instances differ though the release is fine: cold caches, a neighbour, a worse host.
	all = append(all, scenario{name: "healthy at 100/s, instances differ by 20%", key: "instances", rate: 100, canary: healthy, spread: 0.2})
	for _, bad := range []scenario{
		{key: "1.5%", canary: side{errors: 0.015, factor: 1}},
		{key: "5%", canary: side{errors: 0.05, factor: 1}},
		{key: "20%", canary: side{errors: 0.2, factor: 1}},
		{key: "latency+20%", canary: side{errors: healthy.errors, factor: 1.2}},
		{key: "latency+50%", canary: side{errors: healthy.errors, factor: 1.5}},
		{key: "tail", canary: side{errors: healthy.errors, factor: 1, tail: 0.02}},
	} {
		bad.name, bad.rate = bad.key, 100
		ramping := bad
		ramping.name, ramping.ramp, ramping.own = bad.key+", ramping", true, true
		all = append(all, bad, ramping)
	}
	for _, rate := range []float64{1, 10, 1000} {
		key := fmt.Sprintf("%grps", rate)
		all = append(all,
			scenario{name: "healthy at " + key + ", ramping", key: key, rate: rate, canary: healthy, ramp: true, own: true},
			scenario{name: "20% at " + key + ", ramping", key: "20%@" + key, rate: rate, canary: side{errors: 0.2, factor: 1}, ramp: true, own: true})
	}
	return all
}

func (s scenario) healthy() bool { return s.canary == healthy }

// outcome is what one rule made of one canary; times are seconds, 0 is never.
type outcome struct {
	rolledBack, letThrough int
	hit                    float64
}

// contender is a rule under way.
type contender struct {
	rule
	outcome
	name    string
	onwards bool // goes on after it was let through, to see whether it would be rolled back yet
	over    bool
	until   int
}

func (s scenario) contenders() ([]*contender, *slipway) {
	ours := newSlipway()
	if s.own {
		return []*contender{{name: adaptive, rule: ours, until: window}}, ours
	}
	return []*contender{
		{name: "slipway", rule: ours, until: window, onwards: s.healthy()},
		{name: "flagger", rule: &flagger{}, until: window},
		{name: "argo", rule: &argo{}, until: window},
		{name: "kayenta", rule: &kayenta{}, until: longest},
	}, ours
}

// play plays a scenario many times, on all cores; each run has random numbers of its own.
func (s scenario) play(runs int, seed uint64) map[string][]outcome {
	all := make([][]*contender, runs)
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				all[i] = s.once(crowd{rand.New(rand.NewPCG(seed, uint64(i)))})
			}
		})
	}
	for i := range runs {
		next <- i
	}
	close(next)
	wg.Wait()
	byRule := map[string][]outcome{}
	for _, contenders := range all {
		for _, c := range contenders {
			byRule[c.name] = append(byRule[c.name], c.outcome)
		}
	}
	if s.ramp && !s.own {
		byRule[adaptive] = byRule["slipway"] // is what the ramp follows
	}
	return byRule
}

// once plays one canary, second by second while somebody needs that, then by the minute.
func (s scenario) once(random crowd) []*contender {
	all, ours := s.contenders()
	if s.spread > 0 {
		s.canary.errors *= math.Exp(s.spread * random.NormFloat64())
	}
	slowCanary, slowBaseline := shares(s.canary), shares(healthy)
	weight, hit := 10, 0.0
	if s.ramp {
		weight = 1
	}
	for at := 0; at < longest && slices.ContainsFunc(all, func(c *contender) bool { return !c.over }); {
		length := 1
		if all[0].over && at%60 == 0 {
			length = 60
		}
		at += length
		n := random.poisson(s.rate * float64(length))
		toCanary := random.binomial(n, float64(weight)/100)
		canary := random.counts(toCanary, s.canary, slowCanary)
		baseline := random.counts(n-toCanary, healthy, slowBaseline)
		hit += s.canary.harmed(canary)
		for _, c := range all {
			c.see(at, canary, baseline, hit)
		}
		if s.ramp && !all[0].over {
			weight = max(ours.next(weight), weight)
		}
	}
	return all
}

func (c *contender) see(at int, canary, baseline judge.Counts, hit float64) {
	if c.over {
		return
	}
	switch c.look(at, canary, baseline) {
	case rolledBack:
		c.rolledBack, c.hit, c.over = at, hit, true
	case letThrough:
		if c.letThrough == 0 {
			c.letThrough = at
		}
		c.over = !c.onwards
	}
	c.over = c.over || at >= c.until
}
