// Package edgewire is what the control plane and the edge say to each other: JSON over
// HTTP on a unix socket. The edge may be older or newer than the control plane: fields
// are only ever added, and each side ignores what it does not know.
package edgewire

import "time"

// Version is what this build speaks; MinVersion the oldest that it understands.
const (
	Version    = 1
	MinVersion = 1
)

// Table is all that the edge needs to route. It is applied whole or not at all. The edge
// refuses one with an older epoch, or the same epoch and an older generation.
type Table struct {
	Epoch      int64     `json:"epoch"`
	Generation int64     `json:"generation"`
	Services   []Service `json:"services"`
	Flows      []Flow    `json:"flows,omitempty"` // in every environment
	Faults     []Trouble `json:"faults,omitempty"`
	Limits     Limits    `json:"limits"`
}

// MaxTrouble is how long a Trouble lasts at most, whatever its Until says.
const MaxTrouble = time.Hour

// Trouble is what the edge does on purpose to a share of the requests for one service in one
// environment: it delays them, or answers them itself. It ends by itself at Until, so that
// none is left behind by a control plane that is gone. One that is wrong is left out.
type Trouble struct {
	Service     string        `json:"service"`
	Environment string        `json:"environment"`
	Share       float64       `json:"share"`            // of the requests, above 0 to 1
	Delay       time.Duration `json:"delay,omitempty"`  // before an app sees the request; at most a minute
	Status      int           `json:"status,omitempty"` // 5xx: the answer instead of the app's; 0: the app answers
	Until       time.Time     `json:"until"`
}

// Flow is what the edge needs to know of a business flow: which requests are its steps.
type Flow struct {
	Name   string     `json:"name"`
	Bounds []float64  `json:"bounds"` // of its latency histogram, in seconds, ascending
	Steps  []FlowStep `json:"steps"`
}

// FlowStep is requests for a service: a pattern of net/http with a method or without, and
// with a path. A request counts for the most specific step of each flow that it is of.
type FlowStep struct {
	Name    string `json:"name"`
	Service string `json:"service"`
	Request string `json:"request"`
}

// Service is where requests for one service in one environment go.
type Service struct {
	Name        string        `json:"name"`
	Environment string        `json:"environment"`
	Routes      []Route       `json:"routes,omitempty"` // public; a service may be internal only
	Groups      []Group       `json:"groups"`
	IdleTimeout time.Duration `json:"idleTimeout,omitempty"` // of kept upstream connections; default 1.5 s
	Timeout     time.Duration `json:"timeout,omitempty"`     // until an upstream's response headers; default 60 s
	Sticky      *Sticky       `json:"sticky,omitempty"`      // how users are told apart; nil: they are not
	Apart       bool          `json:"apart,omitempty"`       // a canary is judged: units are counted
}

// Sticky says what tells one user from another. A user's place among all, from 0 to 1, follows
// from their identity and the service alone. The groups divide that range in the order in
// which they are listed, so that a group whose weight grows at the front loses no user.
type Sticky struct {
	Cookie string `json:"cookie,omitempty"` // name of a cookie that the edge sets where it is missing
	Header string `json:"header,omitempty"` // header that has the identity; requests without it are shared out by themselves
}

// Match says whose requests a group gets whatever its weight is.
type Match struct {
	Header string `json:"header"`
	Value  string `json:"value,omitempty"` // empty: any
}

// Route is a public place: a host ("shop.localhost", "*" for any) and a path prefix that
// matches whole segments ("/orders" matches "/orders/7", not "/ordersX").
type Route struct {
	Host string `json:"host"`
	Path string `json:"path"`
}

// Group is the instances of one release, with its share of the requests.
type Group struct {
	Release    string     `json:"release"`
	Deployment string     `json:"deployment"`
	Weight     int        `json:"weight"` // shares are weight / sum of weights; 0: none
	Match      *Match     `json:"match,omitempty"`
	Instances  []Instance `json:"instances"`
}

// Instance is one upstream.
type Instance struct {
	ID      string `json:"id"`
	Address string `json:"address"` // host:port
}

// Limits bound what clients may take. Zero: the edge's default.
type Limits struct {
	Connections  int           `json:"connections,omitempty"`  // client connections at once
	InFlight     int           `json:"inFlight,omitempty"`     // requests at once, per service
	Body         int64         `json:"body,omitempty"`         // bytes of a request body
	Header       int           `json:"header,omitempty"`       // bytes of request headers
	ReadTimeout  time.Duration `json:"readTimeout,omitempty"`  // of request headers
	WriteTimeout time.Duration `json:"writeTimeout,omitempty"` // idle time of a slow reader
}

