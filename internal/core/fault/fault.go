// Package fault has the one error type that crosses floors: what went wrong,
// in a code that programs act upon and a text that tells a person what to do.
//
// Inside a package, wrap causes with fmt.Errorf. Where an error leaves for a
// face (CLI, API, page), it is an Error; whatever is not becomes Internal.
package fault

import (
	"errors"
	"fmt"
)

// Code says what kind of failure this is. The faces map it: to an HTTP status
// (api) and to an exit code (cli).
type Code string

// The codes. A new one needs a line in the maps of api and cli.
const (
	Invalid     Code = "invalid"     // the input is wrong: 400, exit 2
	Denied      Code = "denied"      // who asks may not: 403, exit 3
	NotFound    Code = "notFound"    // no such thing: 404, exit 4
	Refused     Code = "refused"     // understood, but the state does not allow it: 409, exit 5
	Conflict    Code = "conflict"    // somebody was faster; asking again may succeed: 412, exit 5
	TooLarge    Code = "tooLarge"    // over a limit: 413, exit 2
	Unavailable Code = "unavailable" // not now (standby, stopping, peer away): 503, exit 6
	Internal    Code = "internal"    // a defect of ours or of the machine: 500, exit 1
)

// Error is the one error of the edges.
type Error struct {
	Code Code
	Text string // what is wrong and where, for a person; no trailing stop
	Hint string // what to do next; may be empty
	Err  error  // the cause; may be nil. Never shown to a remote caller
}

// Error gives the text, the cause's text if there is one, and the hint.
func (e *Error) Error() string {
	s := e.Text
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes an error of a code with a formatted text.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Text: fmt.Sprintf(format, args...)}
}

// WithHint gives a copy that tells the user what to do next.
func (e *Error) WithHint(format string, args ...any) *Error {
	c := *e
	c.Hint = fmt.Sprintf(format, args...)
	return &c
}

// Because gives a copy with a cause.
func (e *Error) Because(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

// CodeOf is the code of the outermost Error in err's chain; Internal for any
// other error, and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// Is says whether err's code is code.
func Is(err error, code Code) bool { return err != nil && CodeOf(err) == code }
