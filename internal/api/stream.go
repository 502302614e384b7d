package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// lines binds a handler that answers with JSON lines, one T each, as they come. An empty
// line says that the stream is alive. A failure before the first line is an ordinary
// problem; a later one is a last line {"error": problem}.
func lines[I, T any](f func(context.Context, *I, func(T) error) error) binding {
	return stream("application/x-ndjson", func(ctx context.Context, d *door, in *I, hc huma.Context) {
		s := newSender(hc, "application/x-ndjson")
		ctx, cancel := untilStop(ctx)
		defer cancel()
		r, _ := humago.Unwrap(hc)
		stop := s.beat(ctx, d.Heartbeat, func() bool { _, err := d.caller(r); return err == nil }, cancel)
		err := f(ctx, in, func(t T) error {
			line, err := json.Marshal(t)
			if err != nil {
				return err
			}
			return s.send(append(line, '\n'))
		})
		stop()
		d.conclude(ctx, s, err)
	})
}

// conclude ends a stream of lines: in order, with a problem, or with a last line.
func (d *door) conclude(ctx context.Context, s *sender, err error) {
	switch {
	case err == nil || ctx.Err() != nil:
		_ = s.send(nil) // headers, if there was no line
	case !s.begun:
		d.problemOf(ctx, err).write(s.w)
	default:
		last, _ := json.Marshal(map[string]*Failure{"error": d.problemOf(ctx, err)})
		_ = s.send(append(last, '\n'))
	}
}

// file binds a handler that writes a file. A failure after the first byte cuts the
// connection, so that no caller takes half a file for a whole one.
func file[I any](media string, f func(context.Context, *I, io.Writer) error) binding {
	return stream(media, func(ctx context.Context, d *door, in *I, hc huma.Context) {
		s := newSender(hc, media)
		err := f(ctx, in, s)
		switch {
		case err == nil:
			_ = s.send(nil)
		case !s.begun:
			d.problemOf(ctx, err).write(s.w)
		default:
			d.log.ErrorContext(ctx, "answer cut short", "err", err)
			panic(http.ErrAbortHandler)
		}
	})
}

// stream binds a handler that writes its own answer of a media type.
func stream[I any](media string, f func(context.Context, *door, *I, huma.Context)) binding {
	return func(d *door, api huma.API, op huma.Operation) {
		op.Responses = map[string]*huma.Response{"200": {
			Description: "OK", Content: map[string]*huma.MediaType{media: {Schema: &huma.Schema{Type: "string"}}},
		}}
		huma.Register(api, op, func(ctx context.Context, in *I) (*huma.StreamResponse, error) {
			return &huma.StreamResponse{Body: func(hc huma.Context) { f(ctx, d, in, hc) }}, nil
		})
	}
}

// stalled is how long a caller may leave what a stream sends unread.
const stalled = 30 * time.Second

// sender writes and flushes. The deadline moves with each piece, so that a stream may last
// but a caller who does not read is given up.
type sender struct {
	w       http.ResponseWriter
	control *http.ResponseController
	media   string
	mu      sync.Mutex
	begun   bool
}

func newSender(hc huma.Context, media string) *sender {
	_, w := humago.Unwrap(hc)
	return &sender{w: w, control: http.NewResponseController(w), media: media}
}

// Write makes a sender an io.Writer for files.
func (s *sender) Write(b []byte) (int, error) { return len(b), s.send(b) }

func (s *sender) send(b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.begun {
		s.begun = true
		s.w.Header().Set("Content-Type", s.media)
		s.w.WriteHeader(http.StatusOK)
	}
	if err := s.control.SetWriteDeadline(time.Now().Add(stalled)); err != nil {
		return fmt.Errorf("deadline: %w", err)
	}
	if _, err := s.w.Write(b); err != nil {
		return err
	}
	return s.control.Flush()
}

// beat sends an empty line now and then; a caller who is gone, or may come in no more,
// because their session ended or their token was revoked, ends the stream. The function it
// gives stops the beat, and returns when the last is out.
func (s *sender) beat(ctx context.Context, every time.Duration, mayCome func() bool, gone func()) func() {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if !mayCome() || s.send([]byte("\n")) != nil {
					gone()
					return
				}
			}
		}
	}()
	return func() { cancel(); <-done }
}
