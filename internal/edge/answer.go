package edge

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	"slipway.dev/internal/edge/accesslog"
	"slipway.dev/internal/wire/edgewire"
)

// statusClientGone is what the access log has for a client who left before the answer.
const statusClientGone = 499

// fail answers when no app did.
func (x *exchange) fail(w http.ResponseWriter, _ *http.Request, err error) {
	var tooLarge *http.MaxBytesError
	clientErr := x.body.err()
	switch {
	case errors.As(err, &tooLarge) || errors.As(clientErr, &tooLarge):
		x.own(w, http.StatusRequestEntityTooLarge, edgewire.TooLarge, "the request's body is too large")
	case errors.Is(clientErr, os.ErrDeadlineExceeded):
		x.own(w, http.StatusRequestTimeout, edgewire.ClientSlow, "the request's body did not come in time")
	case clientErr != nil || x.gone():
		x.counted, x.status = true, statusClientGone
		x.group.cell.ClientGone()
		panic(http.ErrAbortHandler)
	case errors.Is(err, errNoInstance):
		x.own(w, http.StatusServiceUnavailable, edgewire.NoInstance, "no instance of this service can be reached")
	case isTimeout(err):
		x.own(w, http.StatusGatewayTimeout, edgewire.UpstreamSlow, "the service did not answer in time")
	default:
		x.edge.log.Debug("app broke off", "instance", x.instance, "error", err)
		x.own(w, http.StatusBadGateway, edgewire.UpstreamFailed, "the service broke off the connection")
	}
}

// refuse answers a request that is not proxied.
func (x *exchange) refuse(w http.ResponseWriter, status int, reason, text string) {
	x.own(w, status, reason, text)
	x.log()
}

func (x *exchange) unrouted(w http.ResponseWriter, text string) {
	x.edge.counters.Unrouted()
	x.refuse(w, http.StatusNotFound, edgewire.NoRoute, text)
}

// own makes and counts an answer of the edge itself. Only what the edge fails to do is a
// failure, whether it was meant to or not; what it refuses, the client did.
func (x *exchange) own(w http.ResponseWriter, status int, reason, text string) {
	x.counted, x.status, x.reason = true, status, reason
	if x.group != nil {
		if status >= http.StatusInternalServerError {
			x.group.cell.EdgeFailed()
			x.count(status, time.Since(x.start), true)
		} else {
			x.group.cell.Refused()
		}
	}
	body := strconv.Itoa(status) + " " + http.StatusText(status) + ": " + text + " (slipway edge)\n"
	h := w.Header()
	clear(h) // trailers or headers of an answer that is not given
	h.Set(edgewire.Header, reason)
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "1")
	}
	if x.edge.leaving.Load() {
		h.Set("Connection", "close")
	}
	w.WriteHeader(status)
	if x.in.Method != http.MethodHead {
		n, _ := io.WriteString(w, body) // whoever left does not read it
		x.sent = int64(n)
	}
}

func (x *exchange) log() {
	if x.edge.access == nil {
		return
	}
	line := accesslog.Line{
		Time: x.start, Client: x.in.RemoteAddr, Method: x.in.Method, Host: x.in.Host, Path: x.in.URL.Path, Proto: x.in.Proto,
		Status: x.status, Bytes: x.sent, Took: time.Since(x.start), Edge: x.reason, Instance: x.instance, Internal: x.internal,
	}
	if x.service != nil {
		line.Service = x.service.key
	}
	x.edge.access.Write(line)
}
