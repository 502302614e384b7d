package judge

import (
	"context"
	"sync"
	"time"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/judge"
)

// checkEvery is the pause between two rounds of smoke checks that count as evidence.
const checkEvery = time.Second

// checks are smoke checks that are repeated while a canary is judged. Each run on one
// instance counts as one request.
type checks struct {
	stop context.CancelFunc
	done chan struct{}

	mu   sync.Mutex
	tick judge.Tick
}

func (j *Judge) startChecks(ctx context.Context, deployment string) *checks {
	ctx, cancel := context.WithCancel(ctx)
	c := &checks{stop: cancel, done: make(chan struct{})}
	go func() {
		defer close(c.done)
		for ctx.Err() == nil {
			if spec, ok := j.wanted()[deployment]; ok {
				c.round(ctx, spec, j.Check)
			}
			select {
			case <-ctx.Done():
			case <-time.After(checkEvery):
			}
		}
	}()
	return c
}

// round checks all instances of canary and baseline once.
func (c *checks) round(ctx context.Context, spec deploy.JudgeSpec, check func(context.Context, deploy.SmokeInput) error) {
	for _, in := range spec.Checks {
		all := in.Instances
		for i := range all {
			in.Instances = all[i : i+1]
			err := check(ctx, in)
			if ctx.Err() != nil {
				return // that says nothing of the instance
			}
			c.mu.Lock()
			side := &c.tick.Baseline
			if in.Deployment == spec.Deployment {
				side = &c.tick.Canary
			}
			side.N++
			if err != nil {
				side.Errors++
			}
			c.mu.Unlock()
		}
	}
}

// since gives what was counted since it was asked last.
func (c *checks) since() judge.Tick {
	if c == nil {
		return judge.Tick{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.tick
	c.tick = judge.Tick{}
	t.Flow = SmokeChecks
	return t
}

// end waits until no check is under way.
func (c *checks) end() {
	if c != nil {
		c.stop()
		<-c.done
	}
}
