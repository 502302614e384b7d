package web

import (
	"bytes"
	"context"
	"net/http"
	"time"
)

const (
	pause     = 100 * time.Millisecond // between two pushes at least: many changes are one
	heartbeat = 20 * time.Second       // at most: ages are told anew, and a dead client is noticed
	patience  = 10 * time.Second       // for a client to take what is written
)

// events pushes the board at once, after changes, and now and then.
func (h *handler) events(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	changes := h.source.Changes(ctx) // before the first board, so that no change falls between
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	for h.push(ctx, w) {
		if !next(ctx, changes) {
			return
		}
	}
}

// next waits for a reason to push; it gives false when there will be none.
func next(ctx context.Context, changes <-chan struct{}) bool {
	beat := time.NewTimer(heartbeat)
	defer beat.Stop()
	select {
	case <-ctx.Done():
		return false
	case _, more := <-changes:
		if !more {
			return false
		}
	case <-beat.C:
		return true
	}
	settle := time.NewTimer(pause)
	defer settle.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-settle.C:
		return true
	}
}

// push writes the board as one event; it gives false when the client is to come again.
func (h *handler) push(ctx context.Context, w http.ResponseWriter) bool {
	b, err := h.source.Board(ctx)
	if err != nil {
		return false
	}
	var html bytes.Buffer
	if err := board(b, h.now()).Render(ctx, &html); err != nil {
		return false
	}
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Now().Add(patience)) // not every connection has one
	if _, err := w.Write(event(html.Bytes())); err != nil {
		return false
	}
	return control.Flush() == nil
}

// event is the wire form of a message: each of its lines is a field.
func event(data []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(data) {
		out.WriteString("data: ")
		out.Write(bytes.TrimRight(line, "\r\n"))
		out.WriteByte('\n')
	}
	out.WriteByte('\n')
	return out.Bytes()
}
