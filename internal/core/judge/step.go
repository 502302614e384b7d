package judge

import (
	"slices"
	"time"
)

const (
	// patience is how long requests of one side wait for some of the other. What is older is
	// not compared: the world may have changed since then.
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

// step pools what came, and when a block ends, moves the bets by it. Nothing that is told to
// anybody depends on how the requests of a block ended before the block has.
func (f FlowState) step(t time.Duration, o Options, tick Tick) FlowState {
	canary, baseline := tick.Canary.sane(len(f.Bounds)), tick.Baseline.sane(len(f.Bounds))
	f.Canary, f.Baseline = f.Canary.plus(canary), f.Baseline.plus(baseline)
	if baseline.N > 0 {
		f.BaselineAt = t
	}
	if f.Block.open() && t-f.Block.Since >= patience {
		f = f.measure(f.Block.Canary)
		f.Block = Block{}
	}
	f.Block = f.Block.plus(t, canary, baseline)
	b := f.Block
	switch {
	case b.Canary.N > 0 && b.Baseline.N > 0:
		f = f.compare(t, o, b).measure(b.Canary)
	case b.Canary.N > 0 && t-f.BaselineAt >= silence:
		wins := beyond(float64(b.Canary.N), float64(b.Canary.Errors), 1-f.Availability, o.Psi0)
		f.Alone = f.Alone.move(t-f.Born, wins)
		f = f.measure(b.Canary)
	default:
		return f
	}
	f.Block = Block{}
	return f
}

// measure takes the canary's requests as evidence that it is within the flow's target.
func (f FlowState) measure(canary Counts) FlowState {
	if canary.N == 0 {
		return f
	}
	wins := within(float64(canary.N), float64(canary.Errors), 1-f.Availability)
	f.Target = slices.Clone(f.Target)
	for i := range f.Target {
		f.Target[i] += wins[i]
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
