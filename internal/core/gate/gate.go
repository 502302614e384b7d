// Package gate decides whether an environment's door is open to a release. Evaluate is one
// pure function of what the environment asks (Policy), who asks to enter (Subject) and what
// is known (Facts); Decide is the one rule for what conditions add up to.
package gate

import "time"

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
	Name    string   `json:"name"`
	Verdict Verdict  `json:"verdict"`
	Reason  string   `json:"reason,omitempty"` // why it stands so, for a person
	Needs   []string `json:"needs,omitempty"`  // what would satisfy it, and who can
}

// Decision is how the whole gate stood at a moment.
type Decision struct {
	Verdict    Verdict     `json:"verdict"`
	Conditions []Condition `json:"conditions,omitempty"`
	Policy     string      `json:"policy,omitempty"` // digest of the Policy
	// Inputs names every approval and piece of evidence that was used: kind and identity
	// of the statement, with a digest where there is one.
	Inputs []Input `json:"inputs,omitempty"`
	// Next is when the verdict of some condition may change by itself (a window opens, a
	// soak ends, an approval expires); zero: never. Rules that look at the time are looked
	// at each minute while the gate waits for them, or is open by them.
	Next time.Time `json:"next,omitzero"`
	// Glass is the break-glass by which the release may enter although the gate is shut;
	// empty: none.
	Glass string `json:"glass,omitempty"`
	// Expedited says that soak and windows were not asked for, because it is a hotfix.
	Expedited bool `json:"expedited,omitempty"`
}

// Input is a piece of evidence that a decision used.
type Input struct {
	URI    string `json:"uri"`              // e.g. "slipway:task/approve-3f…#ada"
	Digest string `json:"digest,omitempty"` // "sha256:…" of what it says
}

// Open says whether the release may enter, as of when the decision was made.
func (d Decision) Open() bool { return d.Verdict == Pass || d.Glass != "" }

// OpenAt says whether the release may still enter at a time: not once the decision might have
// changed by itself, because no guard holds anything to the time.
func (d Decision) OpenAt(t time.Time) bool { return d.Open() && (d.Next.IsZero() || t.Before(d.Next)) }

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
