package call_test

import (
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"slipway.dev/internal/call"
)

// TestDocumentsAreKept for a minute; then the service is asked whether they have changed. Who
// comes with other credentials gets what they may see.
func TestDocumentsAreKept(t *testing.T) {
	t.Parallel()
	var asked, sent atomic.Int64
	var version, minutes atomic.Int64
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		etag := fmt.Sprintf("\"%d\"", version.Load())
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		sent.Add(1)
		w.Header().Set("ETag", etag)
		fmt.Fprint(w, version.Load())
		_, _ = io.WriteString(w, r.Header.Get("Authorization"))
	})
	start := time.Now()
	c := local(t, func(o *call.Options) {
		o.Now = func() time.Time { return start.Add(time.Duration(minutes.Load()) * time.Minute) }
	})
	for i, step := range []struct {
		minutes, version int64
		auth             any
		want             string
		asked, sent      int64
	}{
		{0, 0, nil, "0", 1, 1},
		{0, 1, nil, "0", 1, 1},
		{0, 0, object(t, `{"bearer":{"token":"abc"}}`), "0***", 2, 2},
		{2, 0, nil, "0", 3, 2},
		{2, 1, nil, "0", 3, 2},
		{4, 1, nil, "1", 4, 3},
	} {
		minutes.Store(step.minutes)
		version.Store(step.version)
		got, p := c.Fetch(t.Context(), server.URL, step.auth)
		if p != nil || string(got) != step.want || asked.Load() != step.asked || sent.Load() != step.sent {
			t.Errorf("%d: got %q, %v; asked %d times, sent %d times; want %+v", i, got, p, asked.Load(), sent.Load(), step)
		}
	}
}
