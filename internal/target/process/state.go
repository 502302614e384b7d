package process

import (
	"fmt"

	"slipway.dev/internal/target"
	"slipway.dev/internal/wire/shimwire"
)

// looping is the number of exits, without a minute of running between them, that make a
// crash loop.
const looping = 3

// health is what the probes have found since the app's last start.
type health struct {
	was     bool   // it was healthy once
	failed  int    // probes in a row that failed
	problem string // of the last one
}

// unhealthyAfter is how many probes in a row must fail: one may be bad luck.
const unhealthyAfter = 2

// see takes in the outcome of a probe.
func (h health) see(err error) health {
	if err == nil {
		return health{was: true}
	}
	h.failed++
	h.problem = err.Error()
	return h
}

func (h health) good() bool { return h.was && h.failed < unhealthyAfter }

// statusOf makes one word of what the shim says and what the probes found.
func statusOf(s shimwire.Status, h health) target.Status {
	out := target.Status{ID: s.ID, PID: s.App.PID, Restarts: s.Restarts, Exit: s.Exit, Since: s.Since, Detail: s.Detail}
	if s.Port != 0 {
		out.Address = fmt.Sprintf("127.0.0.1:%d", s.Port)
	}
	crashing := s.Exits >= looping
	switch s.State {
	case shimwire.Running:
		switch {
		case h.good():
			out.State = target.Healthy
		case h.was:
			out.State, out.Detail = target.Unhealthy, h.problem
		case crashing:
			out.State = target.CrashLoop
		default:
			out.State, out.Detail = target.Starting, h.problem
		}
	case shimwire.Waiting:
		switch {
		case crashing:
			out.State = target.CrashLoop
		case s.Restarts > 0:
			out.State = target.Crashed
		default:
			out.State = target.Starting
		}
	case shimwire.Stopping:
		out.State = target.Stopping
	case shimwire.Stopped:
		out.State = target.Stopped
	default:
		out.State = target.Failed
	}
	if out.State == target.CrashLoop {
		out.Detail = fmt.Sprintf("ended %d times without running for a minute, last with: %s", s.Exits, s.Exit)
	}
	return out
}
