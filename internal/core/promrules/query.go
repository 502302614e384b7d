package promrules

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/slo"
)

// The names and labels that Slipway's /metrics has; see docs/metrics.md.
const (
	flowRequests = "slipway_flow_requests_total"
	flowErrors   = "slipway_flow_errors_total"
	flowBucket   = "slipway_flow_duration_seconds_bucket"
)

// Events gives PromQL for how many events of a flow an objective counts in an environment, and
// how many of them are bad, within a range such as "5m". Without a range it gives the
// counters themselves. Each has one value without labels; "": nothing counts them.
func Events(f flow.Flow, o slo.Objective, span string) (total, bad string) {
	q := query{environment: o.Environment, flow: f.Name, span: span}
	if o.Bound > 0 && !edge(f) {
		return "", ""
	}
	if o.Bound > 0 {
		requests := q.sum(flowRequests)
		return requests, requests + " - " + q.sum(flowBucket, le(o.Bound))
	}
	if m := f.Spec.Targets.Reliability.Measure; m != nil && span != "" {
		total, good := within(string(m.Total), span), within(string(m.Good), span)
		return total, total + " - " + good
	}
	all, failed := q.seen(f), q.failed(f)
	if len(all) == 0 {
		return "", ""
	}
	return strings.Join(all, " + "), strings.Join(failed, " + ")
}

// within puts a range in an expression of a manifest.
func within(expression, span string) string {
	return "sum(" + strings.ReplaceAll(expression, "[window]", "["+span+"]") + ")"
}

// query writes sums over what is counted of a flow.
type query struct{ environment, flow, span string }

// seen has a sum for the requests that the edge sees, and for each counter of an event.
func (q query) seen(f flow.Flow) (sums []string) {
	if edge(f) {
		sums = append(sums, q.sum(flowRequests))
	}
	for _, s := range f.Steps {
		if s.Metric != "" {
			sums = append(sums, q.own(s.Metric, s.Service))
		}
	}
	return zeros(sums, len(sums) > 1)
}

// failed has a sum for what failed of them. A counter begins to be with the first that it
// counts: that there is none is none.
func (q query) failed(f flow.Flow) (sums []string) {
	if edge(f) {
		sums = append(sums, q.sum(flowErrors))
	}
	for _, s := range f.Steps {
		if s.Failed != "" {
			sums = append(sums, q.own(s.Failed, s.Service))
		}
	}
	if len(sums) == 0 {
		return []string{"vector(0)"}
	}
	return zeros(sums, true)
}

// edge says whether the edge sees any of its steps.
func edge(f flow.Flow) bool {
	for _, s := range f.Steps {
		if s.Request != "" {
			return true
		}
	}
	return false
}

func zeros(sums []string, wanted bool) []string {
	for i := range sums {
		if wanted {
			sums[i] = "(" + sums[i] + " or vector(0))"
		}
	}
	return sums
}

// sum adds up a counter of the flow over its steps, services and releases.
func (q query) sum(name string, more ...string) string {
	return q.over(name, append([]string{"environment=" + Quote(q.environment), "flow=" + Quote(q.flow)}, more...))
}

// own adds up a counter of a service's own.
func (q query) own(name, service string) string {
	return q.over(name, []string{"environment=" + Quote(q.environment), "service=" + Quote(service)})
}

func (q query) over(name string, matchers []string) string {
	selector := name + "{" + strings.Join(matchers, ",") + "}"
	if q.span == "" {
		return "sum(" + selector + ")"
	}
	return fmt.Sprintf("sum(increase(%s[%s]))", selector, q.span)
}

// le matches the bucket of a bound. Some servers write 1 as "1", newer ones as "1.0".
func le(bound time.Duration) string {
	text := strconv.FormatFloat(bound.Seconds(), 'g', -1, 64)
	if strings.ContainsAny(text, ".e") {
		return "le=" + Quote(text)
	}
	return "le=~" + Quote(regexp.QuoteMeta(text)+`(\.0)?`)
}

// Quote writes a string of PromQL.
func Quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(strings.ToValidUTF8(s, "\uFFFD")) + `"`
}

// Span writes a duration as PromQL does: "5m", "6h", "30d".
func Span(d time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}} {
		if d >= u.unit && d%u.unit == 0 {
			return strconv.FormatInt(int64(d/u.unit), 10) + u.name
		}
	}
	return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
}
