package edge

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"slipway.dev/internal/wire/edgewire"
)

// keepBody is up to which size a request's body is read before an app is called, so that
// it can be sent again, and a slow client does not hold up an app.
const keepBody = 64 << 10

// body is a request's body: none, kept, or streamed once.
type body struct {
	kept   []byte
	stream *stream
}

// take gets hold of the request's body. A small one is read here.
func (b *body) take(w http.ResponseWriter, r *http.Request, l edgewire.Limits) error {
	if r.ContentLength == 0 {
		return nil
	}
	b.stream = &stream{
		from: http.MaxBytesReader(w, r.Body, l.Body), control: http.NewResponseController(w), wait: l.WriteTimeout,
	}
	if r.ContentLength < 0 || r.ContentLength > keepBody || r.Header.Get("Expect") != "" {
		// An app may answer before it has read all, or while it reads. HTTP/2 always lets it.
		_ = b.stream.control.EnableFullDuplex()
		return nil
	}
	b.kept = make([]byte, r.ContentLength)
	_, err := io.ReadFull(b.stream, b.kept)
	return err
}

// give puts the body into a request to an app. A kept one can be given again.
func (b *body) give(out *http.Request) {
	switch {
	case b.kept != nil:
		out.Body = io.NopCloser(bytes.NewReader(b.kept))
		out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.kept)), nil }
	case b.stream != nil:
		out.Body = b.stream
	}
}

// received is how many bytes the client sent.
func (b *body) received() int64 {
	if b.stream == nil {
		return 0
	}
	return b.stream.read.Load()
}

// again says whether the body can be given once more.
func (b *body) again() bool { return b.kept != nil || b.stream == nil || !b.stream.touched.Load() }

// end keeps whoever still sends the body to an app from reading on: the server takes the
// client's connection back.
func (b *body) end() {
	if b.stream != nil {
		b.stream.over.Store(true)
	}
}

// err is why the client's body could not be read, if that was so.
func (b *body) err() error {
	if b.stream == nil {
		return nil
	}
	err, _ := b.stream.failed.Load().(failure)
	return err.error
}

// stream reads from the client as long as he sends something in time.
type stream struct {
	from    io.Reader
	control *http.ResponseController
	wait    time.Duration
	touched atomic.Bool
	read    atomic.Int64 // bytes
	over    atomic.Bool  // the client's body is no longer ours to read
	failed  atomic.Value // failure
}

type failure struct{ error }

var errOver = errors.New("the request is over")

// Read reads what the client sent.
func (s *stream) Read(p []byte) (int, error) {
	if s.over.Load() {
		return 0, errOver
	}
	s.touched.Store(true)
	// An error means that this connection has no deadlines; then there is none to set.
	_ = s.control.SetReadDeadline(time.Now().Add(s.wait))
	n, err := s.from.Read(p)
	s.read.Add(int64(n))
	if err != nil && !errors.Is(err, io.EOF) {
		s.failed.Store(failure{err}) // the deadline stays, or the server would wait for the rest
		return n, err
	}
	_ = s.control.SetReadDeadline(time.Time{})
	return n, err
}

// Close does nothing: the server closes the client's body, and an app that could not be
// reached must not close it for the next.
func (s *stream) Close() error { return nil }
