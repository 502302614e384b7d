package slo

import (
	"math"
	"slices"
	"time"
)

// Bucket is what was counted in a span of time.
type Bucket struct {
	Start  time.Time
	Length time.Duration
	Total  float64 // requests
	Bad    float64 // of them, those that failed or were too slow
	Known  bool    // somebody counted; otherwise nothing is known of it, which is not the same as none
}

// Health is how an objective stands.
type Health string

// The healths, from good to bad.
const (
	OK        Health = "ok"
	Unknown   Health = "unknown"   // Reason says why
	Burning   Health = "burning"   // a rule fires
	Exhausted Health = "exhausted" // there is no budget left
)

var order = []Health{OK, Unknown, Burning, Exhausted}

// Reason is why nothing is said.
type Reason string

// The reasons.
const (
	NoData    Reason = "noData"    // it is not measured, now or most of the time
	NotEnough Reason = "notEnough" // there were fewer requests than Objective.Minimum
)

// Status is how an objective stands at a time.
type Status struct {
	State    Health  `json:"state"`
	Reason   Reason  `json:"reason,omitempty"` // of Unknown
	Measured float64 `json:"measured"`         // share that was good; 0 if Total is
	Budget   float64 `json:"budget"`           // share of the error budget that is left; below 0: more was spent
	Total    float64 `json:"total"`            // requests in the period that count
	Bad      float64 `json:"bad"`
	Known    float64 `json:"known"` // share of the period's time that counts of which anything is known
	Burn     []Burn  `json:"burn,omitempty"`
}

// Burn is how a rule stands.
type Burn struct {
	Rule
	LongRate  float64 `json:"longRate"`  // how many times faster than it may the budget burns; at most Endless
	ShortRate float64 `json:"shortRate"` //
	Firing    bool    `json:"firing"`
	over      bool    // it is known that it must not fire any more
}

// Endless is the burn rate of an objective that allows no failure at all, once there is one.
const Endless = 1e6

// recovered is the budget from which on one that was exhausted is no longer: a budget about 0
// would go to and fro otherwise.
const recovered = 0.01

// Held is what of an earlier status decides about the next.
type Held struct {
	Firing    []string // names of rules
	Exhausted bool
}

// Hold gives the status with what went before taken into account, so that nothing flaps: a
// rule that fired goes on until its long window does not burn any more, or neither of its last
// two short windows does although there were requests. While nothing is measured, none ends.
// A budget that was exhausted stays so until 1% of it is back.
func (s Status) Hold(h Held) Status {
	s.Burn = slices.Clone(s.Burn)
	for i, b := range s.Burn {
		s.Burn[i].Firing = b.Firing || !b.over && slices.Contains(h.Firing, b.Name())
	}
	if s.State != Unknown {
		s.State = s.health(h.Exhausted)
	}
	return s
}

// health is what follows from figures that suffice.
func (s Status) health(was bool) Health {
	switch {
	case s.Budget <= 0, was && s.Budget < recovered:
		return Exhausted
	case len(s.Firing()) > 0:
		return Burning
	}
	return OK
}

// Firing gives the names of the rules that fire.
func (s Status) Firing() (names []string) {
	for _, b := range s.Burn {
		if b.Firing {
			names = append(names, b.Name())
		}
	}
	return names
}

// rounded gives x with so many digits after the point.
func rounded(x float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(x*p) / p
}
