package demo

import (
	"fmt"
	"strings"
)

// traffic is what came of all requests so far.
type traffic struct {
	Requests  uint64                 `json:"requests"`
	Failed    uint64                 `json:"failed"`    // refused, reset, no answer, or 502, 503, 504 made by the edge
	AppErrors uint64                 `json:"appErrors"` // other 5xx
	Flows     map[string]flowTraffic `json:"flows"`
	users     int
	hit       int // users who got a failure or an error
	reasons   string
}

// flowTraffic is what came of the requests of a flow.
type flowTraffic struct {
	Requests uint64 `json:"requests"`
	Failed   uint64 `json:"failed"`   // of any of both kinds
	UsersHit int    `json:"usersHit"` // who got one of those
}

func (c *crowd) traffic() traffic {
	load := c.load.Load()
	if load == nil {
		return traffic{}
	}
	r := load.Result()
	c.mu.Lock()
	defer c.mu.Unlock()
	t := traffic{Requests: r.Requests, Failed: r.Failed, AppErrors: r.AppErrors, Flows: map[string]flowTraffic{}, users: len(c.users)}
	for _, hit := range c.users {
		if hit {
			t.hit++
		}
	}
	for flow, e := range c.flows {
		t.Flows[flow] = flowTraffic{e.requests, e.failed, len(e.hit)}
	}
	for reason, n := range r.Failures {
		t.reasons += fmt.Sprintf("; %d× %s", n, reason)
	}
	t.reasons = strings.TrimPrefix(t.reasons, "; ")
	return t
}

// experience is what users had of a flow.
type experience struct {
	requests, failed uint64
	hit              map[uint64]bool // users
}

func (c *crowd) experience(flow string) *experience {
	if c.flows[flow] == nil {
		c.flows[flow] = &experience{hit: map[uint64]bool{}}
	}
	return c.flows[flow]
}

// hitIn is how many users got a failure or an error in a flow.
func (c *crowd) hitIn(flow string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.experience(flow).hit)
}

func (e *experience) add(user uint64, failed bool) {
	e.requests++
	if failed {
		e.failed++
		e.hit[user] = true
	}
}
