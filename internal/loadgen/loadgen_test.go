package loadgen

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"slipway.dev/internal/wire/edgewire"
)

func TestStrictness(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch n.Add(1) % 5 {
		case 0: // an answer that is cut
			w.Header().Set("Content-Length", "100")
			w.Write([]byte("x"))
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		case 1: // no answer: a lenient client would ask again
			panic(http.ErrAbortHandler)
		case 2: // the edge's failure
			w.Header().Set(edgewire.Header, edgewire.NoInstance)
			w.WriteHeader(503)
		case 3: // the app's
			w.WriteHeader(503)
		}
	}))
	t.Cleanup(s.Close)
	l := Start(t.Context(), Options{Address: strings.TrimPrefix(s.URL, "http://"), Clients: 1, Next: Mix("", 0.5, "/")})
	for deadline := time.Now().Add(30 * time.Second); l.Result().Requests < 50 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	r := l.Stop()
	if r.Requests != uint64(n.Load()) {
		t.Errorf("%d requests, the server saw %d", r.Requests, n.Load())
	}
	if fifth := r.Requests / 5; r.Failed < 3*fifth-1 || r.Failed > 3*fifth+3 || r.AppErrors < fifth-1 || r.AppErrors > fifth+1 || len(r.Failures) < 3 {
		t.Errorf("%+v", r)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	var seen atomic.Int64
	l := Start(t.Context(), Options{Address: strings.TrimPrefix(s.URL, "http://"), Clients: 2, Rate: 1000, Next: Mix("", 0, "/"), Seen: func(a Answer) {
		if a.Err != nil {
			seen.Add(1)
		}
	}})
	for deadline := time.Now().Add(30 * time.Second); l.Result().Requests < 10 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	if r := l.Stop(); r.Requests < 10 || r.Failed != r.Requests || uint64(seen.Load()) != r.Requests {
		t.Errorf("%+v, %d seen", r, seen.Load())
	}
}

func TestMix(t *testing.T) {
	t.Parallel()
	next := Mix("h", 1.0/3, "/a", "/b")
	posts := 0
	for n := range uint64(300) {
		r := next(n)
		if r.Method == "POST" {
			posts++
		}
		if r.Host != "h" || r.Path != []string{"/a", "/b"}[n%2] {
			t.Fatalf("%d: %+v", n, r)
		}
	}
	if posts < 99 || posts > 101 {
		t.Errorf("%d of 300 are POST", posts)
	}
}
