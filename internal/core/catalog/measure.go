package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/manifest"
)

// money is the currencies in which environments have prices.
type money struct{ currencies map[string]bool }

func (m *money) take(p manifest.Prices) {
	for _, price := range []manifest.Money{p.CPUHour, p.MemoryHour, p.Egress, p.Million} {
		if _, currency := price.Amount(); currency != "" {
			m.currencies[currency] = true
		}
	}
}

// measures looks for targets that nothing will ever measure.
func (q *inquiry) measures() {
	t := q.Spec.Targets
	requests, events := q.counted()
	reliability := []string{"spec", "targets", "reliability"}
	if m := t.Reliability.Measure; m != nil && !q.metrics {
		q.unmeasured("its measure is asked of a metrics server, and no environment has one", "name the server in the environment's metrics", append(reliability, "measure")...)
	}
	if t.Reliability.Availability != "" && !requests && !events && t.Reliability.Measure == nil {
		q.unmeasured("none of its steps can be counted, so that its availability is never known",
			"let a step be a request to a service, give an event a metric, or write a measure", append(reliability, "availability")...)
	}
	if len(t.Reliability.Latency) > 0 && !requests {
		q.unmeasured("none of its steps is a request to a service, so that its latency is never known", "let a step be a request to a service", append(reliability, "latency")...)
	}
	if t.Performance.Throughput != "" && !requests && !events {
		q.unmeasured("none of its steps can be counted, so that its throughput is never known", "let a step be a request to a service, or give an event a metric", "spec", "targets", "performance")
	}
	if s := t.Security; (s.Authentication == "required" || s.Encryption == "required") && !requests {
		q.unmeasured("none of its steps is a request to a service, so that nobody sees whether it is secure", "let a step be a request to a service", "spec", "targets", "security")
	}
	if t.Operations.Recovery != "" && t.Reliability.Availability == "" && len(t.Reliability.Latency) == 0 {
		q.unmeasured("recovery is counted from an alert to its end, and without an availability or latency target there are no alerts",
			"give it a target for its availability", "spec", "targets", "operations", "recovery")
	}
	q.costs(requests)
	q.events()
	q.budget()
}

func (q *inquiry) unmeasured(text, hint string, path ...string) {
	q.say(Finding{Code: Unmeasured, Severity: Warning, Text: text, Looked: "its targets, its steps, and the environments", Hint: hint}, path...)
}

// counted says whether the flow has requests that the edge sees, and events that are counted.
func (q *inquiry) counted() (requests, events bool) {
	for _, s := range q.Flow.Steps {
		requests = requests || s.Request != "" && q.services.has(s.Service)
		events = events || s.Metric != "" && q.services.has(s.Service)
	}
	return requests, events
}

func (q *inquiry) costs(requests bool) {
	c := q.Spec.Targets.Cost
	_, currency := c.PerThousand.Amount()
	if currency == "" {
		_, currency = c.PerMonth.Amount()
	}
	path := []string{"spec", "targets", "cost"}
	switch {
	case currency == "":
	case len(q.money.currencies) == 0:
		q.unmeasured("no environment has prices, so that its cost is never known", "write prices into the environments", path...)
	case !q.money.currencies[currency]:
		q.unmeasured(fmt.Sprintf("its cost is to be in %s, and environments have prices in %s", currency, strings.Join(slices.Sorted(maps.Keys(q.money.currencies)), ", ")),
			"use the currency of the prices", path...)
	case !requests:
		q.unmeasured("none of its steps is a request to a service, so that its share of the cost is never known", "let a step be a request to a service", path...)
	}
}

// events tells of events that nobody counts.
func (q *inquiry) events() {
	for i, s := range q.Flow.Steps {
		svc, ok := q.services.by[s.Service]
		switch {
		case s.Event == "":
		case s.Metric == "":
			q.say(Finding{Code: Unmeasured, Severity: Info, Text: fmt.Sprintf("the event %q is not counted", s.Event), Looked: "its metric",
				Hint: "name the service and the counter of its own metrics that counts it"}, q.path(i)...)
		case ok && svc.Spec.Metrics == nil:
			q.unmeasured(fmt.Sprintf("the event %q is counted by %s, and nothing reads the metrics of %s", s.Event, s.Metric, s.Service),
				fmt.Sprintf("say where they are, in metrics of the Service %s", s.Service), append(q.path(i), "metric")...)
		}
	}
}

// budget looks for targets that leave no error, and traffic that will never suffice.
func (q *inquiry) budget() {
	r := q.Spec.Targets.Reliability
	if r.Availability.Share() >= 1 {
		q.say(Finding{Code: NoBudget, Severity: q.light(), Text: "a target of 100% leaves no error budget: one failed request exhausts it, and blocks releases where gates ask for it",
			Looked: "its availability target", Hint: "write how many nines are worth their price"}, "spec", "targets", "reliability", "availability")
	}
	if r.Availability == "" && len(r.Latency) == 0 {
		return
	}
	least, window := r.Minimum, r.Window.Or(30*24*time.Hour)
	if least == 0 {
		least = 100
	}
	often := 0.0
	for _, u := range q.supports[q.Name] {
		often += q.useCases.by[u].Spec.Execution.Frequency.PerSecond()
	}
	if n := often * window.Seconds(); often > 0 && n < float64(least) {
		q.say(Finding{Code: TooLittle, Severity: Warning, Text: fmt.Sprintf("by its use cases it is taken %.3g times in %s, and below %d nothing is said of it", n, cmp.Or(r.Window, "30d"), least),
			Looked: "the frequency of its use cases, window and minimum", Hint: "write a longer window or a smaller minimum"}, "spec", "targets", "reliability")
	}
}
