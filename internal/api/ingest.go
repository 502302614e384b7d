package api

import (
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Bounds of what strangers may have us hold in memory: a webhook's signature can only be
// checked once all of its body is there.
const (
	maxWebhook  = 10 << 20         // bytes, of one
	webhookTime = 10 * time.Second // for its body to come, and before that for its turn
	webhooks    = 8                // at once
)

// inTurn lets few requests with a body in at once; the others wait with theirs unread.
func (d *door) inTurn(hc huma.Context, next func(huma.Context)) {
	late := time.NewTimer(webhookTime)
	defer late.Stop()
	select {
	case d.ingesting <- struct{}{}:
		defer func() { <-d.ingesting }()
		next(hc)
	case <-hc.Context().Done():
	case <-late.C:
		_, w := humago.Unwrap(hc)
		w.Header().Set("Connection", "close") // rather than read what is left of it
		newProblem(http.StatusServiceUnavailable, "too many webhooks at once").write(w)
	}
}
