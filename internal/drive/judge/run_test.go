package judge

import (
	"context"
	"errors"
	"testing"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/judge"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
	"slipway.dev/internal/wire/edgewire"
)

// TestChecksAreEvidence: each run of the smoke checks on an instance counts once, for its
// side, and the canary that fails them goes back.
func TestChecksAreEvidence(t *testing.T) {
	t.Parallel()
	w := newWorld(t, config.Strategy{Synthetic: true})
	w.perSecond = 0
	w.plain(canary).Status[4] = 99 // one user, who tried again and again, but in no flow
	spec := *w.spec()
	c := &checks{stop: func() {}, done: make(chan struct{})}
	close(c.done)
	w.judge.trials[canary] = &trial{checks: c}
	fails := func(_ context.Context, in deploy.SmokeInput) error {
		if len(in.Instances) != 1 || in.Artifact != "a" || in.Config != "c" {
			t.Errorf("asked of %+v", in)
		}
		if in.Deployment == canary {
			return errors.New("it does not answer")
		}
		return nil
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	c.round(gone, spec, fails) // says nothing of instances
	for range 30 {
		if w.spec() == nil {
			break
		}
		c.round(t.Context(), spec, fails)
		w.second()
	}
	e := w.evidence(SmokeChecks)
	if w.lane.Active.Phase != deploy.RollingBack || e.Canary.N != e.Canary.Errors || e.Baseline != (judge.Side{N: e.Canary.N}) || e.Canary.N%2 != 0 || !e.Synthetic {
		t.Errorf("%+v, %+v", w.lane.Status(), e)
	}
	if w.last().UsersHit != 0 {
		t.Errorf("checks hit %d users", w.last().UsersHit)
	}
}

// counting is an edge that says when it is asked.
type counting struct{ asked chan struct{} }

func (c counting) Counters(ctx context.Context) (edgewire.Counters, error) {
	select {
	case c.asked <- struct{}{}:
	case <-ctx.Done():
	}
	return edgewire.Counters{}, ctx.Err()
}

// TestRun looks while somebody wants it, and repeats the smoke checks on all instances; it
// leaves nothing behind.
func TestRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t, config.Strategy{Synthetic: true})
	edge, checked := counting{make(chan struct{})}, make(chan string)
	deps := w.judge.Deps
	deps.Edge = edge
	deps.Check = func(ctx context.Context, in deploy.SmokeInput) error {
		select {
		case checked <- in.Instances[0].ID:
		case <-ctx.Done():
		}
		return nil
	}
	j := New(deps)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		j.Run(ctx, time.Millisecond)
	}()
	spec := *w.spec()
	want := []engine.Desired{{Machine: "deploy/tickets/prod", Kind: deploy.DesiredJudge, Key: "judge", Spec: machine.Must(spec)}}
	if err := j.Reconcile(ctx, want); err != nil {
		t.Fatal(err)
	}
	soon := time.After(20 * time.Second)
	asked, ids := 0, map[string]bool{}
	for asked < 5 || len(ids) < 4 {
		select {
		case <-edge.asked:
			asked++
		case id := <-checked:
			ids[id] = true
		case <-soon:
			t.Fatalf("asked %d times, checked %v", asked, ids)
		}
	}
	if err := j.Reconcile(ctx, nil); err != nil {
		t.Fatal(err)
	}
	cancel()
	select {
	case <-ended:
	case <-soon:
		t.Fatal("it does not end")
	}
	if len(j.trials) != 0 {
		t.Errorf("%d trials are left", len(j.trials))
	}
	if err := j.Reconcile(t.Context(), []engine.Desired{{Machine: "deploy/x/y", Spec: machine.Value(`{`)}}); err == nil {
		t.Error("half a wish was taken")
	}
}

// TestFullDisk: what cannot be kept is not judged by; when it can again, nothing was lost.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, config.Strategy{})
	for range 3 {
		w.second()
	}
	good := w.judge.Ticks
	w.judge.Ticks = full{good}
	said := len(w.said)
	for range 3 {
		w.second()
	}
	if len(w.said) != said {
		t.Errorf("it said %+v", w.last())
	}
	w.judge.Ticks = good
	w.second()
	w.agrees("purchase")
}

type disk = Ticks

type full struct{ disk }

func (full) AppendTick(context.Context, store.Tick) error { return errors.New("the disk is full") }
