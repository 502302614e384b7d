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
	Limits     Limits    `json:"limits"`
}

// Service is where requests for one service in one environment go.
type Service struct {
	Name        string        `json:"name"`
	Environment string        `json:"environment"`
	Routes      []Route       `json:"routes,omitempty"` // public; a service may be internal only
	Groups      []Group       `json:"groups"`
	IdleTimeout time.Duration `json:"idleTimeout,omitempty"` // of kept upstream connections; default 1.5 s
	Timeout     time.Duration `json:"timeout,omitempty"`     // until an upstream's response headers; default 60 s
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
	EdgeFailed  uint64   `json:"edgeFailed"` // 502, 503 and 504 made by the edge itself
	Refused     uint64   `json:"refused"`    // 4xx made by the edge itself: too large, too slow, not to be served
	ClientGone  uint64   `json:"clientGone"` // the client went away first
	Cut         uint64   `json:"cut"`        // also counted in Status: the app's answer broke off in the middle
	Latency     []uint64 `json:"latency"`    // len(Buckets)+1, not cumulative; until the app's answer began
	InFlight    int64    `json:"inFlight"`
}

// Counters is the answer to GET /v1/counters.
type Counters struct {
	At       time.Time `json:"at"`
	Counters []Counter `json:"counters"`
	Unrouted uint64    `json:"unrouted"` // requests for which there was no route
}

// Drained is the answer to GET /v1/drained?instance=ID&wait=DURATION: whether an instance
// gets no new request and has none in flight.
type Drained struct {
	Instance string `json:"instance"`
	Known    bool   `json:"known"` // it is still in the table, or was until lately
	Routed   bool   `json:"routed"`
	InFlight int64  `json:"inFlight"`
}
