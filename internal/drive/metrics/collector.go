package metrics

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"slipway.dev/internal/metrics"
	"slipway.dev/internal/metrics/ring"
	"slipway.dev/internal/target"
	"slipway.dev/internal/wire/edgewire"
)

// Edge counts requests.
type Edge interface {
	Counters(ctx context.Context) (edgewire.Counters, error)
	Table(ctx context.Context) (edgewire.Table, error)
}

// Ring keeps figures.
type Ring interface {
	Write(ctx context.Context, at time.Time, batches []ring.Batch) (dropped int, err error)
	Stats() ring.Stats
}

// Instance is an instance that is wanted, and how it is.
type Instance struct {
	ID          string
	Service     string
	Environment string
	Release     string
	Deployment  string
	State       target.State
	Address     string // host:port; empty: it has none yet
	Restarts    int
	Scrape      *Scrape // nil: its own metrics are not wanted
}

// Scrape says where an app's own metrics are, and what is kept of them.
type Scrape struct {
	Path     string
	Interval time.Duration
	Keep     []string // names of metrics
}

// Deps are what a Collector needs. Any of the functions may be nil: then there is none of that.
type Deps struct {
	Ring Ring
	Edge Edge
	// Instances gives all instances that are wanted now.
	Instances func(ctx context.Context) ([]Instance, error)
	// Usage gives what instances use, by ID.
	Usage func(ctx context.Context) (map[string]target.Usage, error)
	// Own gives Slipway's own figures: of the engine, the lanes, SLOs. They are shown and not
	// kept, and may be asked for at any time.
	Own func(ctx context.Context) []metrics.Sample
	Now func() time.Time // default time.Now
	Log *slog.Logger
}

// Collector collects figures. It may be used by several goroutines.
type Collector struct {
	Deps
	scraper *scraper

	looking sync.Mutex // held by who looks in order to show

	mu     sync.Mutex
	latest snapshot
	told   struct{ edge, instances bool } // troubles that were logged
}

// New makes a Collector; Run must be started.
func New(d Deps) *Collector {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Collector{Deps: d, scraper: newScraper(d.Log)}
}

// Run collects at each full minute, until ctx ends.
func (c *Collector) Run(ctx context.Context) {
	var scrapes sync.WaitGroup
	scrapes.Go(func() { c.scrape(ctx) })
	defer scrapes.Wait()
	for {
		now := c.Now()
		wait := now.Truncate(time.Minute).Add(time.Minute).Sub(now)
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		if err := c.Collect(ctx); err != nil && ctx.Err() == nil {
			c.Log.Warn("figures cannot be kept; it is tried again in a minute", "err", err)
		}
	}
}

// End keeps what was counted since the last full minute, when the program ends.
func (c *Collector) End(ctx context.Context) {
	if err := c.Collect(ctx); err != nil {
		c.Log.Info("the last figures are not kept; the next start has what the edge counted", "err", err)
	}
}
