package metrics

import (
	"fmt"
	"slices"
	"strconv"

	"slipway.dev/internal/metrics"
	"slipway.dev/internal/wire/edgewire"
)

// requests makes samples of what the edge has counted. They have the label deployment as well:
// when the edge forgets one, no sum becomes less.
func requests(all edgewire.Counters) []metrics.Sample {
	var out []metrics.Sample
	for _, c := range all.Counters {
		labels := labelsOf("service", c.Service, "release", c.Release, "deployment", c.Deployment, "environment", c.Environment)
		add := func(name, label, value string, n uint64) {
			out = append(out, metrics.Sample{Name: name, Labels: with(labels, label, value), Value: float64(n)})
		}
		for i, n := range c.Status {
			add(metrics.Requests, "code", fmt.Sprintf("%dxx", i+1), n)
		}
		add(metrics.Requests, "code", metrics.CodeEdge, c.EdgeFailed)
		add(metrics.Requests, "code", metrics.CodeRefused, c.Refused)
		add(metrics.Requests, "code", metrics.CodeGone, c.ClientGone)
		add(metrics.RequestBytes, "direction", metrics.Received, c.Received)
		add(metrics.RequestBytes, "direction", metrics.Sent, c.Sent)
	}
	for _, c := range all.Flows {
		if c.Flow != "" {
			out = append(out, flowSamples(c)...)
		}
	}
	return append(out, metrics.Sample{Name: metrics.Unrouted, Value: float64(all.Unrouted)})
}

func flowSamples(c edgewire.FlowCounter) []metrics.Sample {
	labels := labelsOf("flow", c.Flow, "step", c.Step, "service", c.Service, "release", c.Release, "deployment", c.Deployment, "environment", c.Environment)
	out := []metrics.Sample{
		{Name: metrics.FlowRequests, Labels: labels, Value: float64(c.Requests)},
		{Name: metrics.FlowErrors, Labels: labels, Value: float64(c.Errors)},
		{Name: metrics.FlowAnonymous, Labels: labels, Value: float64(c.Anonymous)},
		{Name: metrics.FlowPlain, Labels: labels, Value: float64(c.Plain)},
	}
	if len(c.Latency) != len(c.Bounds)+1 {
		return out // not of an edge that knows what it says
	}
	sum := uint64(0)
	for i, n := range c.Latency {
		sum += n
		le := "+Inf"
		if i < len(c.Bounds) {
			le = strconv.FormatFloat(c.Bounds[i], 'g', -1, 64)
		}
		out = append(out, metrics.Sample{Name: metrics.FlowBucket, Labels: with(labels, "le", le), Value: float64(sum)})
	}
	return append(out, metrics.Sample{Name: metrics.FlowCount, Labels: labels, Value: float64(sum)})
}

// idle makes counters that are zero, for flows that the edge watches in an environment where
// nobody has taken them yet: that is known, too.
func idle(t edgewire.Table, counted []edgewire.FlowCounter) []edgewire.FlowCounter {
	type place struct{ flow, environment string }
	seen := map[place]bool{}
	for _, c := range counted {
		seen[place{c.Flow, c.Environment}] = true
	}
	serving := map[string][]string{} // environments by service
	for _, s := range t.Services {
		serving[s.Name] = append(serving[s.Name], s.Environment)
	}
	var out []edgewire.FlowCounter
	for _, f := range t.Flows {
		for _, step := range f.Steps {
			for _, env := range serving[step.Service] {
				if !seen[place{f.Name, env}] {
					out = append(out, edgewire.FlowCounter{Flow: f.Name, Step: step.Name, Service: step.Service, Environment: env,
						Bounds: f.Bounds, Latency: make([]uint64, len(f.Bounds)+1)})
				}
			}
		}
	}
	return out
}

// labelsOf makes labels of pairs; those with an empty value are left out.
func labelsOf(pairs ...string) map[string]string {
	out := make(map[string]string, len(pairs)/2+1)
	for p := range slices.Chunk(pairs, 2) {
		if p[1] != "" {
			out[p[0]] = p[1]
		}
	}
	return out
}

// with gives a copy with one label more.
func with(labels map[string]string, name, value string) map[string]string {
	out := make(map[string]string, len(labels)+1)
	for k, v := range labels {
		out[k] = v
	}
	out[name] = value
	return out
}
