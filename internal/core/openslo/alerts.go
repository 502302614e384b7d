package openslo

import (
	"time"

	"slipway.dev/internal/core/slo"
)

// alerts looks at the policies of an SLO. Slipway's own rules follow from the period; a policy
// that says the same is taken over, another one is noted.
func (r *reader) alerts(v view, period time.Duration) {
	for _, ref := range v.list() {
		policy := r.refer(ref, "alertPolicyRef", kindPolicy)
		if !policy.there() {
			continue
		}
		spec := policy.in("spec")
		spec.in("alertWhenBreaching")
		spec.in("alertWhenResolved")
		if spec.flag("alertWhenNoData") {
			spec.in("alertWhenNoData").note("Slipway says unknown where nothing is measured, and wakes nobody for it")
		}
		for _, c := range spec.in("conditions").list() {
			r.condition(r.refer(c, "conditionRef", kindCondition), period)
		}
		for _, t := range spec.in("notificationTargets").list() {
			r.target(r.refer(t, "targetRef", kindTarget))
		}
	}
}

// refer gives what a reference names, or what stands in its place.
func (r *reader) refer(v view, field, kind string) view {
	name := v.text(field)
	if name == "" {
		return v
	}
	o := r.find(kind, name)
	if o == nil {
		v.in(field).note("there is no %s %s in the file; it is not taken over", kind, clip(name))
		return view{r: v.r, of: v.of, path: v.path, at: v.place()}
	}
	o.used = true
	return o.view
}

func (r *reader) condition(v view, period time.Duration) {
	if !v.there() || v.of.told(v) {
		return
	}
	spec := v.in("spec")
	c := spec.in("condition")
	factor, _ := c.number("threshold")
	long, _, _ := duration(c.text("lookbackWindow"))
	for _, rule := range slo.Rules(period) {
		if long == rule.Long && factor == rule.Factor && spec.text("severity") == string(rule.Severity) && c.text("op") == "gte" {
			return
		}
	}
	v.note("it is not one of Slipway's own rules, and not taken over: those of %s follow from its length", shorthand(max(period, time.Minute)))
}

func (r *reader) target(v view) {
	if !v.there() || v.in("spec").text("target") == "slipway" || v.of.told(v) {
		return
	}
	v.note("people are told by the escalation path of the flow's team; put the target there")
}

// told says whether a mapping was noted before: several SLOs may refer to it.
func (o *object) told(v view) bool {
	seen := o.mapping(v.n)
	before := seen["\x00told"]
	seen["\x00told"] = true
	return before
}
