package metrics

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"slipway.dev/internal/metrics"
)

// What an app may say of itself.
const (
	maxBody     = 8 << 20 // bytes
	maxSamples  = 1000    // that are kept
	maxLabels   = 20
	maxValue    = 256 // bytes of a label's value
	longest     = 10 * time.Second
	atOnce      = 8
	scrapeEvery = 15 * time.Second // where the app says nothing else
)

// scraper reads apps' own metrics.
type scraper struct {
	http *http.Client
	log  *slog.Logger

	mu  sync.Mutex
	has map[string]*scraped // by instance
}

// scraped is what an instance said last.
type scraped struct {
	next    time.Time // when it is asked again
	busy    bool
	at      time.Time // zero: it has not answered yet
	samples []metrics.Sample
	err     error
}

func newScraper(log *slog.Logger) *scraper {
	transport := &http.Transport{Proxy: nil, DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10}
	return &scraper{log: log, has: map[string]*scraped{}, http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// scrape asks instances as often as they want, until ctx ends.
func (c *Collector) scrape(ctx context.Context) {
	if c.Instances == nil {
		return
	}
	var running sync.WaitGroup
	defer running.Wait()
	places := make(chan struct{}, atOnce)
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
		all, err := c.Instances(ctx)
		if err != nil {
			continue // Collect says so
		}
		for _, in := range c.scraper.due(all, c.Now()) {
			select {
			case places <- struct{}{}:
			case <-ctx.Done():
				return
			}
			running.Go(func() {
				defer func() { <-places }()
				c.scraper.ask(ctx, in, c.Now)
			})
		}
	}
}

// due gives the instances that are to be asked now, and forgets those that are gone.
func (s *scraper) due(all []Instance, now time.Time) []Instance {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Instance
	wanted := map[string]bool{}
	for _, in := range all {
		if in.Scrape == nil || in.Address == "" {
			continue
		}
		wanted[in.ID] = true
		have := s.has[in.ID]
		if have == nil {
			have = &scraped{}
			s.has[in.ID] = have
		}
		every := in.Scrape.every()
		if have.busy || have.next.After(now) && have.next.Sub(now) <= every { // beyond: the clock has jumped
			continue
		}
		have.busy, have.next = true, now.Add(every)
		out = append(out, in)
	}
	for id := range s.has {
		if !wanted[id] {
			delete(s.has, id)
		}
	}
	return out
}

func (s Scrape) every() time.Duration { return max(time.Second, cmp.Or(s.Interval, scrapeEvery)) }

// ask asks an instance.
func (s *scraper) ask(ctx context.Context, in Instance, now func() time.Time) {
	samples, err := s.get(ctx, in)
	if ctx.Err() != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	have := s.has[in.ID]
	if have == nil { // it is gone
		return
	}
	if err != nil && (have.err == nil || have.err.Error() != err.Error()) {
		s.log.Warn("an app's own metrics cannot be read", "instance", in.ID, "err", err)
	}
	have.busy, have.err = false, err
	if err == nil {
		have.at, have.samples = now(), samples
	}
}

func (s *scraper) get(ctx context.Context, in Instance) ([]metrics.Sample, error) {
	ctx, cancel := context.WithTimeout(ctx, min(longest, in.Scrape.every()))
	defer cancel()
	url := "http://" + in.Address + cmp.Or(in.Scrape.Path, "/metrics")
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, errors.New("its path is none")
	}
	r.Header.Set("Accept", "text/plain;version=0.0.4")
	r.Header.Set("User-Agent", "Slipway")
	answer, err := s.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answers %s", answer.Status)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxBody+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > maxBody:
		return nil, fmt.Errorf("it says more than %d MiB", maxBody>>20)
	}
	return read(body, in)
}

// samples gives what an instance said of itself, unless that is too long ago, and whether it
// could be read.
func (s *scraper) samples(in Instance, now time.Time) []metrics.Sample {
	if in.Scrape == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	have := s.has[in.ID]
	if have == nil || have.at.IsZero() && have.err == nil {
		return nil // not asked yet
	}
	ok := metrics.Sample{Name: metrics.InstanceScraped, Labels: in.labels(), Kind: metrics.Gauge}
	if have.err != nil || now.Sub(have.at) > in.Scrape.every()+time.Minute {
		return []metrics.Sample{ok}
	}
	ok.Value = 1
	return append([]metrics.Sample{ok}, have.samples...)
}
