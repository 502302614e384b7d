package load

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
)

// maxBody is the largest body of a request, in bytes.
const maxBody = 64 << 10

// fewest is the share of the requests that were to be sent without which a test shows nothing:
// one that could not be sent in time was not measured.
const fewest = 0.95

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// ours are headers that say how a request is sent, or where to.
var ours = []string{"host", "connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer", "expect"}

// Check finds what is wrong with a test. An address is none of its parts: requests go to the
// service, through the edge.
func (t Test) Check() error {
	wrong := ""
	switch {
	case t.Service == "" || t.Environment == "" || strings.ContainsAny(t.Service+t.Environment, "/?#%"):
		wrong = "it needs the names of a service and an environment"
	case !slices.Contains(methods, t.Method):
		wrong = fmt.Sprintf("its method is %.20q, and none of %s", t.Method, strings.Join(methods, ", "))
	case !isPath(t.Path):
		wrong = fmt.Sprintf("its path %.80q must begin with / and have no . or .. segment", t.Path)
	case !(t.Rate > 0 && t.Rate <= MaxRate):
		wrong = fmt.Sprintf("its rate must be above 0 and at most %d requests per second, not %g", MaxRate, t.Rate)
	case t.Duration <= 0 || t.Duration > MaxDuration:
		wrong = fmt.Sprintf("its duration must be above 0 and at most %s, not %s", MaxDuration, t.Duration)
	case !(t.MaxErrorRate >= 0 && t.MaxErrorRate <= 1):
		wrong = fmt.Sprintf("the share of requests that may fail is from 0 to 1, not %g", t.MaxErrorRate)
	case t.P99 < 0:
		wrong = "its p99 is below 0"
	case len(t.Body) > maxBody:
		wrong = fmt.Sprintf("its body has %d bytes; at most %d may be sent", len(t.Body), maxBody)
	}
	for name, value := range t.Headers {
		if slices.Contains(ours, strings.ToLower(name)) || strings.ContainsAny(name+value, "\r\n\x00") || name == "" {
			wrong = fmt.Sprintf("the header %.80q cannot be set", name)
		}
	}
	if wrong != "" {
		return fault.New(fault.Invalid, "the load test cannot be run: %s", wrong)
	}
	return nil
}

// isPath says whether a path stays where it begins.
func isPath(s string) bool {
	path, _, _ := strings.Cut(s, "?")
	plain := !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '#' })
	lower := strings.ReplaceAll(strings.ToLower(path), "%2e", ".")
	for segment := range strings.SplitSeq(lower, "/") {
		if segment == "." || segment == ".." {
			return false
		}
	}
	return plain && strings.HasPrefix(path, "/") && len(s) <= 4096
}

// Judge says whether what was measured holds what the test asks, and if not, why not. took is how
// long requests were sent.
func (t Test) Judge(m Measured, took time.Duration) Measured {
	if m.Requests > 0 {
		m.ErrorRate = float64(m.Errors) / float64(m.Requests)
	}
	if took > 0 {
		m.Rate = float64(m.Requests) / took.Seconds()
	}
	var why []string
	if due := math.Floor(t.Rate * t.Duration.Seconds() * fewest); m.Requests == 0 || float64(m.Requests) < due {
		why = append(why, fmt.Sprintf("%d requests were answered, and not %.0f: there is too little to go by", m.Requests, max(1, due)))
	}
	if m.ErrorRate > t.MaxErrorRate {
		why = append(why, fmt.Sprintf("%.3g%% of the requests failed, and not at most %.3g%%", m.ErrorRate*100, t.MaxErrorRate*100))
	}
	if t.P99 > 0 && m.P99 > t.P99.Seconds() {
		why = append(why, fmt.Sprintf("the p99 is %.3g s, and not at most %.3g s", m.P99, t.P99.Seconds()))
	}
	m.Passed, m.Why = len(why) == 0, strings.Join(why, "; ")
	return m
}
