package demo

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"slipway.dev/internal/loadgen"
)

// connections that users share. On each, one user comes after the other.
const connections = 8

// crowd is users of the shop, and what came back to them.
type crowd struct {
	load  atomic.Pointer[loadgen.Load] // nil before the first user
	hosts atomic.Pointer[[]string]     // that users go to, in turn
	shop  atomic.Bool                  // all services are there; until then users only look around
	there [connections]connection      // each is used by one client alone

	mu       sync.Mutex
	versions map[string]*span  // by host, service and version
	latest   map[string]string // version by host and service
	flows    map[string]*experience
	users    map[uint64]bool // whether they got a failure or an error
}

// connection is who is on it, and how many were before.
type connection struct {
	before uint64
	user   *user
}

// span is when a version answered.
type span struct{ first, last time.Time }

func newCrowd() *crowd {
	return &crowd{versions: map[string]*span{}, latest: map[string]string{}, flows: map[string]*experience{}, users: map[uint64]bool{}}
}

// arrive lets users in, with so many requests per second. Address is that of the edge.
func (c *crowd) arrive(ctx context.Context, address string, rate int, hosts ...string) {
	c.visit(hosts...)
	c.load.Store(loadgen.Start(ctx, loadgen.Options{
		Address: address, Clients: connections, Rate: float64(rate), Next: c.next, Seen: c.seen,
	}))
}

// visit sends users to these hosts from now on, one after the other.
func (c *crowd) visit(hosts ...string) { c.hosts.Store(&hosts) }

// next is the n-th request: the next one of whoever is on its connection.
func (c *crowd) next(n uint64) loadgen.Request {
	at := &c.there[n%connections]
	if at.user == nil || len(at.user.todo) == 0 {
		at.user = newUser(at.before*connections+n%connections, *c.hosts.Load(), c.shop.Load())
		at.before++
	}
	return at.user.next()
}

func (c *crowd) seen(a loadgen.Answer) {
	now, did := time.Now(), actionOf(a.Request)
	user, _ := strconv.ParseUint(a.Request.Header.Get(userHeader), 10, 64)
	c.there[user%connections].user.took(a)
	_, failed := a.Failed()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.users[user] = c.users[user] || failed || a.Status >= http.StatusInternalServerError
	c.experience(did.flow).add(user, failed || a.Status >= http.StatusInternalServerError)
	if version := a.Header.Get("X-Version"); version != "" {
		c.answered(a.Request.Host+" "+did.service, version, a.Sent, now)
	}
}

// answered takes note that a version answered a request, at a host and service.
func (c *crowd) answered(place, version string, sent, now time.Time) {
	key := place + " " + version
	if c.versions[key] == nil {
		c.versions[key] = &span{first: now}
		c.latest[place] = version
	}
	if s := c.versions[key]; sent.After(s.last) {
		s.last = sent
	}
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

// stop sends the users home and gives what came of their requests.
func (c *crowd) stop() traffic {
	if load := c.load.Load(); load != nil {
		load.Stop()
	}
	return c.traffic()
}
