package judge

import (
	"math"
	"slices"
	"time"
)

// FlowState is what the judge remembers of one flow.
type FlowState struct {
	Flow
	Weight  float64       `json:"weight"`            // share of alpha; of all flows at most 1
	Born    time.Duration `json:"born,omitempty"`    // when it was first heard of, since the start
	Retired bool          `json:"retired,omitempty"` // nobody waits for its proof any more

	Canary     Side          `json:"canary"` // all that was seen
	Baseline   Side          `json:"baseline"`
	BaselineAt time.Duration `json:"baselineAt"` // when the baseline last had a request
	Block      Block         `json:"block"`      // what waits for requests of the other side

	Errors Bet       `json:"errors"`         // on "the canary fails more often than the baseline"
	Slow   []Bet     `json:"slow,omitempty"` // the same for each latency bound
	Alone  Bet       `json:"alone"`          // on "it fails more often than the target allows", where there is no baseline
	Fine   float64   `json:"fine"`           // ln of the evidence for "not harmfully worse than the baseline"
	Target []float64 `json:"target"`         // ln of the evidence for "within the target", one for each of calm
}

// Side are the totals of one side.
type Side struct {
	N      uint64 `json:"n"`
	Errors uint64 `json:"errors"`
}

// New begins to judge a deployment. Of flows with the same name the first counts.
func New(o Options, flows []Flow) State {
	s := State{Options: o.withDefaults()}
	known := map[string]bool{}
	var sum float64
	for _, f := range flows {
		if known[f.Name] || len(s.Flows) == MaxFlows {
			continue
		}
		known[f.Name] = true
		s.Flows = append(s.Flows, begin(f, 0))
		sum += voice(s.Flows[len(s.Flows)-1].Criticality)
	}
	if sum == 0 {
		s.Reserve = 1
		return s
	}
	s.Reserve = reserve
	for i := range s.Flows {
		s.Flows[i].Weight = (1 - reserve) * voice(s.Flows[i].Criticality) / sum
	}
	return s
}

// Declare tells the judge the flows as they are now, when the catalog changes while a
// canary is under way. New ones begin; nobody waits any more for the proof of those that are
// gone, though what they said against the canary stays. What is known of a flow that was
// there before is left as it was.
func (s State) Declare(flows []Flow) State {
	s.Flows = slices.Clone(s.Flows)
	index := s.index()
	now := map[string]bool{}
	for _, f := range flows {
		if _, known := index[f.Name]; !known {
			s = s.welcome(f, index)
		}
		now[f.Name] = true
	}
	for i := range s.Flows {
		s.Flows[i].Retired = !now[s.Flows[i].Name]
	}
	return s
}

// welcome appends a flow that was not there at the start. The j-th has the share 1/(j(j+1))
// of the reserve, so that all that may ever come have no more than the whole of it.
func (s State) welcome(f Flow, index map[string]int) State {
	if len(s.Flows) >= MaxFlows {
		s.Ignored++
		return s
	}
	s.Late++
	late := begin(f, s.At)
	j := float64(s.Late)
	late.Weight = s.Reserve * voice(late.Criticality) / (j * (j + 1))
	index[f.Name] = len(s.Flows)
	s.Flows = append(s.Flows, late)
	return s
}

func (s State) index() map[string]int {
	index := make(map[string]int, len(s.Flows))
	for i := range s.Flows {
		index[s.Flows[i].Name] = i
	}
	return index
}

func begin(f Flow, at time.Duration) FlowState {
	if f.Criticality != Low && f.Criticality != Medium {
		f.Criticality = High
	}
	if !(f.Availability > 0 && f.Availability <= 1) {
		f.Availability = DefaultAvailability
	}
	f.Bounds = slices.Clone(f.Bounds[:min(len(f.Bounds), maxBounds)])
	slow := make([]Bet, len(f.Bounds))
	for i, bound := range f.Bounds {
		slow[i] = newBet()
		if math.IsNaN(bound) || math.IsInf(bound, 0) {
			f.Bounds[i] = 0 // it must be possible to write it down
		}
	}
	return FlowState{Flow: f, Born: at, BaselineAt: at, Errors: newBet(), Slow: slow, Alone: newBet(), Target: make([]float64, len(calm))}
}

// voice is a flow's share in the decision to roll back, relative to others.
func voice(c Criticality) float64 {
	switch c {
	case Low:
		return 0
	case Medium:
		return 0.5
	default:
		return 1
	}
}

// against is the evidence of one flow that the canary is worse: the mean of its bets, in
// shares that are fixed when the flow begins.
func (f FlowState) against() float64 {
	parts := []float64{math.Log(shareAlone) + f.Alone.ln()}
	if len(f.Slow) == 0 {
		return lnSum(append(parts, math.Log(1-shareAlone)+f.Errors.ln()))
	}
	return lnSum(append(parts, math.Log(1-shareAlone-shareLatency)+f.Errors.ln(), math.Log(shareLatency)+f.latency()))
}

// latency is the mean evidence over the latency bounds; ln 1 without any.
func (f FlowState) latency() float64 {
	if len(f.Slow) == 0 {
		return 0
	}
	all := make([]float64, len(f.Slow))
	for i, b := range f.Slow {
		all[i] = b.ln()
	}
	return lnMean(all)
}

// fine is the evidence that the canary may be promoted as far as this flow goes.
func (f FlowState) fine() float64 { return lnMean([]float64{f.Fine, lnMean(f.Target)}) }
