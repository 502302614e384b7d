package edge

import (
	"net/http"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/edge/count"
	"slipway.dev/internal/wire/edgewire"
)

// getCounters answers with the sum of all edges that there were. A replaced edge does
// not answer: its successor knows as much, and figures must not seem to go back.
func (p *program) getCounters(*http.Request) (any, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.replaced {
		return nil, errReplaced
	}
	all := p.counters.Total()
	p.addInFlight(all.Counters)
	return edgewire.Counters{At: time.Now().UTC(), Counters: all.Counters, Flows: all.Flows, Unrouted: all.Unrouted}, nil
}

// addInFlight fills in what is in flight here and in replaced edges. p.mu is held.
func (p *program) addInFlight(counters []edgewire.Counter) {
	now := map[count.Key]int64{}
	for _, u := range p.all() {
		now[u.key.cell] += u.inFlight.Load()
	}
	for _, peer := range p.peers {
		for _, c := range peer.Source.Counters {
			now[count.Key{Service: c.Service, Environment: c.Environment, Release: c.Release, Deployment: c.Deployment}] += c.InFlight
		}
	}
	for i, c := range counters {
		counters[i].InFlight = now[count.Key{Service: c.Service, Environment: c.Environment, Release: c.Release, Deployment: c.Deployment}]
	}
}

// getDrained waits until an instance gets no request and has none, here and in replaced
// edges that still serve, and says how it is.
func (p *program) getDrained(r *http.Request) (any, error) {
	id := r.URL.Query().Get("instance")
	if id == "" {
		return nil, fault.New(fault.Invalid, "which instance?").WithHint("drained?instance=ID&wait=10s")
	}
	wait, err := waitOf(r)
	if err != nil {
		return nil, err
	}
	deadline := time.After(wait)
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		d, err := p.drained(id)
		if err != nil || !d.Routed && d.InFlight == 0 {
			return d, err
		}
		select {
		case <-time.After(pause):
		case <-deadline:
			return d, nil
		case <-r.Context().Done():
			return d, nil
		}
	}
}

func (p *program) drained(id string) (edgewire.Drained, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.replaced {
		return edgewire.Drained{}, errReplaced
	}
	d := edgewire.Drained{Instance: id}
	_, d.Known = p.lately[id]
	t := p.table.Load()
	for _, u := range p.all() {
		if u.key.id != id {
			continue
		}
		d.Known = true
		d.InFlight += u.inFlight.Load()
		if !u.draining.Load() {
			d.Routed = true
			continue
		}
		u.backend.CloseIdleConnections() // before anybody hears that it is drained
	}
	for _, peer := range p.peers {
		if peer.silent() {
			continue
		}
		d.InFlight += peer.InFlight[id]
		if older(edgewire.Table{Epoch: peer.Epoch, Generation: peer.Generation}, t.wire) {
			d.Routed = true // by that one, perhaps
		}
	}
	return d, nil
}
