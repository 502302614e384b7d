package judge_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/judge"
)

func traffic(random *rand.Rand, flows []judge.Flow) world {
	return world{random: random, flows: flows, rate: 40, share: adaptive,
		error: func(int, int) (float64, float64) { return 0.02, 0.01 },
		slow:  func(int, int, int) (float64, float64) { return 0.3, 0.2 }}
}

var shop = []judge.Flow{
	{Name: "list", Availability: 0.999, Bounds: []float64{0.1, 0.5}},
	{Name: "buy", Criticality: judge.High},
	{Name: "search", Criticality: judge.Medium, Bounds: []float64{1}},
	{Name: "plan", Criticality: judge.Low},
}

// TestKilledBetweenTicks stores and loads the state at every tick: nothing may change.
func TestKilledBetweenTicks(t *testing.T) {
	t.Parallel()
	w := traffic(rand.New(rand.NewPCG(1, 1)), shop)
	steady := judge.New(judge.Options{}, shop)
	killed := steady
	for second := range 60 {
		ticks := w.tick(second, steady)
		at := time.Duration(second+1) * time.Second
		before, err := json.Marshal(killed)
		if err != nil {
			t.Fatal(err)
		}
		steady, killed = steady.Step(at, ticks), judge.State{}
		if err := json.Unmarshal(before, &killed); err != nil {
			t.Fatal(err)
		}
		old := killed
		killed = killed.Step(at, ticks)
		if after, _ := json.Marshal(old); string(after) != string(before) {
			t.Fatalf("tick %d: Step changed the state that it was given", second)
		}
	}
	if diff := cmp.Diff(steady.Evidence(), killed.Evidence()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(steady.Verdict(), killed.Verdict()); diff != "" {
		t.Error(diff)
	}
}

// TestWeights holds alpha over the flows, also over those that come later.
func TestWeights(t *testing.T) {
	t.Parallel()
	for _, start := range [][]judge.Flow{nil, shop, shop[3:], append(shop, shop...)} {
		s := judge.New(judge.Options{}, start)
		for i := range 200 {
			s = s.Step(time.Second, []judge.Tick{{Flow: fmt.Sprint("late", i), Canary: judge.Counts{N: 1}}})
		}
		s = s.Declare([]judge.Flow{{Name: "later", Criticality: judge.Medium}})
		var sum float64
		for _, f := range s.Flows {
			sum += f.Weight
			if (f.Weight == 0) != (f.Criticality == judge.Low) {
				t.Errorf("%s: weight %g", f.Name, f.Weight)
			}
		}
		if sum > 1+1e-12 || sum < 0.99 && len(start) > 1 {
			t.Errorf("weights of %d flows sum up to %g", len(s.Flows), sum)
		}
	}
	s := judge.New(judge.Options{}, shop)
	if high, medium := s.Flows[0].Weight, s.Flows[2].Weight; math.Abs(high-2*medium) > 1e-12 {
		t.Errorf("high %g, medium %g", high, medium)
	}
}

// TestRenamed is a flow that has another name from the middle of a canary on.
func TestRenamed(t *testing.T) {
	t.Parallel()
	fine := judge.Tick{Canary: judge.Counts{N: 200}, Baseline: judge.Counts{N: 200, Errors: 2}}
	broken := judge.Tick{Canary: judge.Counts{N: 20, Errors: 5}, Baseline: judge.Counts{N: 200, Errors: 2}}
	named := func(tick judge.Tick, name string) []judge.Tick { tick.Flow = name; return []judge.Tick{tick} }
	s := judge.New(judge.Options{}, []judge.Flow{{Name: "buy"}})
	s = s.Step(time.Second, named(judge.Tick{Canary: judge.Counts{N: 5}, Baseline: judge.Counts{N: 5}}, "buy"))
	for i := range 20 {
		s = s.Step(time.Duration(i+2)*time.Second, named(fine, "purchase"))
	}
	if v := s.Verdict(); v.Outcome != judge.Hold || len(v.Missing) != 1 || v.Missing[0].Flow != "buy" {
		t.Errorf("the old name is forgotten in silence: %+v", v)
	}
	if v := s.Declare([]judge.Flow{{Name: "purchase"}}).Verdict(); v.Outcome != judge.Promote {
		t.Errorf("the old name blocks, though it is gone: %+v", v)
	}
	for i := range 5 {
		s = s.Step(time.Duration(i+30)*time.Second, named(broken, "purchase"))
	}
	if v := s.Verdict(); v.Outcome != judge.Rollback || v.Flows[0] != "purchase" {
		t.Errorf("the new name is not judged: %+v", v)
	}
}

// TestTurnsBad is a canary that is fine for long and then breaks.
func TestTurnsBad(t *testing.T) {
	t.Parallel()
	s := judge.New(judge.Options{}, []judge.Flow{{Name: "buy"}, {Name: "rare"}})
	tick := func(errors uint64) []judge.Tick {
		return []judge.Tick{{Flow: "buy", Canary: judge.Counts{N: 10, Errors: errors}, Baseline: judge.Counts{N: 90, Errors: 1}}}
	}
	second := 0
	for ; second < 3600; second++ {
		s = s.Step(time.Duration(second)*time.Second, tick(0))
	}
	for ; second < 3620 && s.Rollback == nil; second++ {
		s = s.Step(time.Duration(second)*time.Second, tick(2))
	}
	if s.Rollback == nil || second > 3610 {
		t.Errorf("not found within %d ticks after an hour", second-3600)
	}
}

// TestNoBaselineMovesNothing: without requests of the baseline there is nothing to compare,
// and what is older than a minute is not compared with what comes then.
func TestNoBaselineMovesNothing(t *testing.T) {
	t.Parallel()
	s := judge.New(judge.Options{}, []judge.Flow{{Name: "buy", Availability: 0.5}})
	before := s.Evidence()[0]
	for second := range 59 {
		s = s.Step(time.Duration(second)*time.Second, []judge.Tick{{Flow: "buy", Canary: judge.Counts{N: 10, Errors: 9}}})
	}
	after := s.Evidence()[0]
	if after.LnErrors != before.LnErrors || after.LnFine != before.LnFine || s.Rollback != nil {
		t.Errorf("%+v", after)
	}
	s = s.Step(120*time.Second, []judge.Tick{{Flow: "buy", Canary: judge.Counts{N: 10}, Baseline: judge.Counts{N: 10}}})
	if after := s.Evidence()[0]; s.Rollback != nil || after.LnErrors > 0.1 {
		t.Errorf("what is old was compared: %+v", after)
	}
}

// TestOddInput: nothing that comes in makes a figure that is none, or a panic.
func TestOddInput(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(2, 2))
	extreme := func() uint64 {
		return []uint64{0, 0, 1, 2, 10, 1e9, 1e12, 1 << 63, math.MaxUint64}[random.IntN(9)]
	}
	counts := func() judge.Counts {
		c := judge.Counts{N: extreme(), Errors: extreme()}
		for range random.IntN(4) {
			c.Slow = append(c.Slow, extreme())
		}
		return c
	}
	bad := math.NaN()
	for _, o := range []judge.Options{{}, {Alpha: bad, Beta: bad, Psi0: bad, Psi1: bad}, {Alpha: -1, Beta: 2, Psi0: math.Inf(1), Psi1: 0.5}} {
		s := judge.New(o, []judge.Flow{
			{Name: "a", Availability: 1, Bounds: []float64{0.1, 1}}, {Name: "b", Availability: bad, Bounds: []float64{bad, -1}},
			{Name: "c", Availability: 1e-300, Criticality: "?"}, {Name: "", Bounds: make([]float64, 1000)},
		})
		for range 3000 {
			at := time.Duration(random.Uint64()) // before the start, too
			s = s.Step(at, []judge.Tick{{Flow: []string{"a", "b", "c", "", "new"}[random.IntN(5)], Canary: counts(), Baseline: counts()}})
			s.Rollback = nil
			judge.Next(random.IntN(200)-50, s, judge.Limits{})
		}
		if _, err := json.Marshal(struct{ E, V any }{s.Evidence(), s.Verdict()}); err != nil {
			t.Error(err)
		}
	}
}

