package process

import (
	"context"

	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/target"
	"slipway.dev/internal/wire/shimwire"
)

// Usage gives what each instance that runs uses. Its cgroup counts since the app was started
// the last time. On a host without, it is what all processes below its shim use, and used
// since that was started.
func (t *Target) Usage(context.Context) (map[string]target.Usage, error) {
	out := map[string]target.Usage{}
	var table processes // read once, if it is needed at all
	for id, shim := range t.shims() {
		if t.groups(id, out) {
			continue
		}
		if table == nil {
			var err error
			if table, err = readProcesses(); err != nil {
				return nil, err
			}
		}
		used, ok := table.below(shim.PID)
		if !ok {
			continue
		}
		used.CPUSeconds = t.most(id, shim, used.CPUSeconds)
		out[id] = used
	}
	return out, nil
}

// shims gives the shims of the instances whose app runs.
func (t *Target) shims() map[string]shimwire.Process {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := map[string]shimwire.Process{}
	for id, f := range t.followers {
		f.mu.Lock()
		if f.shim.App.PID != 0 {
			out[id] = f.shim.Shim
		}
		f.mu.Unlock()
	}
	for id := range t.used {
		if t.followers[id] == nil {
			delete(t.used, id)
		}
	}
	return out
}

// groups reads an instance's cgroup.
func (t *Target) groups(id string, into map[string]target.Usage) bool {
	if !t.host.Memory || !t.host.Processes {
		return false
	}
	u, ok := sandbox.UsageOf(t.group(id))
	if ok {
		into[id] = target.Usage{CPUSeconds: u.CPU.Seconds(), MemoryBytes: u.Memory, Processes: u.Processes}
	}
	return ok
}

// used is the most CPU time that was seen of a shim's processes.
type used struct {
	shim    shimwire.Process
	seconds float64
}

// most keeps the time from shrinking when a process ends that nobody waits for.
func (t *Target) most(id string, shim shimwire.Process, seconds float64) float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if last := t.used[id]; last.shim == shim {
		seconds = max(seconds, last.seconds)
	}
	t.used[id] = used{shim, seconds}
	return seconds
}
