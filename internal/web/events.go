package web

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
)

const (
	pause     = 100 * time.Millisecond // between two pushes at least: many changes are one
	heartbeat = 20 * time.Second       // at most: ages are told anew, and a dead client is noticed
	patience  = 10 * time.Second       // for a client to take what is written
	renewal   = 5 * time.Minute        // a stream ends then, so that who looks is asked for anew
)

// eventsOf is where the events of a page come from.
func eventsOf(path string) string {
	return "/events" + strings.TrimSuffix(strings.TrimSuffix(path, "{$}"), "/")
}

// events pushes what a page shows at once, after changes, and now and then.
func (h *handler) events(f func(visit) (view, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), renewal)
		defer cancel()
		if _, err := h.Control.Whoami(ctx); fault.Is(err, fault.Denied) {
			http.Error(w, "nobody is signed in", http.StatusUnauthorized) // the script leads to the sign-in
			return
		}
		changes := h.Changes(ctx) // before the first push, so that no change falls between
		w.Header().Set("Content-Type", "text/event-stream")
		for h.push(ctx, w, r, f) {
			if !next(ctx, changes) {
				return
			}
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

// push writes what is live of a page as one event; it gives false when the client is to come
// again.
func (h *handler) push(ctx context.Context, w http.ResponseWriter, r *http.Request, f func(visit) (view, error)) bool {
	v := visit{w: w, r: r, ctx: ctx, now: h.Now()}
	var err error
	if v.who, err = h.Control.Whoami(ctx); err != nil { // again: rights may be taken meanwhile
		return false
	}
	shown, err := f(v)
	if err != nil {
		return false
	}
	alarms, err := h.alarms(v)
	if err != nil {
		return false
	}
	var html bytes.Buffer
	if err := live(alarms, shown).Render(ctx, &html); err != nil {
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
