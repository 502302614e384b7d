package demo

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"slipway.dev/internal/loadgen"
)

// Of the traffic: connections that are kept, and requests per second of all of them.
const (
	connections = 6
	rate        = 60
)

// visit is what a user does: the requests that belong together.
var visit = []loadgen.Request{
	{Method: http.MethodGet, Path: "/concerts"},
	{Method: http.MethodPost, Path: "/signin", Body: []byte(`{"name":"Ada"}`)},
	{Method: http.MethodPost, Path: "/orders", Body: []byte(`{"concert":"winter-songs","seats":2}`)},
	{Method: http.MethodPost, Path: "/telemetry", Body: []byte(`{"name":"ordered"}`)},
	{Method: http.MethodPost, Path: "/orders", Body: []byte(`{"concert":"four-cellos","seats":1}`)},
}

// userHeader says whose request it is.
const userHeader = "X-User"

// crowd is users of the shop, one after the other, and what came back to them.
type crowd struct {
	load  atomic.Pointer[loadgen.Load] // nil before the first user
	hosts atomic.Pointer[[]string]     // that users go to, in turn
	shop  atomic.Bool                  // all services are there; until then users only look around

	mu       sync.Mutex
	versions map[string]*span  // by host, service and version
	latest   map[string]string // version by host and service
	hit      map[string]bool   // users who got an error
	users    map[string]bool
}

// span is when a version answered.
type span struct{ first, last time.Time }

func newCrowd() *crowd {
	return &crowd{versions: map[string]*span{}, latest: map[string]string{}, hit: map[string]bool{}, users: map[string]bool{}}
}

// arrive lets users in. Address is that of the edge.
func (c *crowd) arrive(ctx context.Context, address string, hosts ...string) {
	c.visit(hosts...)
	c.load.Store(loadgen.Start(ctx, loadgen.Options{
		Address: address, Clients: connections, Rate: rate, Seen: c.seen,
		Next: func(n uint64) loadgen.Request { return c.next(n) },
	}))
}

// visit sends users to these hosts from now on, one after the other.
func (c *crowd) visit(hosts ...string) { c.hosts.Store(&hosts) }

func (c *crowd) next(n uint64) loadgen.Request {
	hosts := *c.hosts.Load()
	step := n % uint64(len(visit))
	if !c.shop.Load() {
		step = 0
	}
	r := visit[step]
	number := n / uint64(len(visit))
	r.Host = hosts[number%uint64(len(hosts))]
	user := strconv.FormatUint(number, 10)
	r.Header = http.Header{"Content-Type": {"application/json"}, userHeader: {user}}
	if r.Path == "/telemetry" {
		r.Header.Set("Idempotency-Key", user) // to report an event twice does no harm, so the edge may try again
	}
	return r
}

func (c *crowd) seen(a loadgen.Answer) {
	now := time.Now()
	_, failed := a.Failed()
	c.mu.Lock()
	defer c.mu.Unlock()
	user := a.Request.Header.Get(userHeader)
	c.users[user] = true
	if failed || a.Status >= http.StatusInternalServerError {
		c.hit[user] = true
	}
	version := a.Header.Get("X-Version")
	if version == "" {
		return
	}
	place := a.Request.Host + " " + serviceOf(a.Request.Path)
	key := place + " " + version
	if c.versions[key] == nil {
		c.versions[key] = &span{first: now}
		c.latest[place] = version
	}
	if s := c.versions[key]; a.Sent.After(s.last) {
		s.last = a.Sent
	}
}

// serviceOf is the service behind a path of the shop.
func serviceOf(path string) string {
	if path == "/orders" {
		return "tickets"
	}
	return strings.TrimPrefix(path, "/")
}

// first is when a user first got an answer from a version; zero: never.
func (c *crowd) first(host, service, version string) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.versions[host+" "+service+" "+version]; s != nil {
		return s.first
	}
	return time.Time{}
}

// last is when the last request was sent that a version answered.
func (c *crowd) last(host, service, version string) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.versions[host+" "+service+" "+version]; s != nil {
		return s.last
	}
	return time.Time{}
}

// newest is the version of a service that was the last to be new to users.
func (c *crowd) newest(host, service string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.latest[host+" "+service]
}

// traffic is what came of all requests so far.
type traffic struct {
	Requests  uint64 `json:"requests"`
	Failed    uint64 `json:"failed"`    // refused, reset, no answer, or 502, 503, 504 made by the edge
	AppErrors uint64 `json:"appErrors"` // other 5xx
	users     int
	hit       int // users who got a failure or an error
	reasons   string
}

func (c *crowd) traffic() traffic {
	load := c.load.Load()
	if load == nil {
		return traffic{}
	}
	r := load.Result()
	c.mu.Lock()
	defer c.mu.Unlock()
	t := traffic{Requests: r.Requests, Failed: r.Failed, AppErrors: r.AppErrors, users: len(c.users), hit: len(c.hit)}
	for reason, n := range r.Failures {
		t.reasons += fmt.Sprintf("; %d× %s", n, reason)
	}
	t.reasons = strings.TrimPrefix(t.reasons, "; ")
	return t
}

// stop sends the users home and gives what came of their requests.
func (c *crowd) stop() traffic {
	if load := c.load.Load(); load != nil {
		load.Stop()
	}
	return c.traffic()
}
