package judge

import (
	"fmt"
	"math"
	"strconv"
)

// Evidence is what is known of one flow. Evidence against or for the canary is given as
// natural logarithms: 0 says nothing, 4.6 is a hundred to one.
type Evidence struct {
	Flow        string      `json:"flow"`
	Criticality Criticality `json:"criticality"`
	Canary      Side        `json:"canary"`
	Baseline    Side        `json:"baseline"`

	// Against the canary.
	LnErrors   float64 `json:"lnErrors"`     // fails more often than the baseline
	LnLatency  float64 `json:"lnLatency"`    // is slower, mean over all bounds
	WorstBound float64 `json:"worstBound"`   // the bound in seconds that speaks most; 0: none
	LnWorst    float64 `json:"lnWorstBound"` // and what it says
	LnAlone    float64 `json:"lnAlone"`      // fails more often than the target allows, where there is no baseline
	LnAgainst  float64 `json:"lnAgainst"`    // all of these
	LnRollback float64 `json:"lnRollback"`   // from where this flow alone rolls back; 0: it never does

	// For the canary.
	LnFine    float64 `json:"lnFine"`    // not harmfully worse than the baseline
	LnTarget  float64 `json:"lnTarget"`  // within what the target allows
	LnFor     float64 `json:"lnFor"`     // both
	LnPromote float64 `json:"lnPromote"` // from where it counts as proven fine

	Verdict Outcome `json:"verdict"` // of this flow alone
	Reason  string  `json:"reason"`  // in plain words
}

// Evidence gives the evidence of each flow, in the order in which they came.
func (s State) Evidence() []Evidence {
	all := make([]Evidence, len(s.Flows))
	for i, f := range s.Flows {
		all[i] = s.evidence(f)
	}
	return all
}

func (s State) evidence(f FlowState) Evidence {
	e := Evidence{
		Flow: f.Name, Criticality: f.Criticality, Canary: f.Canary, Baseline: f.Baseline,
		LnErrors: f.Errors.ln(), LnLatency: f.latency(), LnAlone: f.Alone.ln(), LnAgainst: f.against(),
		LnFine: f.Fine, LnTarget: lnMean(f.Target), LnFor: f.fine(), LnPromote: -math.Log(s.Options.Beta),
	}
	if f.Weight > 0 {
		e.LnRollback = -math.Log(s.Options.Alpha * f.Weight)
	}
	if bound, ln := f.worst(); ln > 0 {
		e.WorstBound, e.LnWorst = bound, ln
	}
	switch {
	case f.Weight > 0 && e.LnAgainst >= e.LnRollback:
		e.Verdict, e.Reason = Rollback, s.why(f)
	case s.proven(f):
		e.Verdict, e.Reason = Promote, "Proven fine."
	default:
		e.Verdict, e.Reason = Hold, s.doubts(f)
	}
	return e
}

// doubts says why a flow is neither worse nor proven fine.
func (s State) doubts(f FlowState) string {
	if text := s.warning(f); text != "" {
		return text
	}
	return "Not enough data: " + s.lacks(f)
}

// worst is the latency bound that speaks most against the canary.
func (f FlowState) worst() (bound, ln float64) {
	ln = math.Inf(-1)
	for i, b := range f.Slow {
		if at := b.ln(); at > ln {
			bound, ln = f.Bounds[i], at
		}
	}
	return bound, ln
}

// why says in plain words what speaks most against the canary.
func (s State) why(f FlowState) string {
	errors, latency, alone := f.Errors.ln(), f.latency(), f.Alone.ln()
	switch {
	case latency > max(errors, alone):
		bound, _ := f.worst()
		return fmt.Sprintf("More requests than the baseline's are slower than %gs.", bound)
	case alone > errors:
		return fmt.Sprintf("%s of the canary fail, the target allows %s, and there is no baseline to compare with.", share(f.Canary), percent(1-f.Availability))
	}
	return fmt.Sprintf("%s of the canary fail, %s of the baseline.", share(f.Canary), share(f.Baseline))
}

func share(s Side) string {
	return fmt.Sprintf("%d of %d (%s)", s.Errors, s.N, percent(float64(s.Errors)/max(float64(s.N), 1)))
}

func percent(x float64) string {
	return strconv.FormatFloat(math.Round(1e4*x)/100, 'f', -1, 64) + "%"
}
