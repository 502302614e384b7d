package judge

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Outcome is one of three honest answers.
type Outcome string

// The outcomes.
const (
	Rollback Outcome = "rollback"
	Promote  Outcome = "promote"
	Hold     Outcome = "hold" // not enough data for either
)

// Verdict is what the evidence so far allows.
type Verdict struct {
	Outcome  Outcome  `json:"outcome"`
	Flows    []string `json:"flows,omitempty"`    // that decided: the culprits of a rollback, or what was proven fine
	Missing  []Note   `json:"missing,omitempty"`  // why it is not promoted: what each flow lacks that is not proven fine
	Warnings []Note   `json:"warnings,omitempty"` // flows that are worse but do not decide
	Reason   string   `json:"reason"`             // in plain words
}

// Note is something to be said of a flow.
type Note struct {
	Flow string `json:"flow"`
	Text string `json:"text"`
}

// doubt is the evidence against the canary from which a flow is not proven fine, whatever
// speaks for it; doubtOfBound that of a single latency bound.
const (
	doubt        = 1.5
	doubtOfBound = 7.5
)

// culprit is the part of all evidence from which a flow is named as one that decided.
const culprit = 0.1

// Verdict says what the evidence so far allows. A rollback stays one; a promotion is to be
// acted upon now, since later ticks may still change it.
func (s State) Verdict() Verdict {
	var v Verdict
	lowOnly, synthetic, unused := s.lowOnly(), s.synthetic(), []string(nil)
	for _, f := range s.Flows {
		if text := s.warning(f); text != "" {
			v.Warnings = append(v.Warnings, Note{Flow: f.Name, Text: text})
		}
		if f.Retired || f.Criticality == Low && !lowOnly {
			continue // nobody waits for its proof
		}
		if synthetic && f.unused() {
			unused = append(unused, f.Name)
			continue // what we did ourselves stands in for it
		}
		if text := s.lacks(f); text != "" {
			v.Missing = append(v.Missing, Note{Flow: f.Name, Text: text})
		} else {
			v.Flows = append(v.Flows, f.Name)
		}
	}
	if s.Ignored > 0 {
		v.Missing = append(v.Missing, Note{Text: fmt.Sprintf("%d ticks were of more flows than the %d that can be judged.", s.Ignored, MaxFlows)})
	}
	switch {
	case s.Rollback != nil:
		v.Outcome, v.Flows, v.Missing = Rollback, s.Rollback.Flows, nil
		v.Reason = "Worse than the baseline: " + s.reasons(v.Flows)
	case len(v.Missing) == 0 && len(v.Flows) > 0:
		v.Outcome, v.Reason = Promote, "Proven fine: "+strings.Join(v.Flows, ", ")+"."
		if len(unused) > 0 {
			v.Reason += " Nobody used " + strings.Join(unused, ", ") + "."
		}
	default:
		v.Outcome, v.Flows, v.Reason = Hold, nil, holdReason(v.Missing)
	}
	return v
}

func holdReason(missing []Note) string {
	if len(missing) == 0 {
		return "Not enough data: there is no flow to judge by."
	}
	reason := strings.TrimPrefix(missing[0].Flow+": "+missing[0].Text, ": ")
	if more := len(missing) - 1; more > 0 {
		reason += fmt.Sprintf(" And %d more.", more)
	}
	return "Not enough data: " + reason
}

// decide gives the decision to roll back, when the mean over all flows has the evidence.
func (s State) decide() *Decision {
	parts := make([]float64, len(s.Flows))
	for i, f := range s.Flows {
		parts[i] = math.Log(f.Weight) + f.against()
	}
	total := lnSum(parts)
	if !(total >= -math.Log(s.Options.Alpha)) {
		return nil
	}
	d := Decision{At: s.At}
	for i, f := range s.Flows {
		if parts[i] >= total+math.Log(culprit) {
			d.Flows = append(d.Flows, f.Name)
		}
	}
	return &d
}

// lowOnly says whether no flow is of high or medium criticality, so that the low ones are
// asked for their proof.
func (s State) lowOnly() bool {
	return !slices.ContainsFunc(s.Flows, func(f FlowState) bool { return f.Criticality != Low && !f.Retired })
}

// synthetic says whether there are requests that we make ourselves.
func (s State) synthetic() bool {
	return slices.ContainsFunc(s.Flows, func(f FlowState) bool { return f.Synthetic && !f.Retired })
}

// unused says whether nobody uses a flow, neither in the canary nor in the baseline.
func (f FlowState) unused() bool { return !f.Synthetic && f.Canary.N == 0 && f.Baseline.N == 0 }

// proven says whether a flow allows the promotion.
func (s State) proven(f FlowState) bool {
	return f.fine() >= -math.Log(s.Options.Beta) && !f.suspect()
}

// suspect says whether something speaks against the canary, if not enough to roll back.
func (f FlowState) suspect() bool {
	_, bound := f.worst()
	return max(f.Errors.ln(), f.latency(), f.Alone.ln()) >= math.Log(doubt) || bound >= math.Log(doubtOfBound)
}

// lacks says why a flow is not proven fine, or nothing.
func (s State) lacks(f FlowState) string {
	switch {
	case s.proven(f):
		return ""
	case f.Canary.N == 0:
		return "no request has reached the canary."
	case f.suspect():
		return "some evidence says that it is worse, not enough to be sure."
	case f.Baseline.N == 0:
		return "the baseline has no traffic, and the target alone is not proven yet."
	}
	return fmt.Sprintf("%d requests of the canary are not enough to prove it fine.", f.Canary.N)
}

// warning says that a flow is worse where that does not decide.
func (s State) warning(f FlowState) string {
	if s.Rollback != nil || f.against() < -math.Log(s.Options.Alpha) {
		return ""
	}
	if f.Weight == 0 {
		return "It is worse, but its criticality is low. " + s.why(f)
	}
	return "It is worse, but among all flows that is not enough to roll back. " + s.why(f)
}

func (s State) reasons(flows []string) string {
	index := s.index()
	var all []string
	for _, name := range flows {
		all = append(all, name+": "+s.why(s.Flows[index[name]]))
	}
	return strings.Join(all, " ")
}