// BenchmarkTick is one tick of 100 flows with 12 latency bounds and 1,000 requests each.
func BenchmarkTick(b *testing.B) {
	bounds := []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}
	flows := make([]judge.Flow, 100)
	for i := range flows {
		flows[i] = judge.Flow{Name: fmt.Sprint("flow", i), Bounds: bounds}
	}
	w := world{random: rand.New(rand.NewPCG(1, 1)), flows: flows, rate: 1000, share: func(int, judge.State) float64 { return 0.5 },
		error: func(int, int) (float64, float64) { return 0.005, 0.005 },
		slow:  func(_, _, bound int) (float64, float64) { p := math.Exp(-float64(bound) / 2); return p, p }}
	s := judge.New(judge.Options{}, flows)
	ticks := w.tick(0, s)
	for b.Loop() {
		s.Step(time.Second, ticks)
	}
}

// TestSuspectIsNotPromoted: proof that the canary does not fail is not enough while
// something says that it is slower.
func TestSuspectIsNotPromoted(t *testing.T) {
	t.Parallel()
	s := judge.New(judge.Options{}, []judge.Flow{{Name: "buy", Bounds: []float64{0.1, 1}}})
	tick := judge.Tick{Flow: "buy", Canary: judge.Counts{N: 100, Slow: []uint64{20, 0}}, Baseline: judge.Counts{N: 900, Slow: []uint64{90, 0}}}
	for second := 1; s.Rollback == nil; second++ {
		s = s.Step(time.Duration(second)*time.Second, []judge.Tick{tick})
		if e := s.Evidence()[0]; s.Verdict().Outcome == judge.Promote || e.LnFor > e.LnPromote && e.Verdict == judge.Promote {
			t.Fatalf("promoted after %d ticks: %+v", second, e)
		}
		if second > 100 {
			t.Fatal("never rolled back, either")
		}
	}
	if e := s.Evidence()[0]; e.LnFor < e.LnPromote || e.WorstBound != 0.1 {
		t.Errorf("this test shows nothing: errors were never proven, %+v", e)
	}
}

