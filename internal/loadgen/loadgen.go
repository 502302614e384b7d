// Package loadgen sends steady traffic as strict clients do: each keeps one connection,
// never repeats a request, and takes anything but an answer of the app for a failure.
package loadgen

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Request is what is sent. Header may be nil.
type Request struct {
	Method, Host, Path string
	Header             http.Header
	Body               []byte
}

// Answer is what came back, or why nothing did.
type Answer struct {
	Request Request
	Sent    time.Time
	Took    time.Duration
	Status  int
	Header  http.Header
	Body    []byte // at most the first 64 kB
	Err     error  // refused, reset, cut in the middle, no answer in time
}

// Options say what to send.
type Options struct {
	Address string                 // host:port
	Clients int                    // connections; default 8
	Rate    float64                // requests per second of all clients; 0: each as fast as it is answered
	Timeout time.Duration          // of one request; default 10 s
	Next    func(n uint64) Request // the n-th request, from 0 on; called by many at once
	Seen    func(Answer)           // nil, or told of each answer; called by many at once
}

// Mix gives a Next that goes through the paths in turn, with the share of POST from 0 to
// 1 spread evenly. A POST has a small body.
func Mix(host string, post float64, paths ...string) func(uint64) Request {
	return func(n uint64) Request {
		r := Request{Method: http.MethodGet, Host: host, Path: paths[n%uint64(len(paths))]}
		if uint64(float64(n+1)*post) > uint64(float64(n)*post) {
			r.Method, r.Body = http.MethodPost, []byte(`{"seat":"A1"}`)
		}
		return r
	}
}

// Load is traffic under way.
type Load struct {
	options Options
	stop    context.CancelFunc
	clients sync.WaitGroup

	mu       sync.Mutex
	result   Result
	latency  *hdrhistogram.Histogram
	interval *hdrhistogram.Histogram // since the last Mark
}

// Latencies are kept in µs up to a minute with three digits.
func newHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, 60_000_000, 3) }

// Start begins to send, until ctx is done or Stop is called.
func Start(ctx context.Context, o Options) *Load {
	if o.Clients == 0 {
		o.Clients = 8
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	ctx, cancel := context.WithCancel(ctx)
	l := &Load{options: o, stop: cancel, latency: newHistogram(), interval: newHistogram()}
	l.result.Failures = map[string]uint64{}
	begin := time.Now()
	for i := range o.Clients {
		c := &client{load: l, index: i, begin: begin}
		l.clients.Go(func() { c.run(ctx) })
	}
	return l
}

// Stop ends the traffic, waits for the answers under way and gives the result.
func (l *Load) Stop() Result {
	l.stop()
	l.clients.Wait()
	return l.Result()
}
