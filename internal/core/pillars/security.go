package pillars

import (
	"fmt"
	"math"
	"strings"
)

// security has what must be protected. What passes in requests is not looked into.
func (t *table) security() {
	s := t.flow.Spec.Targets.Security
	if len(s.Data) > 0 {
		var kinds []string
		for _, d := range s.Data {
			kinds = append(kinds, string(d))
		}
		t.add(Security, "data", strings.Join(kinds, ", "), Row{State: NotMeasured, Text: "nothing looks into requests; it says what the other targets are for"})
	}
	switch s.Authentication {
	case "":
	case "required":
		t.add(Security, "authentication", "required", t.none(t.seen.Anonymous, "were answered though nobody said who asks"))
	default:
		t.add(Security, "authentication", s.Authentication, Row{State: OK, Text: "nobody must say who asks"})
	}
	switch s.Encryption {
	case "":
	case "required":
		t.add(Security, "encryption", "required", t.none(t.seen.Plain, "came from outside without TLS"))
	default:
		t.add(Security, "encryption", s.Encryption, Row{State: OK, Text: "it may come in the clear"})
	}
}

// none holds it to that no request was such.
func (t *table) none(count float64, what string) Row {
	all := t.seen.Requests
	switch {
	case !t.requests():
		return Row{State: NotMeasured, Text: "its steps are events; only requests are looked at"}
	case math.IsNaN(count) || math.IsNaN(all):
		return Row{State: Unknown, Text: "no figures come"}
	case all == 0:
		return Row{State: Unknown, Text: "nobody has taken it in " + span(t.seen.Span)}
	}
	r := Row{Measured: fmt.Sprintf("%.0f of %.0f", count, all), State: OK, Text: fmt.Sprintf("none of its requests in %s %s", span(t.seen.Span), what)}
	if count > 0 {
		r.State, r.Text = Missed, fmt.Sprintf("%.0f of its requests in %s %s", count, span(t.seen.Span), what)
	}
	return r
}

// requests says whether it has steps that the edge sees.
func (t *table) requests() bool {
	for _, s := range t.flow.Steps {
		if s.Request != "" {
			return true
		}
	}
	return false
}
