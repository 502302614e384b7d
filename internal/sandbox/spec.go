package sandbox

import (
	"fmt"
	"io"
	"syscall"
	"time"
)

// Spec is a command to run and what it may touch. Whatever is not listed is read-only or
// not there at all.
type Spec struct {
	Command []string // looked up in Env's PATH unless it has a slash
	Dir     string   // working directory; must lie in what may be read
	Env     []string // the whole environment, "NAME=value"

	ReadWrite []string // directories that it may change
	ReadOnly  []string // directories and files that it may read and execute, besides those of the system
	Hide      []string // directories that look empty but for what is listed above, e.g. the control plane's

	UID     int  // user and group to become, if privileged; 0: stay
	Network bool // false: only a loopback of its own
	Limits  Limits
	Timeout time.Duration // 0: none

	Stdin          io.Reader // nil: empty
	Stdout, Stderr io.Writer // nil: thrown away
}

// Limits bound a command with all its children. Zero: not bounded, but for processes, see
// DefaultProcesses.
type Limits struct {
	Memory    int64   `json:"memory,omitempty"` // bytes
	CPU       float64 `json:"cpu,omitempty"`    // cores
	Processes int     `json:"processes,omitempty"`
}

// Result says how a command ended.
type Result struct {
	ExitCode    int    // -1 if a signal ended it
	Signal      string // its name, or ""
	OutOfMemory bool   // the kernel killed some process of it for its memory limit
	TimedOut    bool   // ended because of Spec.Timeout
	Elapsed     time.Duration
}

// Err is nil for a command that ended with status 0, and says otherwise how it ended.
func (r Result) Err() error {
	switch {
	case r.TimedOut:
		return fmt.Errorf("stopped after its time limit (%s)", r.Elapsed.Round(time.Millisecond))
	case r.ExitCode == 0:
		return nil
	}
	return fmt.Errorf("%s", describe(r.ExitCode, r.Signal, r.OutOfMemory))
}

// describe is the one wording for how a process ended.
func describe(code int, signal string, oom bool) string {
	text := fmt.Sprintf("exit status %d", code)
	if signal != "" {
		text = "signal: " + signal
	}
	if oom {
		text += " (out of memory)"
	}
	return text
}

// Describe says how a process ended, as a person may read it: "exit status 1",
// "signal: killed (out of memory)".
func Describe(ws syscall.WaitStatus, oom bool) string {
	if ws.Signaled() {
		return describe(-1, ws.Signal().String(), oom)
	}
	return describe(ws.ExitStatus(), "", oom)
}
