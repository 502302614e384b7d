// Package shimwire is what the control plane and a shim say to each other: JSON over HTTP
// on a unix socket. A shim lives as long as its instance and so may be older or newer than
// the control plane: the verbs are frozen, fields are only ever added, and each side
// ignores what it does not know.
//
//	GET  /v1/hello                      Status
//	GET  /v1/watch?after=SEQ&wait=30s   Status, when its Sequence is above SEQ or the wait is over
//	POST /v1/stop                       StopRequest; Status when nothing of the app is left
//	POST /v1/kill                       as stop, without grace
package shimwire

import "time"

// Version is what this build speaks; MinVersion the oldest that it understands.
const (
	Version    = 1
	MinVersion = 1
)

// Names of files in the directory of an instance.
const (
	SocketFile = "socket"
	LockFile   = "lock"       // flocked as long as a shim has the instance
	StateFile  = "state.json" // the last Status
)

// The states of the app under a shim.
const (
	Running  = "running"
	Waiting  = "waiting" // exited; started again when its back-off is over
	Stopping = "stopping"
	Stopped  = "stopped" // the shim is about to exit
	Failed   = "failed"  // could not be started; the shim waits to be told to stop
)

// Status is how an instance is, as its shim sees it.
type Status struct {
	Version    int       `json:"version"`
	MinVersion int       `json:"minVersion"`
	ID         string    `json:"id"`
	Epoch      int64     `json:"epoch"`    // the highest that has given an order
	Sequence   int64     `json:"sequence"` // grows with each change
	Shim       Process   `json:"shim"`
	App        Process   `json:"app"` // zero unless running or stopping
	State      string    `json:"state"`
	Port       int       `json:"port"`
	Restarts   int       `json:"restarts"`
	Exits      int       `json:"exits"` // in a row, without a minute of running between them
	Exit       string    `json:"exit"`  // how it last ended by itself
	Detail     string    `json:"detail"`
	Since      time.Time `json:"since"`
}

// Process is the identity of a process, which no other one ever has.
type Process struct {
	Boot  string `json:"boot"`  // boot ID of the machine
	PID   int    `json:"pid"`   // as the machine sees it
	Start uint64 `json:"start"` // in clock ticks since the boot
}

// StopRequest asks to end the app for good. A shim refuses one with an older epoch (409).
type StopRequest struct {
	Epoch int64         `json:"epoch"`
	Grace time.Duration `json:"grace"` // between SIGTERM and SIGKILL
}
