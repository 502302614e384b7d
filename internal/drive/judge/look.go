package judge

import (
	"cmp"
	"slices"
	"time"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/judge"
	"slipway.dev/internal/wire/edgewire"
)

// flowsOf gives what the judge is to know of the flows that a service takes part in by
// requests, and of the requests that are of none: those matter where there is no flow.
func flowsOf(spec deploy.JudgeSpec, all []flow.Flow) []judge.Flow {
	var out []judge.Flow
	for _, f := range all {
		if !slices.ContainsFunc(f.Steps, func(s flow.Step) bool { return s.Service == spec.Service && s.Request != "" }) {
			continue
		}
		out = append(out, judge.Flow{
			Name: f.Name, Criticality: judge.Criticality(f.Criticality), Bounds: f.Bounds(),
			Availability: f.Spec.Targets.Reliability.Availability.Share(),
		})
	}
	slices.SortFunc(out, func(a, b judge.Flow) int { return cmp.Compare(a.Name, b.Name) })
	// Two names, because the judge knows a flow as it was when it first heard of it: flows may
	// come and go while it judges.
	rest := judge.Flow{Name: OtherRequests, Criticality: judge.Low, Bounds: flow.DefaultBounds}
	if len(out) == 0 {
		rest.Name, rest.Criticality = AllRequests, judge.High
	}
	out = append(out, rest)
	if len(spec.Checks) > 0 {
		out = append(out, judge.Flow{Name: SmokeChecks, Criticality: judge.High, Synthetic: true})
	}
	return out
}

func sameFlow(a, b judge.Flow) bool {
	return a.Name == b.Name && a.Criticality == b.Criticality && a.Availability == b.Availability && slices.Equal(a.Bounds, b.Bounds)
}

// next makes the next tick of what is counted now; false: there is nothing to be kept.
func (r *record) next(spec deploy.JudgeSpec, at time.Duration, flows []judge.Flow, seen edgewire.Counters, checks judge.Tick) (row, bool) {
	out := row{T: max(at, r.at).Truncate(time.Millisecond)}
	if r.number == 0 {
		out.Options = &spec.Options
	}
	if r.baseline != spec.Baseline {
		out.Baseline = spec.Baseline
	}
	if r.number == 0 || !slices.EqualFunc(flows, r.flows, sameFlow) {
		out.Flows = flows
	}
	for _, f := range flows {
		tick := checks
		if f.Name != SmokeChecks {
			tick = r.change(&out, spec, f, seen)
		}
		if tick.Canary.N > 0 || tick.Baseline.N > 0 {
			out.Ticks = append(out.Ticks, tick)
		}
	}
	all := counter{spec.Deployment, ""}
	failed, after := r.since(spec, all, failedOf(spec, seen))
	out.Failed = failed.N
	r.settle(&out, all, failed, after)
	worth := out.Options != nil || out.Baseline != "" || out.Flows != nil || len(out.Ticks) > 0 || len(out.Totals) > 0
	return out, worth
}

// bounds are those that the judge counts a flow's latency by: they stay as they were when it
// first heard of the flow.
func (r *record) bounds(f judge.Flow) []float64 {
	for _, known := range r.state.Flows {
		if known.Name == f.Name {
			return known.Bounds
		}
	}
	return f.Bounds
}

// change is what a flow saw since the last tick. Latency that was not measured alike on both
// sides is left out.
func (r *record) change(out *row, spec deploy.JudgeSpec, f judge.Flow, seen edgewire.Counters) judge.Tick {
	canary, baseline := counter{spec.Deployment, f.Name}, counter{spec.Baseline, f.Name}
	bounds := r.bounds(f)
	t := judge.Tick{Flow: f.Name}
	var afterCanary, afterBaseline judge.Counts
	t.Canary, afterCanary = r.since(spec, canary, unitsOf(spec, seen, canary, bounds))
	t.Baseline, afterBaseline = r.since(spec, baseline, unitsOf(spec, seen, baseline, bounds))
	if t.Canary.N > 0 && t.Baseline.N > 0 && len(t.Canary.Slow) != len(t.Baseline.Slow) {
		t.Canary.Slow, t.Baseline.Slow = nil, nil
	}
	r.settle(out, canary, t.Canary, afterCanary)
	r.settle(out, baseline, t.Baseline, afterBaseline)
	return t
}

// since is what was counted since the last tick, and what the counter says after it: nothing
// counts of what is seen for the first time and was counted before judging began.
func (r *record) since(spec deploy.JudgeSpec, c counter, now judge.Counts) (more, after judge.Counts) {
	before, known := r.totals[c]
	if !known && !slices.Contains(spec.New, c.deployment) {
		return judge.Counts{}, now
	}
	return since(now, before)
}

// settle writes down what a counter says, where that does not follow from what is kept.
func (r *record) settle(out *row, c counter, more, after judge.Counts) {
	if !equal(plus(r.totals[c], more), after) {
		out.Totals = append(out.Totals, total{c.deployment, c.flow, after})
	}
}

// unitsOf adds up what was ever counted of the steps of a flow. Latency is left out where it
// was not counted by the bounds.
func unitsOf(spec deploy.JudgeSpec, seen edgewire.Counters, of counter, bounds []float64) judge.Counts {
	name := of.flow
	if name == OtherRequests || name == AllRequests {
		name = ""
	}
	sum := judge.Counts{Slow: make([]uint64, len(bounds))}
	for _, c := range seen.Flows {
		if c.Flow != name || c.Deployment != of.deployment || c.Service != spec.Service || c.Environment != spec.Environment || c.Units.Requests == 0 {
			continue
		}
		sum.N += c.Units.Requests
		sum.Errors += min(c.Units.Errors, c.Units.Requests)
		if !slices.Equal(c.Bounds, bounds) || len(c.Units.Latency) != len(bounds)+1 {
			sum.Slow = nil
		}
		for i := range sum.Slow {
			for _, k := range c.Units.Latency[i+1:] {
				sum.Slow[i] += k
			}
		}
	}
	if sum.N == 0 {
		return judge.Counts{}
	}
	for i := range sum.Slow {
		sum.Slow[i] = min(sum.Slow[i], sum.N)
	}
	return sum
}

// failedOf counts the canary's requests that ended in an error, of users told apart or not.
func failedOf(spec deploy.JudgeSpec, seen edgewire.Counters) judge.Counts {
	var sum judge.Counts
	for _, c := range seen.Counters {
		if c.Deployment == spec.Deployment && c.Service == spec.Service && c.Environment == spec.Environment {
			sum.N += c.EdgeFailed + c.Cut
			if len(c.Status) > 4 {
				sum.N += c.Status[4]
			}
		}
	}
	return sum
}
