package app

import (
	"context"
	"net/http"
	"strings"
	"time"

	"slipway.dev/internal/web"
)

// pages serves what people look at.
func (h *house) pages() http.Handler {
	return web.Handler(web.Options{Control: h.control, Changes: h.changes, Secure: h.secure(), Log: h.Log})
}

// secure says whether browsers reach the page by https.
func (h *house) secure() bool { return strings.HasPrefix(h.page(), "https:") }

// changes tells of changes of anything, at most a few in a second.
func (h *house) changes(ctx context.Context) <-chan struct{} {
	changes := make(chan struct{}, 1)
	go func() {
		defer close(changes)
		var position int64
		for every(ctx, 150*time.Millisecond) {
			head, err := h.engine.Await(ctx, position)
			if err != nil {
				return
			}
			position = head
			select {
			case changes <- struct{}{}:
			default:
			}
		}
	}()
	return changes
}
