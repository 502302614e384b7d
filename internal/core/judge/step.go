package judge

import (
	"slices"
	"time"
)

const (
	// patience is how long requests of one side wait for some of the other. What is older is
	// not compared: the world may have changed since.
	patience = time.Minute
	// silence is how long the baseline must have had no request before the canary is measured
	// against the target instead.
	silence = time.Minute

	maxBounds = 64
	maxCount  = 1_000_000_000_000 // more in one tick is scaled down
)

// Step takes in what was seen until t after the start, and gives the state after it. Ticks
// are differences since the tick before. A flow that is not known gets its place, as one of
// high criticality without latency bounds; see Declare. A time before that of the last tick
// counts as the same.
func (s State) Step(t time.Duration, ticks []Tick) State {
	s.At = max(s.At, t)
	s.Flows = slices.Clone(s.Flows)
	index := s.index()
	for _, tick := range ticks {
		if _, known := index[tick.Flow]; !known {
			s = s.welcome(Flow{Name: tick.Flow}, index)
		}
		if i, ok := index[tick.Flow]; ok {
			s.Flows[i] = s.Flows[i].step(s.At, s.Options, tick)
		}
	}
	if s.Rollback == nil {
		s.Rollback = s.decide()
	}
	return s
}

func (f FlowState) step(t time.Duration, o Options, tick Tick) FlowState {
	canary, baseline := tick.Canary.sane(len(f.Bounds)), tick.Baseline.sane(len(f.Bounds))
	f.Canary, f.Baseline = f.Canary.plus(canary), f.Baseline.plus(baseline)
	f = f.stepTarget(t, o, canary, baseline)
	if baseline.N > 0 {
		f.BaselineAt = t
	}
	if f.Block.open() && t-f.Block.Since >= patience {
		f.Block = Block{}
	}
	f.Block = f.Block.plus(t, canary, baseline)
	if f.Block.Canary.N > 0 && f.Block.Baseline.N > 0 {
		f = f.compare(t, o, f.Block)
		f.Block = Block{}
	}
	return f
}

// stepTarget measures the canary against the flow's target: for promotion always, and
// against it only where there is no baseline that could be as bad.
func (f FlowState) stepTarget(t time.Duration, o Options, canary, baseline Counts) FlowState {
	n, k := float64(canary.N), float64(canary.Errors)
	if canary.N == 0 {
		return f
	}
	wins := within(n, k, 1-f.Availability)
	f.Target = slices.Clone(f.Target)
	for i := range f.Target {
		f.Target[i] += wins[i]
	}
	if baseline.N == 0 && t-f.BaselineAt >= silence {
		f.Alone = f.Alone.move(t-f.Born, beyond(n, k, 1-f.Availability, o.Psi0))
	}
	return f
}

// compare moves the bets by one block.
func (f FlowState) compare(t time.Duration, o Options, b Block) FlowState {
	age := t - f.Born
	m := func(k uint64) margins {
		return margins{nc: float64(b.Canary.N), nb: float64(b.Baseline.N), k: float64(k)}
	}
	errors, kc := m(b.Canary.Errors+b.Baseline.Errors), float64(b.Canary.Errors)
	f.Errors = f.Errors.move(age, errors.worse(kc, o.Psi0))
	f.Fine += errors.fine(kc, o.Psi1)
	f.Slow = slices.Clone(f.Slow)
	for i := range f.Slow {
		if i < len(b.Canary.Slow) && i < len(b.Baseline.Slow) {
			slow := m(b.Canary.Slow[i] + b.Baseline.Slow[i])
			f.Slow[i] = f.Slow[i].move(age, slow.worse(float64(b.Canary.Slow[i]), o.Psi0))
		}
	}
	return f
}
