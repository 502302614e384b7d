// Package gate decides whether an environment's door is open. Whoever finds the facts
// makes conditions of them; Decide is the one rule for what they add up to.
package gate

// Verdict is how a condition, or a whole gate, stands.
type Verdict string

// The verdicts. Any other word counts as Unknown.
const (
	Pass          Verdict = "pass"
	Fail          Verdict = "fail"
	Unknown       Verdict = "unknown" // nobody can say; never a pass
	Waived        Verdict = "waived"  // an approved, expiring exception
	NotApplicable Verdict = "notApplicable"
)

// Condition is one thing that a gate asks for.
type Condition struct {
	Name    string  `json:"name"`
	Verdict Verdict `json:"verdict"`
	Reason  string  `json:"reason,omitempty"` // why it stands so, for a person
	Needs   string  `json:"needs,omitempty"`  // what would satisfy it, and who can
}

// Decide gives the gate's verdict: Fail if any condition fails, otherwise Unknown if any
// is unknown, otherwise Pass. A gate without conditions is open.
func Decide(conditions []Condition) Verdict {
	verdict := Pass
	for _, c := range conditions {
		switch {
		case c.Verdict == Fail:
			return Fail
		case c.missing():
			verdict = Unknown
		}
	}
	return verdict
}

// Missing gives the conditions that keep the gate shut, in their order.
func Missing(conditions []Condition) []Condition {
	var missing []Condition
	for _, c := range conditions {
		if c.missing() {
			missing = append(missing, c)
		}
	}
	return missing
}

func (c Condition) missing() bool {
	switch c.Verdict {
	case Pass, Waived, NotApplicable:
		return false
	default:
		return true
	}
}
