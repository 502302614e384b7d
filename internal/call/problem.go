package call

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/netguard"
)

// errorBase begins the types of errors of the specification.
const errorBase = "https://open-workflow-specification.org/spec/1.0.0/errors/"

// failure is a problem on its way out: one of the specification's types of errors.
type failure struct {
	kind   string
	status int
	title  string // empty: the status's
	detail string
}

func (f *failure) Error() string { return f.detail }

func fail(kind string, status int, format string, args ...any) *failure {
	return &failure{kind: kind, status: status, detail: fmt.Sprintf(format, args...)}
}

func configuration(format string, args ...any) error {
	return fail("configuration", 400, format, args...)
}

func validation(format string, args ...any) error { return fail("validation", 400, format, args...) }

func communication(status int, format string, args ...any) error {
	return fail("communication", status, format, args...)
}

// authentication is for credentials that could not be had. A service that refuses good-looking
// ones answers a call like any other: that is communication.
func authentication(format string, args ...any) error {
	return fail("authentication", 401, format, args...)
}

// tooLarge is for a reply that was not read to its end.
func tooLarge(what string, limit int64) error {
	f := fail("communication", 502, "%s is too large: over %d bytes, and was not read further", what, limit)
	f.title = "Reply too large"
	return f
}

// problem makes an error the problem that a workflow sees.
func problem(ctx context.Context, err error) *interp.Problem {
	var f *failure
	if errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) {
		f = fail("timeout", 408, "the call took longer than it may")
	} else if !errors.As(err, &f) {
		f = unreachable("the service", err)
	}
	title := f.title
	if title == "" {
		title = http.StatusText(f.status)
	}
	if title == "" {
		title = "Error"
	}
	return &interp.Problem{Type: errorBase + f.kind, Status: f.status, Title: title, Detail: f.detail}
}

// unreachable says why there is no answer. Of an url.Error only the cause is told: the address
// in it may have credentials.
func unreachable(what string, err error) *failure {
	var asked *url.Error
	if errors.As(err, &asked) {
		err = asked.Err
	}
	var known *failure
	var refused *netguard.Refused
	var name *net.DNSError
	var cert *tls.CertificateVerificationError
	var timeout net.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &refused) && refused.Private:
		return fail("authorization", 403, "%s: %s is this machine's or in a private network, which workflows may not call here", what, refused.Addr)
	case errors.As(err, &refused):
		return fail("authorization", 403, "%s: %s", what, refused)
	case errors.Is(err, context.DeadlineExceeded):
		return fail("timeout", 408, "%s did not answer in time", what)
	case errors.As(err, &name):
		return fail("communication", 503, "%s: the name %q is not known (%s)", what, name.Name, name.Err)
	case errors.As(err, &cert):
		return fail("communication", 502, "%s: its certificate is not trusted: %s", what, brief(cert.Err.Error()))
	case errors.As(err, &timeout) && timeout.Timeout():
		return fail("timeout", 408, "%s did not answer in time", what)
	}
	return fail("communication", 503, "%s cannot be reached: %s", what, brief(err.Error()))
}

// maxBrief is how many bytes of a foreign text are told.
const maxBrief = 300

// brief makes text of others fit to be told: short, in one line, without control characters.
func brief(s string) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "�"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if len(s) > maxBrief {
		s = strings.ToValidUTF8(s[:maxBrief], "") + "…"
	}
	return s
}
