package api

import (
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// requestTime is how long an ordinary request may take, from its headers to the last byte
// of its answer. Streams push their own deadline ahead.
const requestTime = 2 * time.Minute

// recovered answers a panic without telling about the inside.
func (d *door) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(v) // cuts the connection, as was wanted
			}
			if v != nil {
				d.defect(r.Context(), fmt.Errorf("panic: %v", v), "method", r.Method, "path", r.URL.Path,
					"stack", string(debug.Stack())).write(w)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// guarded refuses what a web page elsewhere could make a browser send: a foreign Host
// (DNS rebinding), a foreign origin, and to the API a body that a form could make. No answer
// ever allows another origin to read it.
func (d *door) guarded(next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Frame-Options", "DENY")
		if d.Secure && !onThisMachine(r.Host) { // localhost has other servers, too
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if r.ContentLength != 0 {
			// The server reads a body even of a request that is refused.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(requestTime))
		}
		if p := d.unfit(r); p != nil {
			p.write(w)
			return
		}
		if err := origin.Check(r); err != nil {
			newProblem(http.StatusForbidden, "the request comes from a page of another origin").write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// onThisMachine says whether a Host header names the machine itself, or is an address.
func onThisMachine(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return host == "localhost" || net.ParseIP(strings.Trim(host, "[]")) != nil
}

// unfit says why a request is refused before anything looks at it, or nil.
func (d *door) unfit(r *http.Request) *Failure {
	if _, local := peerOf(r.Context()); !local && !d.hostAllowed(r.Host) {
		p := newProblem(http.StatusForbidden, fmt.Sprintf("this control plane is not called %q", r.Host))
		p.Hint = "use localhost or 127.0.0.1"
		return p
	}
	if r.ContentLength > maxBody { // before anything is read of it
		return newProblem(http.StatusRequestEntityTooLarge, fmt.Sprintf("a request's body may have %d MiB at most", maxBody>>20))
	}
	want := "application/json"
	if !strings.HasPrefix(r.URL.Path, "/v1/") && r.URL.Path != metricsPath {
		want = "application/x-www-form-urlencoded" // the page's forms; their origin is looked at as well
	}
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); r.ContentLength != 0 && media != want && !isEvent(r, media) {
		return newProblem(http.StatusUnsupportedMediaType, "a request's body must be "+want)
	}
	return nil
}

// isEvent says whether a request brings CloudEvents: by its content type, or, with a body of any
// type, by a header. Neither can a page of another origin send unasked.
func isEvent(r *http.Request, media string) bool {
	return r.URL.Path == "/v1/events" && (strings.HasPrefix(media, "application/cloudevents") || r.Header.Get("Ce-Specversion") != "")
}

// hostAllowed says whether the Host header names this control plane.
func (d *door) hostAllowed(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback() || slices.Contains(d.Hosts, host)
	}
	return host == "localhost" || slices.Contains(d.Hosts, host)
}

// limit bounds how long a caller may keep a request busy by being slow.
func limit(w http.ResponseWriter) {
	// Not every writer (of a test) has deadlines; the server's have.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(requestTime))
}
