package edge

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"slipway.dev/internal/wire/edgewire"
)

// peer is a replaced edge that still serves the clients that it has.
type peer struct {
	edgewire.Lingerer
	heard time.Time
}

// silentAfter is when a replaced edge that does not report is taken for dead. It reports
// several times a second.
const silentAfter = 10 * time.Second

func (l peer) silent() bool { return time.Since(l.heard) > silentAfter }

// postLinger takes a replaced edge's report. The answer waits for a new table, so that
// all edges route by the newest one at nearly the same time.
func (p *program) postLinger(r *http.Request) (any, error) {
	var report edgewire.Lingerer
	if err := decode(r, &report); err != nil {
		return nil, err
	}
	wait, err := waitOf(r)
	if err != nil {
		return nil, err
	}
	changed, err := p.hear(report)
	if err != nil {
		return nil, err
	}
	t := p.table.Load().wire
	if !older(edgewire.Table{Epoch: report.Epoch, Generation: report.Generation}, t) {
		select {
		case <-changed:
		case <-time.After(wait):
		case <-p.gone:
		case <-r.Context().Done():
		}
		t = p.table.Load().wire
	}
	if older(edgewire.Table{Epoch: report.Epoch, Generation: report.Generation}, t) {
		return edgewire.Follow{Table: &t}, nil
	}
	return edgewire.Follow{}, nil
}

func (p *program) hear(report edgewire.Lingerer) (changed <-chan struct{}, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.replaced {
		return nil, errReplaced
	}
	p.counters.Learn(report.Source)
	report.Source.Flows = nil // learnt
	p.peers[report.Source.ID] = peer{report, time.Now()}
	if report.Gone {
		delete(p.peers, report.Source.ID)
	}
	p.fold()
	return p.changed, nil
}

// fold makes one of old sources that no longer report. p.mu is held.
func (p *program) fold() {
	p.counters.Fold(func(id string) bool { _, reports := p.peers[id]; return reports })
}

// report says how this replaced edge is. With the figures of flows it may be long; what is
// left out of a report, the successor goes on knowing.
func (p *program) report(flows, gone bool) edgewire.Lingerer {
	t := p.table.Load().wire
	l := edgewire.Lingerer{Source: p.counters.Own(flows), PID: os.Getpid(), Epoch: t.Epoch, Generation: t.Generation, InFlight: p.inFlight(), Gone: gone}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.addInFlight(l.Source.Counters)
	return l
}

// flowsEvery is how often a replaced edge reports the figures of flows.
const flowsEvery = time.Second

// follow reports to the successor and takes over its tables, until ctx is done.
func (p *program) follow(ctx context.Context) {
	client := p.successor()
	var told time.Time // the figures of flows
	for ctx.Err() == nil {
		wait := 250 * time.Millisecond
		if p.drainsSomething() {
			wait = 10 * time.Millisecond // somebody waits for it
		}
		now := time.Now()
		flows := now.Sub(told) >= flowsEvery
		answer, err := tell(ctx, client, p.report(flows, false), wait)
		if err == nil && flows {
			told = now
		}
		if err == nil && answer.Table != nil {
			err = p.apply(*answer.Table, false)
		}
		if err != nil && ctx.Err() == nil {
			p.log.Debug("the successor did not take the report", "error", err)
			pause(ctx, 50*time.Millisecond)
		}
	}
}

// farewell gives the successor the last figures.
func (p *program) farewell() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	client := p.successor()
	for {
		_, err := tell(ctx, client, p.report(true, true), 0)
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			p.log.Warn("the last figures of the replaced edge are lost", "error", err)
			return
		}
		pause(ctx, 50*time.Millisecond)
	}
}

func (p *program) drainsSomething() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, u := range p.retired {
		if u.inFlight.Load() > 0 {
			return true
		}
	}
	return false
}

// successor is a client of whoever answers on the admin socket now.
func (p *program) successor() *http.Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", p.options.AdminSocket)
	}
	return &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}, Timeout: 5 * time.Second}
}

func tell(ctx context.Context, c *http.Client, l edgewire.Lingerer, wait time.Duration) (edgewire.Follow, error) {
	var answer edgewire.Follow
	body, err := json.Marshal(l)
	if err != nil {
		return answer, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://edge/v1/linger?wait="+wait.String(), bytes.NewReader(body))
	if err != nil {
		return answer, err
	}
	res, err := c.Do(r)
	if err != nil {
		return answer, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return answer, fmt.Errorf("answered %s", res.Status)
	}
	return answer, json.NewDecoder(res.Body).Decode(&answer)
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
