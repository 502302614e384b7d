package demo

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"slipway.dev/client/model"
)

// Canary is what came of a release that the judge took back.
type Canary struct {
	Service  string  `json:"service"`
	Verdict  string  `json:"verdict"`  // rollback
	Flow     string  `json:"flow"`     // that decided
	Seconds  float64 `json:"seconds"`  // from the first request that a user of the shop had answered by it until the last
	UsersHit int     `json:"usersHit"` // users of the shop whose request of that flow failed meanwhile
	Requests uint64  `json:"requests"` // of that flow that it got, and the old release beside it
	Errors   uint64  `json:"errors"`   // of those
	Baseline Tally   `json:"baseline"`
	Reason   string  `json:"reason"`
}

// Tally is requests and errors.
type Tally struct {
	Requests uint64 `json:"requests"`
	Errors   uint64 `json:"errors"`
}

// Warned is a flow that a release made worse, where that was no reason to take it back.
type Warned struct {
	Flow string `json:"flow"`
	Text string `json:"text"`
}

// Promoted is a release that was proven fine.
type Promoted struct {
	Service string  `json:"service"`
	Seconds float64 `json:"seconds"` // from the first request that a user had answered by it until the last by the old one
}

// judged says by which flow a deployment was taken back.
func judged(d model.Deployment) (Canary, error) {
	if d.Judge == nil {
		return Canary{}, &Otherwise{fmt.Sprintf("%s was taken back, and not by the judge: %s", d.ID, d.Reason)}
	}
	at := slices.IndexFunc(d.Judge.Flows, func(f model.FlowEvidence) bool { return f.Verdict == d.Judge.Verdict })
	if d.Judge.Verdict != "rollback" || at < 0 {
		return Canary{}, &Otherwise{fmt.Sprintf("%s was taken back, and the judge says %s: %s", d.ID, d.Judge.Verdict, d.Judge.Reason)}
	}
	f := d.Judge.Flows[at]
	return Canary{
		Service: d.Service, Verdict: d.Judge.Verdict, Flow: f.Flow, Reason: d.Judge.Reason,
		Requests: f.Canary.Requests, Errors: f.Canary.Errors, Baseline: Tally{f.Baseline.Requests, f.Baseline.Errors},
	}, nil
}

// warned is the flow that the judge warns of most; nil: there is none.
func warned(j model.Judgement) *Warned {
	for _, f := range j.Flows {
		if slices.ContainsFunc(j.Warnings, func(w string) bool { return strings.HasPrefix(w, f.Flow+":") }) {
			return &Warned{Flow: f.Flow, Text: f.Reason}
		}
	}
	return nil
}

func (m *measures) addCanary(c Canary) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.canary = &c
}

func (m *measures) addPromoted(p Promoted, w *Warned) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.promoted = &p
	if w != nil {
		m.warned = w
	}
}

// check is nil if the release was taken back because of the flow that it breaks.
func (c Canary) check() error {
	if c.Verdict != "rollback" || c.Flow != purchase.flow || c.UsersHit == 0 {
		return &Otherwise{fmt.Sprintf("the release that breaks %s had the verdict %s because of %s, and hit %s", purchase.flow, c.Verdict, c.Flow, count(c.UsersHit, "user"))}
	}
	return nil
}

// writeJudged sums up for a person what was judged.
func (r Result) writeJudged(w io.Writer) {
	if c := r.Canary; c != nil {
		fmt.Fprintf(w, "  taken back      %s because of %s, after %s; %s hit\n", c.Service, c.Flow, seconds(c.Seconds), count(c.UsersHit, "user"))
	}
	if p := r.Promoted; p != nil {
		fmt.Fprintf(w, "  proven fine     %s, in %s\n", p.Service, seconds(p.Seconds))
	}
	if r.Warned != nil {
		fmt.Fprintf(w, "  warned          of %s\n", r.Warned.Flow)
	}
}