// Hello is the edge's answer to GET /v1/hello.
type Hello struct {
	Version    int       `json:"version"`
	MinVersion int       `json:"minVersion"`
	Build      string    `json:"build"`
	PID        int       `json:"pid"`
	Epoch      int64     `json:"epoch"`
	Generation int64     `json:"generation"`
	Started    time.Time `json:"started"`
	HTTP       []string  `json:"http"`              // addresses that it listens on
	HTTPS      []string  `json:"https"`             //
	Internal   []string  `json:"internal"`          //
	Problem    string    `json:"problem,omitempty"` // what it could not load when it started, for a person
}

// Buckets are the upper bounds of the latency histogram in seconds; the last count of
// Counter.Latency is of what was slower than all of them.
var Buckets = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}

// Counter is the requests of one release of a service in an environment. All figures
// but InFlight only ever grow; they survive the edge's replacement. A request is counted
// when its answer begins, and exactly once: Requests = sum of Status + EdgeFailed + Refused
// + ClientGone. Release and Deployment are empty for requests that no group was chosen for.
type Counter struct {
	Service     string   `json:"service"`
	Environment string   `json:"environment"`
	Release     string   `json:"release"`
	Deployment  string   `json:"deployment"`
	Requests    uint64   `json:"requests"`
	Status      []uint64 `json:"status"`     // by class: 1xx, 2xx, 3xx, 4xx, 5xx; made by the app
	EdgeFailed  uint64   `json:"edgeFailed"` // 5xx made by the edge itself
	Refused     uint64   `json:"refused"`    // 4xx made by the edge itself: too large, too slow, not to be served
	ClientGone  uint64   `json:"clientGone"` // the client went away first
	Cut         uint64   `json:"cut"`        // also counted in Status: the app's answer broke off in the middle
	Latency     []uint64 `json:"latency"`    // len(Buckets)+1, not cumulative; until the app's answer began
	InFlight    int64    `json:"inFlight"`
	Received    uint64   `json:"received"` // bytes of request bodies
	Sent        uint64   `json:"sent"`     // bytes of answers' bodies
}

// FlowCounter is the requests of one step of a flow that one release got. Flow and Step are
// empty for requests that no flow names. What the edge refuses, and those whose client went
// away, are in no flow's figures. All figures only ever grow.
type FlowCounter struct {
	Flow        string    `json:"flow"`
	Step        string    `json:"step"`
	Service     string    `json:"service"`
	Environment string    `json:"environment"`
	Release     string    `json:"release"`
	Deployment  string    `json:"deployment"`
	Bounds      []float64 `json:"bounds"` // of Latency; those of the flow when it was counted
	Requests    uint64    `json:"requests"`
	Errors      uint64    `json:"errors"`    // 5xx of the app, answers that broke off, and what the edge failed to bring
	Anonymous   uint64    `json:"anonymous"` // came from outside and were answered 2xx or 3xx without Authorization header or cookie
	Plain       uint64    `json:"plain"`     // came from outside without TLS
	Latency     []uint64  `json:"latency"`   // len(Bounds)+1, not cumulative; until the answer began
	Units       Units     `json:"units"`
}

// Units is what a judge counts: requests, but of one user (a Sticky identity, or else the
// Idempotency-Key of a request) at most one a minute in each step, namely the first. They
// are counted where Service.Apart is set.
type Units struct {
	Requests uint64   `json:"requests"`
	Errors   uint64   `json:"errors"`
	Latency  []uint64 `json:"latency,omitempty"`
}

// Counters is the answer to GET /v1/counters.
type Counters struct {
	At       time.Time     `json:"at"`
	Counters []Counter     `json:"counters"`
	Flows    []FlowCounter `json:"flows,omitempty"`
	Unrouted uint64        `json:"unrouted"` // requests for which there was no route
}

// Drained is the answer to GET /v1/drained?instance=ID&wait=DURATION: whether an instance
// gets no new request and has none in flight.
type Drained struct {
	Instance string `json:"instance"`
	Known    bool   `json:"known"` // it is still in the table, or was until lately
	Routed   bool   `json:"routed"`
	InFlight int64  `json:"inFlight"`
}
