package config

import (
	"cmp"

	"slipway.dev/internal/core/manifest"
)

// rollout gives what the deployment lane decides upon.
func rollout(s manifest.Service, o manifest.Override) Rollout {
	strategy := s.Strategy
	if o.Strategy != (manifest.Strategy{}) {
		strategy = o.Strategy
	}
	return Rollout{
		Replicas:  cmp.Or(o.Replicas, s.Run.Replicas, DefaultReplicas),
		Strategy:  strategyOf(strategy),
		Rollback:  rollback(s.Rollback, o.Rollback),
		Migration: cmp.Or(Migration(s.Migration), MigrationNone),
		Deadline:  s.Health.Deadline.Or(DefaultDeadline),
	}
}

func strategyOf(s manifest.Strategy) Strategy {
	switch {
	case s.BlueGreen != nil:
		return Strategy{Kind: "blueGreen"}
	case s.Canary != nil:
		return Strategy{Kind: "canary", Steps: steps(s.Canary.Steps)}
	case s.Rolling != nil:
		return Strategy{Kind: "rolling", Batch: cmp.Or(s.Rolling.Batch, DefaultBatch)}
	}
	return Strategy{Kind: "rolling", Batch: DefaultBatch}
}

func steps(in []manifest.Step) []Step {
	if len(in) == 0 {
		return defaultSteps()
	}
	var out []Step
	for _, s := range in {
		out = append(out, Step{Weight: s.Weight, Pause: s.Pause.Or(DefaultPause)})
	}
	return out
}

func rollback(s, o manifest.Rollback) Rollback {
	r := Rollback{
		Errors:  DefaultErrors,
		Minimum: cmp.Or(o.Minimum, s.Minimum, DefaultMinimum),
		Observe: cmp.Or(o.Observe, s.Observe).Or(DefaultObserve),
		Warm:    cmp.Or(o.Warm, s.Warm).Or(DefaultWarm),
		Keep:    cmp.Or(o.Keep, s.Keep, DefaultKeep),
	}
	if errors := cmp.Or(o.Errors, s.Errors); errors != "" {
		r.Errors = errors.Share()
	}
	return r
}

func checks(in []manifest.SmokeCheck) []Check {
	var out []Check
	for _, c := range in {
		check := Check{Name: string(c.Name), Command: words(c.Command), Timeout: c.Timeout.Or(DefaultCheck)}
		if c.HTTP != nil {
			check.HTTP = httpCheck(*c.HTTP)
			check.Name = cmp.Or(check.Name, check.HTTP.Method+" "+check.HTTP.Path)
		}
		if check.Name == "" {
			check.Name = check.Command[0]
		}
		out = append(out, check)
	}
	return out
}

func httpCheck(c manifest.HTTPCheck) *HTTPCheck {
	method, path := c.Method()
	return &HTTPCheck{
		Method: method, Path: string(path), Headers: texts(c.Headers), Body: string(c.Body),
		Expect: Expect{
			Status: cmp.Or(c.Status, 200), Headers: texts(c.ExpectHeaders), Body: string(c.Match),
			JQ: string(c.JQ), Within: c.Within.Value(),
		},
	}
}
