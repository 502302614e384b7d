package interp

import (
	"errors"
	"fmt"
	"strings"
)

// The types of problems that the specification knows, and ours.
const (
	spec          = "https://open-workflow-specification.org/spec/1.0.0/errors/"
	Configuration = spec + "configuration"
	Validation    = spec + "validation"
	Expression    = spec + "expression"
	Authorization = spec + "authorization"
	Authenticate  = spec + "authentication"
	TimedOut      = spec + "timeout"
	Communication = spec + "communication"
	Runtime       = spec + "runtime"

	own       = "https://slipway.dev/errors/"
	Rejected  = own + "rejected"
	Expired   = own + "expired"
	Withdrawn = own + "withdrawn"
)

// statuses are those of the types, unless who raises one knows better.
var statuses = map[string]int{Configuration: 400, Validation: 400, Expression: 400, Authenticate: 401,
	Authorization: 403, TimedOut: 408, Communication: 500, Runtime: 500, Rejected: 403, Expired: 408, Withdrawn: 410}

var titles = map[string]string{Configuration: "Configuration", Validation: "Validation", Expression: "Expression", Authenticate: "Authentication",
	Authorization: "Authorization", TimedOut: "Timeout", Communication: "Communication", Runtime: "Runtime",
	Rejected: "Rejected", Expired: "Expired", Withdrawn: "Withdrawn"}

// problem makes a problem of a type that we know.
func problem(kind, format string, args ...any) Problem {
	return Problem{Type: kind, Status: statuses[kind], Title: titles[kind] + " Error", Detail: fmt.Sprintf(format, args...)}
}

// at gives the problem with all that one must have, at a place unless it says its own.
func (p Problem) at(pointer string) Problem {
	if p.Type == "" {
		p.Type = Runtime
	}
	if p.Status == 0 {
		p.Status = statuses[p.Type]
	}
	if p.Instance == "" {
		p.Instance = pointer
	}
	return p
}

// failure is a problem as an error inside a step.
type failure struct{ Problem }

// Error gives the problem in a line.
func (f failure) Error() string { return f.Problem.String() }

func failing(kind, format string, args ...any) error {
	return failure{problem(kind, format, args...)}
}

// problemOf gives the problem that an error is, or else one of a kind.
func problemOf(kind string, err error) Problem {
	if f := (failure{}); errors.As(err, &f) {
		return f.Problem
	}
	return problem(kind, "%s", clip(err.Error()))
}

// String gives the problem in a line.
func (p Problem) String() string {
	text := p.Title
	if p.Detail != "" {
		text += ": " + p.Detail
	}
	return strings.TrimPrefix(fmt.Sprintf("%s (%d, %s, at %s)", text, p.Status, p.Type, p.Instance), ": ")
}

// value gives the problem as expressions see it.
func (p Problem) value() map[string]any {
	v := map[string]any{"type": p.Type, "status": p.Status}
	for name, text := range map[string]string{"title": p.Title, "detail": p.Detail, "instance": p.Instance} {
		if text != "" {
			v[name] = text
		}
	}
	return v
}

// SameType says whether two types of problems are the same. The specification moved, and
// its texts, examples and scenarios each write it in their own way.
func SameType(a, b string) bool { return short(a) == short(b) }

var (
	hosts = []string{"https://open-workflow-specification.org", "https://www.open-workflow-specification.org",
		"https://serverlessworkflow.io", "https://www.serverlessworkflow.io"}
	paths = []string{"/spec/1.0.0/errors/", "/dsl/errors/types/", "/errors/types/", "/errors/"}
)

// short leaves the name of a type of the specification, and any other type as it is.
func short(kind string) string {
	for _, host := range hosts {
		rest, ok := strings.CutPrefix(kind, host)
		if !ok {
			continue
		}
		for _, path := range paths {
			if name, ok := strings.CutPrefix(rest, path); ok {
				return "spec:" + name
			}
		}
	}
	return kind
}
