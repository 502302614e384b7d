package process

import (
	"errors"
	"testing"
	"time"

	"slipway.dev/internal/target"
	"slipway.dev/internal/wire/shimwire"
)

func TestStatusOf(t *testing.T) {
	t.Parallel()
	var fresh health
	bad := fresh.see(errors.New("refused"))
	good := bad.see(nil)
	unlucky := good.see(errors.New("timeout"))
	sick := unlucky.see(errors.New("timeout"))
	for _, c := range []struct {
		name  string
		shim  shimwire.Status
		probe health
		want  target.State
	}{
		{"not started yet", shimwire.Status{State: shimwire.Waiting}, fresh, target.Starting},
		{"no probe yet", shimwire.Status{State: shimwire.Running}, fresh, target.Starting},
		{"does not answer yet", shimwire.Status{State: shimwire.Running}, bad, target.Starting},
		{"answers", shimwire.Status{State: shimwire.Running}, good, target.Healthy},
		{"one bad probe", shimwire.Status{State: shimwire.Running}, unlucky, target.Healthy},
		{"two bad probes", shimwire.Status{State: shimwire.Running}, sick, target.Unhealthy},
		{"answers again", shimwire.Status{State: shimwire.Running}, sick.see(nil), target.Healthy},
		{"exited", shimwire.Status{State: shimwire.Waiting, Restarts: 1, Exits: 1}, fresh, target.Crashed},
		{"runs again", shimwire.Status{State: shimwire.Running, Restarts: 1, Exits: 1}, fresh, target.Starting},
		{"exited thrice", shimwire.Status{State: shimwire.Waiting, Restarts: 3, Exits: 3}, fresh, target.CrashLoop},
		{"runs after that", shimwire.Status{State: shimwire.Running, Restarts: 3, Exits: 3}, bad, target.CrashLoop},
		{"answers after that", shimwire.Status{State: shimwire.Running, Restarts: 3, Exits: 3}, good, target.Healthy},
		{"exited long after", shimwire.Status{State: shimwire.Waiting, Restarts: 9, Exits: 1}, fresh, target.Crashed},
		{"stopping", shimwire.Status{State: shimwire.Stopping}, good, target.Stopping},
		{"stopped", shimwire.Status{State: shimwire.Stopped}, good, target.Stopped},
		{"failed", shimwire.Status{State: shimwire.Failed}, fresh, target.Failed},
		{"a state of tomorrow", shimwire.Status{State: "levitating"}, fresh, target.Failed},
	} {
		if got := statusOf(c.shim, c.probe); got.State != c.want {
			t.Errorf("%s: %s, want %s", c.name, got.State, c.want)
		}
	}
}

func TestInterval(t *testing.T) {
	t.Parallel()
	good := health{}.see(nil)
	cmd := target.Health{Command: []string{"true"}}
	for name, c := range map[string]struct {
		rule target.Health
		now  health
		age  time.Duration
		want time.Duration
	}{
		"starting":                {age: time.Second, want: eager},
		"starting for long":       {age: time.Minute, want: patient},
		"starting, command":       {rule: cmd, age: time.Second, want: patient},
		"healthy":                 {now: good, want: time.Second},
		"healthy, own interval":   {rule: target.Health{Interval: time.Minute}, now: good, want: time.Minute},
		"one bad probe":           {now: good.see(errors.New("x")), age: time.Hour, want: patient},
		"own interval is shorter": {rule: target.Health{Interval: time.Millisecond}, age: time.Hour, want: time.Millisecond},
	} {
		if got := interval(c.rule, c.now, c.age); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
