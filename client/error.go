package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Error is why a call failed, in a form that programs can act upon.
type Error struct {
	Code   string // invalid, denied, notFound, refused, conflict, tooLarge, unavailable or internal
	Detail string // what is wrong, for a person
	Hint   string // what to do next; may be empty
	Status int    // of the HTTP response; 0 if there was none
	Err    error  // what kept the call from being made or answered; may be nil
}

// Error gives detail and hint.
func (e *Error) Error() string {
	s := e.Detail
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

// CodeOf is the code of the Error in err's chain, or "".
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func invalid(format string, args ...any) *Error {
	return &Error{Code: "invalid", Detail: fmt.Sprintf(format, args...)}
}

// problem is the body of an error answer (RFC 9457).
type problem struct {
	Code   string `json:"code"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Hint   string `json:"hint"`
}

func (p problem) err(status int) *Error {
	e := &Error{Code: p.Code, Detail: p.Detail, Hint: p.Hint, Status: status}
	if e.Detail == "" {
		e.Detail = p.Title
	}
	return e
}

// refusal reads the error of an answer that is not a success.
func (c *Client) refusal(r *http.Response) error {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 64<<10))
	var p problem
	if json.Unmarshal(body, &p) == nil && p.Code != "" {
		return p.err(r.StatusCode)
	}
	return &Error{Code: "internal", Status: r.StatusCode,
		Detail: fmt.Sprintf("%s answered %s, which is not an answer of Slipway's", c.place, strings.ToLower(r.Status)),
		Hint:   "check that a Slipway control plane listens there"}
}

// unreachable says that nothing answers.
func (c *Client) unreachable(err error) *Error {
	return &Error{Code: "unavailable", Detail: "no control plane answers at " + c.place,
		Hint: "start one with `slipway up`", Err: err}
}
