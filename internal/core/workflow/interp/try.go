package interp

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"

	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/jq"
)

// try begins an attempt.
func (r *step) try(f *Frame, t *workflow.Task) error {
	var most time.Duration
	if p := t.Catch.Retry; p != nil {
		var err error
		if most, err = r.duration(f, p.Each); err != nil {
			return err
		}
	}
	if l := r.enter(f, t.Do); l != nil && most > 0 {
		l.Until = r.in(most)
	}
	return nil
}

// catch takes a problem of what a try tries.
func (r *step) catch(f *Frame, t *workflow.Task, p Problem) error {
	c := t.Catch
	vars := r.vars(f)
	vars["error"] = p.value()
	if c.As != "" {
		vars[c.As] = p.value()
	}
	yes := filtered(c.With, p)
	if yes {
		var err error
		if yes, err = r.meant(f, vars, c.When, c.ExceptWhen); err != nil {
			return err
		}
	}
	if !yes {
		r.fail(f, p)
		return nil
	}
	again, err := r.retried(f, c.Retry, vars)
	if err != nil || again {
		return err
	}
	if c.Retry != nil && len(c.Do) == 0 && c.Then == "" {
		r.fail(f, p) // it was tried in vain, and nothing is said for that case
		return nil
	}
	f.Phase, f.Then = Caught, c.Then
	f.Vars = map[string]Datum{c.As: hold(p.value())}
	r.enter(f, c.Do)
	return nil
}

// meant says whether conditions mean an error.
func (r *step) meant(f *Frame, vars jq.Vars, when, except *jq.Expr) (bool, error) {
	in := r.value(f.input())
	if when != nil {
		if yes, err := when.True(in, vars); err != nil || !yes {
			return false, err
		}
	}
	if except != nil {
		yes, err := except.True(in, vars)
		return !yes, err
	}
	return true, nil
}

// filtered holds a problem to a static filter.
func filtered(with map[string]any, p Problem) bool {
	have := p.value()
	for name, want := range with {
		if name == "type" {
			if kind, ok := want.(string); !ok || !SameType(kind, p.Type) {
				return false
			}
		} else if !reflect.DeepEqual(tidy(want), have[name]) {
			return false
		}
	}
	return true
}

// retried lets a try wait until it is tried again, if it is to be.
func (r *step) retried(f *Frame, p *workflow.Retry, vars jq.Vars) (bool, error) {
	if p == nil || p.Count > 0 && f.Attempt >= p.Count {
		return false, nil
	}
	if yes, err := r.meant(f, vars, p.When, p.ExceptWhen); err != nil || !yes {
		return false, err
	}
	delay, err := r.delay(f, p)
	if err != nil {
		return false, err
	}
	if p.Total != nil {
		most, err := r.duration(f, p.Total)
		if err != nil || r.at.Add(delay).After(f.At.Add(most)) {
			return false, err
		}
	}
	f.Attempt++
	f.Phase = Retry
	f.wait(forTimer, "")
	f.Wake = r.in(delay)
	if delay <= 0 {
		r.again(f)
	}
	return true, nil
}

// delay is how long to wait before the next attempt. Parameters of the backoff are ours, for
// the specification leaves them open: increment (a duration, of linear), factor (of
// exponential, 2 unless said), max (a duration).
func (r *step) delay(f *Frame, p *workflow.Retry) (time.Duration, error) {
	base, err := r.duration(f, p.Delay)
	if err != nil {
		return 0, err
	}
	n := float64(f.Attempt)
	d := float64(base)
	switch p.Backoff {
	case "linear":
		step, err := parameter(p.BackoffWith, "increment", base)
		if err != nil {
			return 0, err
		}
		d += n * float64(step)
	case "exponential":
		factor := 2.0
		if v, ok := decimal(p.BackoffWith["factor"]); ok {
			factor = v
		}
		d *= math.Pow(factor, n)
	}
	most, err := parameter(p.BackoffWith, "max", maxDelay)
	if err != nil {
		return 0, err
	}
	jitter, err := r.jitter(f, p)
	return time.Duration(min(d, float64(most), float64(maxDelay))) + jitter, err
}

// maxDelay keeps a delay that grows from becoming no number any more.
const maxDelay = 366 * 24 * time.Hour

func parameter(with map[string]any, name string, otherwise time.Duration) (time.Duration, error) {
	v, ok := with[name]
	if !ok {
		return otherwise, nil
	}
	d, err := workflow.DurationOf(v)
	if err != nil {
		return 0, fmt.Errorf("backoff: %s: %w", name, err)
	}
	return d, nil
}

func decimal(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// jitter follows from the run's seed: the same run waits equally long wherever it is replayed.
func (r *step) jitter(f *Frame, p *workflow.Retry) (time.Duration, error) {
	from, err := r.duration(f, p.JitterFrom)
	if err != nil || p.JitterTo == nil {
		return from, err
	}
	to, err := r.duration(f, p.JitterTo)
	if err != nil || to <= from {
		return from, err
	}
	n, _ := strconv.ParseUint(sealed(r.s.Seed, f.Name()+"#"+strconv.Itoa(f.Attempt))[:12], 16, 64)
	return from + time.Duration(float64(to-from)*float64(n)/float64(1<<48)), nil
}

// again tries once more.
func (r *step) again(f *Frame) {
	t := r.task(f)
	f.awake()
	f.Phase = Working
	r.say("task.retried", f, Datum{}, nil)
	r.work(f, t)
}
