package edge

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"slipway.dev/internal/edge/count"
	"slipway.dev/internal/edge/h1"
	"slipway.dev/internal/wire/edgewire"
)

// How connections to apps are made and kept.
const (
	defaultIdle    = 1500 * time.Millisecond // below the keep-alive time of any common server
	defaultTimeout = 60 * time.Second
	dialTimeout    = 2 * time.Second
	idlePerApp     = 512
	probeFirst     = 50 * time.Millisecond
	probeMost      = time.Second
)

// backend carries requests to one address.
type backend interface {
	Exchange(*http.Request, h1.Inform) (*http.Response, error)
	CloseIdleConnections()
}

// upstreamKey is all that makes an upstream what it is; one that is the same in the next
// table keeps its connections and counts.
type upstreamKey struct {
	id, address   string
	idle, timeout time.Duration
	cell          count.Key
}

// upstream is one instance as long as it is in the table, and then until it is drained.
type upstream struct {
	key      upstreamKey
	backend  backend
	inFlight atomic.Int64
	draining atomic.Bool // for ever: an instance that comes back gets a new upstream
	ejected  atomic.Bool // nothing listens there now
}

func newUpstream(k upstreamKey) *upstream {
	return &upstream{key: k, backend: newBackend(k)}
}

func newBackend(k upstreamKey) backend {
	return h1.New(h1.Options{
		Address: k.address, Dial: dialTimeout, Idle: k.idle, Header: k.timeout, MaxIdle: idlePerApp, MaxHeader: 256 << 10,
	})
}

func keyOf(s edgewire.Service, g edgewire.Group, in edgewire.Instance) upstreamKey {
	return upstreamKey{
		id: in.ID, address: in.Address,
		idle: first(s.IdleTimeout, defaultIdle), timeout: first(s.Timeout, defaultTimeout),
		cell: count.Key{Service: s.Name, Environment: s.Environment, Release: g.Release, Deployment: g.Deployment},
	}
}

// acquire takes a place at the instance; false: it is draining, another must be taken.
func (u *upstream) acquire() bool {
	u.inFlight.Add(1)
	if u.draining.Load() {
		u.release()
		return false
	}
	return true
}

func (u *upstream) release() {
	if u.inFlight.Add(-1) == 0 && u.draining.Load() {
		u.backend.CloseIdleConnections()
	}
}

// drain lets nothing new in.
func (u *upstream) drain() {
	u.draining.Store(true)
	if u.inFlight.Load() == 0 {
		u.backend.CloseIdleConnections()
	}
}

// eject takes the instance out because nothing listens there, until something does.
func (u *upstream) eject() {
	if u.ejected.CompareAndSwap(false, true) {
		u.backend.CloseIdleConnections()
		go u.probe()
	}
}

func (u *upstream) probe() {
	dialer := net.Dialer{Timeout: dialTimeout}
	for wait := probeFirst; !u.draining.Load(); wait = min(2*wait, probeMost) {
		time.Sleep(wait)
		c, err := dialer.DialContext(context.Background(), "tcp", u.key.address)
		if err == nil {
			c.Close()
			u.ejected.Store(false)
			return
		}
	}
}
