package edge

import (
	"errors"
	"net"
	"net/http"

	"slipway.dev/internal/edge/h1"
)

// errNoInstance says that nobody is there who could answer.
var errNoInstance = errors.New("no instance")

// maxRepeats is how often a request is sent again that may have been seen by an app.
const maxRepeats = 2

// send sends the request to an instance. If nothing listens there, nothing was sent,
// and any request goes to another. If the connection broke before the answer began, the
// app may have acted on it: only what may be done twice is sent again.
func (x *exchange) send(out *http.Request, inform h1.Inform) (*http.Response, error) {
	var avoid *upstream
	for repeats := 0; ; {
		if err := x.place(avoid); err != nil {
			return nil, err
		}
		res, err := x.attempt(out, inform)
		if err == nil {
			return res, nil
		}
		failed := x.upstream
		x.leave()
		switch {
		case x.in.Context().Err() != nil:
			return nil, err
		case isDial(err):
			failed.eject()
			avoid = nil
		case repeats < maxRepeats && x.repeatable() && !isTimeout(err):
			repeats++
			avoid = failed
			x.spoil()
		default:
			return nil, err
		}
		if !x.body.again() {
			return nil, err
		}
		out = copyOf(out)
	}
}

// copyOf makes a request that can be changed while the failed one is perhaps still read.
func copyOf(r *http.Request) *http.Request {
	c, u := *r, *r.URL
	c.URL = &u
	return &c
}

func (x *exchange) attempt(out *http.Request, inform h1.Inform) (*http.Response, error) {
	x.instance = x.upstream.key.id
	out.URL.Host = x.upstream.key.address
	x.body.give(out)
	return x.upstream.backend.Exchange(out, inform)
}

// place takes a place at an instance. One that began to drain meanwhile is not in the
// newest table; that one is asked anew.
func (x *exchange) place(avoid *upstream) error {
	for {
		if x.chosen == nil {
			x.chosen = x.service.choose(x.in.Header, x.lot, x.drawn)
		}
		g, u := x.service.pick(x.chosen, avoid)
		if u == nil && avoid != nil {
			g, u = x.service.pick(x.chosen, nil)
		}
		x.group = g
		if u == nil {
			return errNoInstance
		}
		if u.acquire() {
			x.upstream = u
			return nil
		}
		avoid = nil
		newest := x.edge.table.Load().services[x.service.key]
		if newest == nil {
			return errNoInstance
		}
		x.enter(newest) // its inFlight is the same counter
	}
}

func (x *exchange) leave() {
	x.upstream.release()
	x.upstream = nil
}

// repeatable says whether the request may be done twice: by its method, or because its
// sender made sure of it with a key.
func (x *exchange) repeatable() bool {
	switch x.in.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete:
		return true
	}
	return x.in.Header.Get("Idempotency-Key") != ""
}

func isDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}