// TestClockGoesBack: a tick that says an earlier time counts as of the last one.
func TestClockGoesBack(t *testing.T) {
	t.Parallel()
	tick := []judge.Tick{{Flow: "buy", Canary: judge.Counts{N: 10, Errors: 1}, Baseline: judge.Counts{N: 90, Errors: 1}}}
	start := judge.New(judge.Options{}, []judge.Flow{{Name: "buy"}}).Step(time.Minute, tick)
	if diff := cmp.Diff(start.Step(time.Minute, tick), start.Step(-time.Hour, tick)); diff != "" {
		t.Error(diff)
	}
}

// TestLowOnly: where all flows are of low criticality, they are asked for their proof after all.
func TestLowOnly(t *testing.T) {
	t.Parallel()
	low := judge.Flow{Name: "plan", Criticality: judge.Low}
	quiet := judge.New(judge.Options{}, []judge.Flow{low})
	if v := quiet.Verdict(); v.Outcome != judge.Hold || len(v.Missing) != 1 {
		t.Errorf("%+v", v)
	}
	if v := judge.New(judge.Options{}, nil).Verdict(); v.Outcome != judge.Hold {
		t.Errorf("without flows: %+v", v)
	}
	fine := quiet.Step(time.Second, []judge.Tick{{Flow: "plan", Canary: judge.Counts{N: 1000}, Baseline: judge.Counts{N: 1000}}})
	if v := fine.Verdict(); v.Outcome != judge.Promote {
		t.Errorf("%+v", v)
	}
}

// TestTooManyFlows: what is not judged is not passed in silence.
func TestTooManyFlows(t *testing.T) {
	t.Parallel()
	var ticks []judge.Tick
	for i := range judge.MaxFlows + 5 {
		ticks = append(ticks, judge.Tick{Flow: fmt.Sprint(i), Canary: judge.Counts{N: 1000}, Baseline: judge.Counts{N: 1000}})
	}
	s := judge.New(judge.Options{}, nil).Step(time.Second, ticks)
	if v := s.Verdict(); len(s.Flows) != judge.MaxFlows || v.Outcome != judge.Hold || !strings.Contains(v.Reason, "5 ticks were of more flows") {
		t.Errorf("%d flows: %+v", len(s.Flows), v)
	}
}
