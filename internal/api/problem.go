package api

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"slipway.dev/internal/core/fault"
)

// Failure is the body of every error answer, after RFC 9457.
type Failure struct {
	Title  string   `json:"title" doc:"The status in words"`
	Status int      `json:"status" doc:"The HTTP status"`
	Code   string   `json:"code" enum:"invalid,denied,notFound,refused,conflict,tooLarge,unavailable,internal" doc:"What kind of failure, for programs"`
	Detail string   `json:"detail" doc:"What is wrong and where, for a person"`
	Hint   string   `json:"hint,omitempty" doc:"What to do next"`
	Errors []string `json:"errors,omitempty" doc:"Each thing that is wrong with the request"`
}

// Error is the detail. With the methods below it makes a Failure an error answer of huma's.
func (p *Failure) Error() string { return p.Detail }

// GetStatus is the HTTP status.
func (p *Failure) GetStatus() int { return p.Status }

// ContentType is the media type of problems.
func (p *Failure) ContentType(string) string { return problemType }

// GetHeaders is what the status wants said beside the body.
func (p *Failure) GetHeaders() http.Header {
	switch p.Status {
	case http.StatusUnauthorized:
		return http.Header{"Www-Authenticate": {"Bearer"}}
	case http.StatusServiceUnavailable:
		return http.Header{"Retry-After": {"1"}}
	}
	return nil
}

const problemType = "application/problem+json"

// statuses is the HTTP status of each fault code.
var statuses = map[fault.Code]int{
	fault.Invalid:     http.StatusBadRequest,
	fault.Denied:      http.StatusForbidden,
	fault.NotFound:    http.StatusNotFound,
	fault.Refused:     http.StatusConflict,
	fault.Conflict:    http.StatusPreconditionFailed,
	fault.TooLarge:    http.StatusRequestEntityTooLarge,
	fault.Unavailable: http.StatusServiceUnavailable,
	fault.Internal:    http.StatusInternalServerError,
}

// codeOf is the fault code of a status that huma or the mux gives.
func codeOf(status int) fault.Code {
	for code, s := range statuses {
		if s == status {
			return code
		}
	}
	switch {
	case status == http.StatusUnauthorized:
		return fault.Denied
	case status >= 500:
		return fault.Internal
	}
	return fault.Invalid
}

// newProblem makes a problem of a status. What huma calls unprocessable is a bad request
// like any other.
func newProblem(status int, detail string, errs ...error) *Failure {
	if status == http.StatusUnprocessableEntity {
		status = http.StatusBadRequest
	}
	p := &Failure{Title: http.StatusText(status), Status: status, Code: string(codeOf(status)), Detail: detail}
	for _, err := range errs {
		if err != nil {
			p.Errors = append(p.Errors, withoutValue(err))
		}
	}
	if len(p.Errors) == 1 {
		p.Detail, p.Errors = detail+": "+p.Errors[0], nil
	}
	return p
}

// withoutValue says what is wrong and where, but not with what: the value may be a secret,
// and an answer ends up in terminals and logs.
func withoutValue(err error) string {
	var detail *huma.ErrorDetail
	if !errors.As(err, &detail) {
		return err.Error()
	}
	if detail.Location == "" {
		return detail.Message
	}
	return detail.Message + " (" + detail.Location + ")"
}

func init() {
	// huma has one maker of errors per program; this package is the only one that uses it.
	huma.NewError = func(status int, detail string, errs ...error) huma.StatusError {
		return newProblem(status, detail, errs...)
	}
}

// problemOf turns what Control returned into an answer. The cause of an error and the text
// of a defect stay here: they may tell of the inside, and are logged instead.
func (d *door) problemOf(ctx context.Context, err error) *Failure {
	var f *fault.Error
	switch {
	case errors.As(err, &f):
	case ctx.Err() != nil:
		f = fault.New(fault.Unavailable, "the request was given up before it was answered")
	default:
		f = &fault.Error{Code: fault.Internal, Err: err}
	}
	if status, ok := statuses[f.Code]; ok && f.Code != fault.Internal {
		p := newProblem(status, f.Text)
		p.Hint = f.Hint
		return p
	}
	return d.defect(ctx, err)
}

// defect logs what went wrong under an identity and gives a problem that names only that.
func (d *door) defect(ctx context.Context, err error, attrs ...any) *Failure {
	id := newID()
	d.log.ErrorContext(ctx, "request failed", append(attrs, "id", id, "err", err)...)
	p := newProblem(http.StatusInternalServerError, "something went wrong inside the control plane")
	p.Hint = "look for id=" + id + " in its log"
	return p
}

// write sends a problem outside of huma.
func (p *Failure) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), p.GetHeaders())
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // a caller who is gone needs no answer
}
