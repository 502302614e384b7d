package edge

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"
)

var errUnaskedSwitch = errors.New("the app switched protocols without being asked")

// forward carries a plain request to an app and the answer back. It is what
// httputil.ReverseProxy does (a test holds the two against each other), but nothing is cloned
// that is only read.
func (x *exchange) forward(w http.ResponseWriter) {
	res, err := x.send(x.outgoing(), informer(w))
	if err == nil && res.StatusCode == http.StatusSwitchingProtocols {
		res.Body.Close()
		err = errUnaskedSwitch
	}
	if err != nil {
		x.fail(w, x.in, err)
		return
	}
	h := w.Header()
	copyHeader(h, res.Header)
	x.answered(res, h)
	announced := len(res.Trailer)
	if announced > 0 {
		h.Add("Trailer", strings.Join(names(res.Trailer), ", "))
	}
	w.WriteHeader(res.StatusCode)
	err = x.copyBody(w, res)
	res.Body.Close()
	if err != nil {
		panic(http.ErrAbortHandler) // the client must not take it for the whole
	}
	if len(res.Trailer) > 0 {
		_ = http.NewResponseController(w).Flush() // or the server makes a short answer one with a length
	}
	copyTrailers(h, res.Trailer, announced)
}

// informer passes on what an app says before its answer (1xx).
func informer(w http.ResponseWriter) func(int, http.Header) error {
	return func(status int, header http.Header) error {
		h := w.Header()
		maps.Copy(h, header)
		w.WriteHeader(status)
		clear(h) // it is not part of the answer
		return nil
	}
}

// outgoing makes the request that the app sees.
func (x *exchange) outgoing() *http.Request {
	out := copyOf(x.in)
	out.Header = outgoingHeader(x.in)
	out.Body, out.GetBody, out.Close = nil, nil, false
	out.Trailer = x.in.Trailer.Clone() // the server still writes to it while the body is read
	x.target(out)
	return out
}

// copyBody sends the app's body. An answer whose length nobody knows, or that is made of
// events, goes out as it comes.
func (x *exchange) copyBody(w http.ResponseWriter, res *http.Response) error {
	if res.Body == http.NoBody {
		return nil
	}
	if res.ContentLength >= 0 && !isEvents(res.Header) {
		return x.copyTo(w)
	}
	flush := func() { _ = http.NewResponseController(w).Flush() } // whoever left is noticed at the next write
	b, ok := res.Body.(interface{ BeforeWait(func()) })
	if !ok {
		out := newFlushing(w, flush)
		defer out.stop()
		return x.copyTo(out)
	}
	b.BeforeWait(flush)
	err := x.copyTo(w)
	if err != nil && x.sent > 0 {
		flush() // as much as there is
	}
	return err
}

func (x *exchange) copyTo(w io.Writer) error {
	buffer := buffers.Get()
	defer buffers.Put(buffer)
	for {
		n, err := x.Read(buffer)
		if n > 0 {
			if _, failed := w.Write(buffer[:n]); failed != nil {
				return failed
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func isEvents(h http.Header) bool {
	kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(kind), "text/event-stream")
}

func names(h http.Header) []string {
	out := make([]string, 0, len(h))
	for name := range h {
		out = append(out, name)
	}
	return out
}

// copyTrailers gives the server the trailers, those that were announced and others.
func copyTrailers(h, trailer http.Header, announced int) {
	for name, values := range trailer {
		if len(trailer) != announced {
			name = http.TrailerPrefix + name
		}
		h[name] = append(h[name], values...)
	}
}
