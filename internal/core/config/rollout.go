package config

import (
	"cmp"

	"slipway.dev/internal/core/judge"
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
		return canary(*s.Canary)
	case s.Rolling != nil:
		return Strategy{Kind: "rolling", Batch: cmp.Or(s.Rolling.Batch, DefaultBatch)}
	}
	return Strategy{Kind: "rolling", Batch: DefaultBatch}
}

// canary without steps is judged.
func canary(c manifest.Canary) Strategy {
	s := Strategy{Kind: "canary", Steps: steps(c.Steps)}
	if c.Sticky != nil {
		s.Sticky = &Sticky{Cookie: c.Sticky.Cookie, Header: string(c.Sticky.Header)}
	}
	if i := c.Internal; i != nil {
		s.Internal = &Internal{Header: string(i.Header), Value: string(i.Value), For: i.For.Or(DefaultInternal)}
	}
	if len(s.Steps) > 0 {
		return s
	}
	s.Judged, s.Synthetic = true, c.Synthetic
	s.Minimum, s.Maximum = c.Minimum.Value(), c.Maximum.Or(DefaultMaximum)
	s.Baseline = cmp.Or(c.Baseline, BaselineFresh)
	if j := c.Judge; j != nil { // what is zero is the judge's default
		s.Judge = judge.Options{Alpha: j.Alpha.Share(), Beta: j.Beta.Share(), Psi0: j.Worse.Float(), Psi1: j.Harm.Float()}
	}
	return s
}

func steps(in []manifest.Step) []Step {
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
		if c.Workflow != "" { // is a hook
			continue
		}
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

// hooks are those of a service, after the smoke checks that are workflows.
func hooks(s manifest.Service) (h Hooks) {
	for _, c := range s.Smoke {
		if c.Workflow != "" {
			h.Before = append(h.Before, string(c.Workflow))
		}
	}
	for _, name := range s.Hooks.Before {
		h.Before = append(h.Before, string(name))
	}
	for _, name := range s.Hooks.After {
		h.After = append(h.After, string(name))
	}
	return h
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
