package judge

import (
	"maps"
	"slices"
	"strconv"
	"time"
)

// Result is what a replay found.
type Result struct {
	Verdict  Outcome  `json:"verdict"`
	Tick     float64  `json:"tick"`   // t of the tick that decided, in seconds; on hold, of the last one
	Reason   string   `json:"reason"` // in plain words
	Flows    []string `json:"flows,omitempty"`
	Missing  []Note   `json:"missing,omitempty"`
	Warnings []Note   `json:"warnings,omitempty"`
	Evidence []Entry  `json:"evidence"` // over time: for each tick, of each flow that the tick has
}

// Entry is the evidence of one flow at one time.
type Entry struct {
	T float64 `json:"t"`
	Evidence
}

// Replay judges recorded ticks, until the first that decides. The flows are those that the
// judge knew at the start; without any, they are those of the lines, with what the lines say
// of them. Options that are zero are those of the first line, if it has any.
func Replay(o Options, flows []Flow, lines []Line) Result {
	if len(flows) == 0 {
		flows = flowsOf(lines)
	}
	if len(lines) > 0 && lines[0].Options != nil {
		o = o.or(*lines[0].Options)
	}
	s := New(o, flows)
	r := Result{Evidence: []Entry{}}
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && lines[n].T == lines[0].T {
			n++
		}
		r.Tick = lines[0].T
		s = s.Step(seconds(r.Tick), ticksOf(s, lines[:n]))
		r.Evidence = append(r.Evidence, s.entries(r.Tick, lines[:n])...)
		if s.Verdict().Outcome != Hold {
			break
		}
		lines = lines[n:]
	}
	v := s.Verdict()
	r.Verdict, r.Reason, r.Flows, r.Missing, r.Warnings = v.Outcome, v.Reason, v.Flows, v.Missing, v.Warnings
	return r
}

func seconds(t float64) time.Duration { return time.Duration(t * float64(time.Second)) }

// flowsOf gives the flows of all lines, in the order in which they come, with all latency
// bounds that any line of theirs has.
func flowsOf(lines []Line) []Flow {
	var flows []Flow
	index := map[string]int{}
	bounds := map[string]map[float64]bool{}
	for _, l := range lines {
		i, known := index[l.Flow]
		if !known {
			i = len(flows)
			index[l.Flow], bounds[l.Flow] = i, map[float64]bool{}
			flows = append(flows, Flow{Name: l.Flow})
		}
		if l.Criticality != "" {
			flows[i].Criticality = l.Criticality
		}
		if l.Availability != 0 {
			flows[i].Availability = l.Availability
		}
		flows[i].Synthetic = flows[i].Synthetic || l.Synthetic
		for _, side := range []LineCounts{l.Canary, l.Baseline} {
			for bound := range side.bounds() {
				bounds[l.Flow][bound] = true
			}
		}
	}
	for i := range flows {
		flows[i].Bounds = slices.Sorted(maps.Keys(bounds[flows[i].Name]))
	}
	return flows
}

// bounds are the counts by their bound in seconds.
func (c LineCounts) bounds() map[float64]uint64 {
	all := make(map[float64]uint64, len(c.Slow))
	for text, k := range c.Slow {
		if bound, err := strconv.ParseFloat(text, 64); err == nil {
			all[bound] = k
		}
	}
	return all
}

// ticksOf gives the lines of one tick as the judge wants them. Counts that a flow has twice
// are added by the judge.
func ticksOf(s State, lines []Line) []Tick {
	index := s.index()
	ticks := make([]Tick, len(lines))
	for i, l := range lines {
		var bounds []float64
		if at, known := index[l.Flow]; known {
			bounds = s.Flows[at].Bounds
		}
		ticks[i] = Tick{Flow: l.Flow, Canary: l.Canary.counts(bounds), Baseline: l.Baseline.counts(bounds)}
	}
	return ticks
}

func (c LineCounts) counts(bounds []float64) Counts {
	counts := Counts{N: c.N, Errors: c.Errors}
	if len(c.Slow) == 0 {
		return counts
	}
	all := c.bounds()
	for _, bound := range bounds {
		counts.Slow = append(counts.Slow, all[bound])
	}
	return counts
}

// entries are the evidence of the flows that the lines of one tick are of.
func (s State) entries(t float64, lines []Line) []Entry {
	index := s.index()
	told := map[string]bool{}
	var all []Entry
	for _, l := range lines {
		if i, known := index[l.Flow]; known && !told[l.Flow] {
			told[l.Flow] = true
			all = append(all, Entry{T: t, Evidence: s.evidence(s.Flows[i])})
		}
	}
	return all
}
