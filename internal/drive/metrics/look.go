package metrics

import (
	"context"
	"fmt"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/metrics"
	"slipway.dev/internal/metrics/ring"
	"slipway.dev/internal/target"
	"slipway.dev/internal/wire/edgewire"
)

// snapshot is what was seen at a time.
type snapshot struct {
	at        time.Time // zero: never
	edge      []metrics.Sample
	edgeErr   error // nothing is known of requests
	instances []instanceSamples
	total     []metrics.Sample // of all instances together
}

type instanceSamples struct {
	id      string
	samples []metrics.Sample
}

// patience is how long one look may take.
const patience = 20 * time.Second

// see looks at everything.
func (c *Collector) see(ctx context.Context) snapshot {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s := snapshot{at: c.Now()}
	s.edge, s.edgeErr = c.seeEdge(ctx)
	c.say(&c.told.edge, s.edgeErr, "the edge cannot be asked what it has counted")
	var err error
	s.instances, s.total, err = c.seeInstances(ctx)
	c.say(&c.told.instances, err, "it cannot be seen what instances use")
	return s
}

func (c *Collector) seeEdge(ctx context.Context) ([]metrics.Sample, error) {
	if c.Edge == nil {
		return nil, fault.New(fault.Unavailable, "there is no edge")
	}
	counters, err := c.Edge.Counters(ctx)
	if err != nil {
		return nil, err
	}
	var table edgewire.Table
	if table, err = c.Edge.Table(ctx); err != nil {
		return nil, err
	}
	counters.Flows = append(counters.Flows, idle(table, counters.Flows)...)
	return requests(counters), nil
}

// seeInstances gives what instances use and say. An error leaves out what is not known.
func (c *Collector) seeInstances(ctx context.Context) (each []instanceSamples, total []metrics.Sample, err error) {
	if c.Instances == nil {
		return nil, nil, nil
	}
	instances, err := c.Instances(ctx)
	if err != nil {
		return nil, nil, err
	}
	var used map[string]target.Usage
	if c.Usage != nil {
		used, err = c.Usage(ctx)
	}
	for _, in := range instances {
		samples := append(in.samples(used), c.scraper.samples(in, c.Now())...)
		each = append(each, instanceSamples{in.ID, samples})
	}
	return each, countInstances(instances), err
}

// say logs a trouble when it begins and when it is over.
func (c *Collector) say(told *bool, err error, what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err != nil && !*told:
		c.Log.Warn(what, "err", err)
	case err == nil && *told:
		c.Log.Info("it is over that " + what)
	}
	*told = err != nil
}

// up says whether the edge answers.
func (s snapshot) up() metrics.Sample {
	up := metrics.Sample{Name: metrics.EdgeUp, Kind: metrics.Gauge, Value: 1}
	if s.edgeErr != nil {
		up.Value = 0
	}
	return up
}

// batches sorts what was seen by who has counted it.
func (s snapshot) batches() []ring.Batch {
	out := []ring.Batch{{Origin: "slipway", Samples: append([]metrics.Sample{s.up()}, s.total...)}}
	if s.edgeErr == nil {
		out = append(out, ring.Batch{Origin: "edge", Samples: s.edge})
	}
	for _, in := range s.instances {
		out = append(out, ring.Batch{Origin: "instance/" + in.id, Samples: in.samples})
	}
	return out
}

// Collect looks, and keeps what it sees. After an error nothing is kept; what was counted is
// in the next one.
func (c *Collector) Collect(ctx context.Context) error {
	s := c.see(ctx)
	c.mu.Lock()
	c.latest = s
	c.mu.Unlock()
	dropped, err := c.Ring.Write(ctx, s.at, s.batches())
	if dropped > 0 {
		err = fault.New(fault.TooLarge, "%d series are over the bound and are not kept", dropped).
			WithHint("keep fewer of the apps' own metrics (metrics.keep of a Service)")
	}
	if err != nil {
		return fmt.Errorf("keep figures: %w", err)
	}
	return nil
}

// fresh is how old what is shown may be.
const fresh = 5 * time.Second

// current gives what is seen now, or was a moment ago.
func (c *Collector) current(ctx context.Context) snapshot {
	c.looking.Lock() // who asks at the same time waits for the same answer
	defer c.looking.Unlock()
	c.mu.Lock()
	s := c.latest
	c.mu.Unlock()
	if age := c.Now().Sub(s.at); !s.at.IsZero() && age >= 0 && age < fresh {
		return s
	}
	s = c.see(ctx)
	if ctx.Err() == nil { // what was cut short is no news
		c.mu.Lock()
		c.latest = s
		c.mu.Unlock()
	}
	return s
}
