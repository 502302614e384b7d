package judge

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
	"slipway.dev/internal/wire/edgewire"
)

// Judge looks at the canaries that lanes want judged.
type Judge struct {
	Deps
	kick chan struct{}

	mu   sync.Mutex
	want map[string]deploy.JudgeSpec // by the canary's deployment

	trials map[string]*trial // of Run alone
	blind  string            // why nothing is seen, as it was said last
}

// What is judged for long is looked at less often: a person may be asked over a weekend, and
// all ticks are kept and read again after a restart.
const (
	long = time.Hour
	calm = 10 * time.Second
)

// trial is one canary that is judged.
type trial struct {
	record *record // nil: what was kept is to be read
	looked time.Time
	said   deploy.Judged
	saidAt time.Duration
	checks *checks // nil: the manifest does not take them as evidence

	problem string // why it cannot be judged, as it was said last
}

// New makes a judge; Run must be started.
func New(d Deps) *Judge {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Judge{Deps: d, kick: make(chan struct{}, 1), trials: map[string]*trial{}}
}

// Reconcile takes the whole set of canaries that are to be judged.
func (j *Judge) Reconcile(_ context.Context, all []engine.Desired) error {
	want := make(map[string]deploy.JudgeSpec, len(all))
	for _, d := range all {
		var spec deploy.JudgeSpec
		if err := json.Unmarshal(d.Spec, &spec); err != nil {
			return fmt.Errorf("desired judge of %s: %w", d.Machine, err)
		}
		want[spec.Deployment] = spec
	}
	j.mu.Lock()
	j.want = want
	j.mu.Unlock()
	select {
	case j.kick <- struct{}{}:
	default:
	}
	return nil
}

func (j *Judge) wanted() map[string]deploy.JudgeSpec {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.want
}

// Run looks every interval while anything is to be judged, until ctx ends.
func (j *Judge) Run(ctx context.Context, interval time.Duration) {
	defer func() { j.forget(nil) }()
	for ctx.Err() == nil {
		want := j.wanted()
		j.forget(want)
		var next <-chan time.Time
		if len(want) > 0 {
			j.look(ctx, want)
			next = time.After(interval)
		}
		select {
		case <-ctx.Done():
		case <-next:
		case <-j.kick:
		}
	}
}

// forget ends what is not wanted any more.
func (j *Judge) forget(want map[string]deploy.JudgeSpec) {
	for deployment, t := range j.trials {
		if _, ok := want[deployment]; !ok {
			t.checks.end()
			delete(j.trials, deployment)
		}
	}
}

// look reads the counters once, for all.
func (j *Judge) look(ctx context.Context, want map[string]deploy.JudgeSpec) {
	seen, err := j.Edge.Counters(ctx)
	if j.sees(ctx, "the edge's counters are not to be had", err); err != nil {
		return
	}
	flows, err := j.Flows(ctx)
	if j.sees(ctx, "the flows are not to be had", err); err != nil {
		return
	}
	for _, deployment := range slices.Sorted(maps.Keys(want)) {
		t := j.trials[deployment]
		if t == nil {
			t = &trial{}
			j.trials[deployment] = t
		}
		err := j.judge(ctx, want[deployment], t, flows, seen)
		if err == nil {
			t.problem = ""
			continue
		}
		t.record = nil // what was kept tells how to go on; what was not said is said again
		if problem := err.Error(); ctx.Err() == nil && problem != t.problem {
			t.problem = problem
			j.Log.Warn("a canary cannot be judged now; it holds", "deployment", deployment, "err", err)
		}
	}
}

// sees says once that nothing is seen, and why: every second would be too often.
func (j *Judge) sees(ctx context.Context, what string, err error) {
	switch {
	case ctx.Err() != nil:
	case err == nil && j.blind == what:
		j.blind = ""
	case err != nil && j.blind != what:
		j.blind = what
		j.Log.Warn(what+"; canaries hold", "err", err)
	}
}

// judge takes one look at one canary.
func (j *Judge) judge(ctx context.Context, spec deploy.JudgeSpec, t *trial, flows []flow.Flow, seen edgewire.Counters) error {
	if t.record == nil {
		r, err := j.read(ctx, spec.Deployment)
		if err != nil {
			return err
		}
		t.record = r
	}
	if t.checks == nil && len(spec.Checks) > 0 {
		t.checks = j.startChecks(ctx, spec.Deployment)
	}
	now := j.Now()
	if now.Sub(spec.Since) > long && now.Sub(t.looked) < calm {
		return nil
	}
	t.looked = now
	next, worth := t.record.next(spec, now.Sub(spec.Since), flowsOf(spec, flows), seen, t.checks.since())
	if worth {
		tick := store.Tick{Deployment: spec.Deployment, Number: t.record.number + 1, At: now, Data: machine.Must(next)}
		if err := j.Ticks.AppendTick(ctx, tick); err != nil {
			return err
		}
		if err := t.record.take(tick); err != nil {
			return err
		}
	}
	word := t.record.says(spec)
	if unseen(spec, seen) {
		word = blame(word, spec.Weight)
	}
	return j.say(ctx, spec, t, word)
}

// read gives all that was kept of a canary.
func (j *Judge) read(ctx context.Context, deployment string) (*record, error) {
	r := newRecord(deployment)
	return r, j.Ticks.Ticks(ctx, deployment, r.take)
}

// say tells the lane what is to be said now, if that is worth an entry in the journal.
func (j *Judge) say(ctx context.Context, spec deploy.JudgeSpec, t *trial, now deploy.Judged) error {
	if !t.due(now) {
		return nil
	}
	_, err := j.Engine.Submit(ctx, engine.To{Machine: deploy.MachineID(spec.Service, spec.Environment),
		Event: machine.Event{Type: deploy.EventJudged, Actor: actor, Data: machine.Must(now)}})
	if err != nil && !fault.Is(err, fault.Refused) && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("what the judge says could not be written: %w", err)
	}
	t.said, t.saidAt = now, t.record.at
	return nil
}
