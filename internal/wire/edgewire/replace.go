package edgewire

// Applied is the answer to PUT /v1/table.
type Applied struct {
	Epoch      int64 `json:"epoch"`
	Generation int64 `json:"generation"`
}

// Replace is the body of POST /v1/replace: which program is to take over, with the
// listeners of the one that runs.
type Replace struct {
	Binary string   `json:"binary"`         // absolute path
	Args   []string `json:"args,omitempty"` // none: those that the running edge was started with
}

// Replaced is the answer to POST /v1/replace: the successor serves.
type Replaced struct {
	PID int `json:"pid"`
}

// Ready is what a successor tells the edge that started it, on a pipe: it accepts
// connections, or why it cannot.
type Ready struct {
	PID   int    `json:"pid,omitempty"`
	Error string `json:"error,omitempty"`
}

// Handover is what a replaced edge gives its successor, on a pipe, after it stopped
// answering on the admin socket.
type Handover struct {
	Sources   []Source   `json:"sources"`
	Lingering []Lingerer `json:"lingering"`
}

// Source is what one edge process has counted by itself. Figures of a source only ever
// grow, and a counter's value is the sum over all sources: whoever learns of a source
// twice keeps the higher figures, and nothing is counted twice or lost.
type Source struct {
	ID       string        `json:"id"`
	Counters []Counter     `json:"counters"`
	Flows    []FlowCounter `json:"flows,omitempty"`
	Unrouted uint64        `json:"unrouted"`
}

// Lingerer is a replaced edge that still serves the connections that it has. It reports
// with POST /v1/linger to the edge that now answers on the admin socket, which answers
// with Follow.
type Lingerer struct {
	Source     Source           `json:"source"`
	PID        int              `json:"pid"`
	Epoch      int64            `json:"epoch"` // of the table by which it routes
	Generation int64            `json:"generation"`
	InFlight   map[string]int64 `json:"inFlight,omitempty"` // by instance
	Gone       bool             `json:"gone,omitempty"`     // its last report
}

// Follow is the answer to a Lingerer: the table, if it has an older one.
type Follow struct {
	Table *Table `json:"table,omitempty"`
}

// Fault is the body of an answer that is not 2xx. Code is a fault.Code.
type Fault struct {
	Code string `json:"code"`
	Text string `json:"text"`
	Hint string `json:"hint,omitempty"`
}

// Header is set on every answer that the edge made itself, to why it made it. It is
// removed from answers of apps.
const Header = "Slipway-Edge"

// Reasons, the values of Header.
const (
	NoRoute        = "no-route"         // 404
	BadRequest     = "bad-request"      // 400, 405
	TooLarge       = "too-large"        // 413, 431
	NoInstance     = "no-instance"      // 503: nothing that could answer is there
	Overloaded     = "overloaded"       // 503: over a limit
	UpstreamFailed = "upstream-failed"  // 502: the app broke the connection off
	UpstreamSlow   = "upstream-timeout" // 504
	ClientSlow     = "client-timeout"   // 408
	OnPurpose      = "fault"            // 5xx: a Trouble
	WasReplaced    = "replaced"         // 503, on the admin socket: ask again, the successor answers
)
