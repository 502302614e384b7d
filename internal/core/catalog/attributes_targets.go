package catalog

import (
	"time"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/manifest"
)

func (c *Catalog) reliable(f *flow.Flow, a *Attribute) {
	a.looks(Reliable, "availability target, alternatives after errors, fallbacks, and the escalation path", "add an alternative with error: true that says what happens after an error, or a fallback")
	errors := false
	for _, p := range f.Spec.Alternatives {
		errors = errors || p.Error
	}
	if !errors && len(f.Spec.Fallback) == 0 {
		if f.Criticality == flow.Low {
			a.silent("it has no path after an error, and little depends on it")
		} else {
			a.found("nothing says what happens after an error, and no flow serves instead")
		}
	}
	if available(f) == 0 && f.Criticality != flow.Low {
		a.found("it has no target for its availability")
	}
}

func (c *Catalog) scalable(f *flow.Flow, a *Attribute) {
	a.looks(Scalable, "throughput target, peaks of its use cases, and replicas of its services", "give it a throughput target above the peak, and its services more than one replica")
	want, peak := f.Spec.Targets.Performance.Throughput.PerSecond(), 0.0
	for _, u := range c.supports[f.Name] {
		use := c.useCases.by[u].Spec.Execution
		peak = max(peak, use.Peak.PerSecond(), use.Frequency.PerSecond())
	}
	if want > 0 && peak > want {
		a.found("its use cases have peaks of %.3g/s, and its throughput target is %s", peak, f.Spec.Targets.Performance.Throughput)
	}
	if f.Criticality == flow.High {
		for _, name := range stepServices(f) {
			if s, ok := c.services.by[name]; ok && single(*s) {
				a.found("%s never runs more than one instance", name)
			}
		}
	}
	if want == 0 && peak == 0 {
		a.silent("nothing says how often it is taken")
	}
}

func (c *Catalog) secure(f *flow.Flow, a *Attribute) {
	a.looks(Secure, "the security targets: data, authentication and encryption", "say which data it handles, and ask for authentication and encryption")
	s := f.Spec.Targets.Security
	if len(s.Data) > 0 {
		if s.Authentication == "none" || s.Authentication == "" {
			a.found("it handles %s, and its requests need not say who makes them", s.Data[0])
		}
		if s.Encryption != "required" {
			a.found("it handles %s, and its requests may come in the clear", s.Data[0])
		}
		return
	}
	if s.Authentication == "" && s.Encryption == "" {
		a.silent("nothing says what it must protect")
	}
}

// mostServices is how many services the usual way of a flow crosses before it is long.
const mostServices = 8

func (c *Catalog) efficient(f *flow.Flow, a *Attribute) {
	a.looks(Efficient, "cost targets beside how often it is taken, latency targets, and the number of services that it crosses",
		"say what it may cost and how long it may take, and leave out hops")
	if n := len(stepServices(f)); n > mostServices {
		a.found("it crosses %d services, and each adds its time", n)
	}
	c.spends(f, a)
	t := f.Spec.Targets
	if t.Cost.PerThousand == "" && t.Cost.PerMonth == "" && len(t.Reliability.Latency) == 0 {
		a.silent("nothing says what it may cost or how long it may take")
	}
}

// spends holds the cost of all executions of a month to what a month may cost.
func (c *Catalog) spends(f *flow.Flow, a *Attribute) {
	each, currency := f.Spec.Targets.Cost.PerThousand.Amount()
	month, other := f.Spec.Targets.Cost.PerMonth.Amount()
	if currency == "" || currency != other {
		return
	}
	for _, u := range c.supports[f.Name] {
		often := c.useCases.by[u].Spec.Execution.Frequency.PerSecond() * (30 * 24 * time.Hour).Seconds()
		if sum := each * often / 1000; sum > month {
			a.found("%s is taken %.4g times in a month, which at %s for a thousand is %.2f %s; a month may cost %s",
				u, often, f.Spec.Targets.Cost.PerThousand, sum, currency, f.Spec.Targets.Cost.PerMonth)
		}
	}
}

// single says whether a service runs one instance at most, wherever it runs.
func single(s Entry[manifest.Service]) bool {
	most := s.Spec.Run.Replicas
	for _, o := range s.Spec.Overrides {
		most = max(most, o.Replicas)
	}
	return most <= 1
}
