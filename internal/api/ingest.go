package api

import (
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Bounds of what strangers may have us hold in memory: a webhook's signature can only be
// checked once all of its body is there, and a password takes memory to be checked.
const (
	maxWebhook  = 10 << 20         // bytes, of one
	webhookTime = 10 * time.Second // for its body to come, and before that for its turn
	webhooks    = 8                // at once
	signIns     = 16               // at once
)

// inTurn lets as many requests of strangers in at once as places has room for; the others
// wait with their bodies unread.
func inTurn(places chan struct{}) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		late := time.NewTimer(webhookTime)
		defer late.Stop()
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
			next(hc)
		case <-hc.Context().Done():
		case <-late.C:
			_, w := humago.Unwrap(hc)
			w.Header().Set("Connection", "close") // rather than read what is left of it
			newProblem(http.StatusServiceUnavailable, "too many such requests at once").write(w)
		}
	}
}
