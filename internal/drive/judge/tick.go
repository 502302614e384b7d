package judge

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"slipway.dev/internal/core/judge"
	"slipway.dev/internal/store"
)

// row is a tick as it is kept.
type row struct {
	T        time.Duration  `json:"t"`                  // since judging began
	Options  *judge.Options `json:"options,omitempty"`  // of the first
	Baseline string         `json:"baseline,omitempty"` // deployment that is compared with from now on
	Flows    []judge.Flow   `json:"flows,omitempty"`    // as they are declared from now on
	Ticks    []judge.Tick   `json:"ticks,omitempty"`    // of flows that saw anything
	Failed   uint64         `json:"failed,omitempty"`   // requests to the canary, users told apart or not
	Totals   []total        `json:"totals,omitempty"`   // what counters say, where that does not follow from the ticks so far
}

// total is what a counter says.
type total struct {
	Deployment string       `json:"deployment"`
	Flow       string       `json:"flow"`
	Counts     judge.Counts `json:"counts"`
}

// counter names a counter; flow is empty for all requests of a deployment.
type counter struct{ deployment, flow string }

// record is all that follows from the ticks of one canary so far.
type record struct {
	deployment string
	number     int64
	digest     [sha256.Size]byte // of all ticks, each chained to the one before
	at         time.Duration
	baseline   string
	flows      []judge.Flow
	state      judge.State
	totals     map[counter]judge.Counts
	failed     uint64
}

func newRecord(deployment string) *record {
	return &record{deployment: deployment, totals: map[counter]judge.Counts{}}
}

// take takes in a tick that was kept.
func (r *record) take(t store.Tick) error {
	var in row
	if err := json.Unmarshal(t.Data, &in); err != nil {
		return fmt.Errorf("tick %d of %s: %w", t.Number, t.Deployment, err)
	}
	if t.Number != r.number+1 || (t.Number == 1) != (in.Options != nil) {
		return fmt.Errorf("tick %d of %s comes after tick %d", t.Number, t.Deployment, r.number)
	}
	r.number, r.at = t.Number, in.T
	r.digest = sha256.Sum256(append(r.digest[:], t.Data...))
	if in.Baseline != "" {
		r.baseline = in.Baseline
	}
	switch {
	case in.Options != nil:
		r.state, r.flows = judge.New(*in.Options, in.Flows), in.Flows
	case in.Flows != nil:
		r.state, r.flows = r.state.Declare(in.Flows), in.Flows
	}
	r.count(in)
	r.state = r.state.Step(in.T, in.Ticks)
	return nil
}

// count brings the counters to where they were when the tick was made.
func (r *record) count(in row) {
	add := func(c counter, more judge.Counts) { r.totals[c] = plus(r.totals[c], more) }
	for _, t := range in.Ticks {
		add(counter{r.deployment, t.Flow}, t.Canary)
		add(counter{r.baseline, t.Flow}, t.Baseline)
	}
	add(counter{r.deployment, ""}, judge.Counts{N: in.Failed})
	for _, t := range in.Totals {
		r.totals[counter{t.Deployment, t.Flow}] = t.Counts
	}
	r.failed += in.Failed
}

func (r *record) chain() string { return "sha256:" + hex.EncodeToString(r.digest[:]) }

// plus adds what was counted since. Latency that one of them lacks is not known of the sum.
func plus(c, more judge.Counts) judge.Counts {
	sum := judge.Counts{N: c.N + more.N, Errors: c.Errors + more.Errors}
	switch {
	case more.N == 0:
		sum.Slow = c.Slow
	case c.N == 0:
		sum.Slow = more.Slow
	case len(c.Slow) == len(more.Slow):
		sum.Slow = slices.Clone(c.Slow)
		for i, k := range more.Slow {
			sum.Slow[i] += k
		}
	}
	return sum
}

// since gives what was counted after before, and what the counter is known to say then.
// Counters that say less than before began anew: then all is new. What is told of a request
// before the request itself waits for it.
func since(now, before judge.Counts) (more, after judge.Counts) {
	if less(now, before) {
		before = judge.Counts{}
	}
	more.N = now.N - before.N
	more.Errors = min(now.Errors-before.Errors, more.N)
	after = judge.Counts{N: now.N, Errors: before.Errors + more.Errors, Slow: now.Slow}
	was := before.Slow
	if before.N == 0 {
		was = make([]uint64, len(now.Slow))
	}
	if len(was) != len(now.Slow) { // known from now on, or not any more
		return more, after
	}
	if after.Slow = before.Slow; more.N == 0 {
		return more, after
	}
	after.Slow = nil
	for i, k := range now.Slow {
		slow := min(k-was[i], more.N)
		more.Slow, after.Slow = append(more.Slow, slow), append(after.Slow, was[i]+slow)
	}
	return more, after
}

func less(now, before judge.Counts) bool {
	if now.N < before.N || now.Errors < before.Errors {
		return true
	}
	for i := range min(len(now.Slow), len(before.Slow)) {
		if now.Slow[i] < before.Slow[i] {
			return true
		}
	}
	return false
}

func equal(a, b judge.Counts) bool {
	return a.N == b.N && a.Errors == b.Errors && slices.Equal(a.Slow, b.Slow)
}
