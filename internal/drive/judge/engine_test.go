package judge

import (
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
	"slipway.dev/internal/wire/edgewire"
)

// plant is a control plane with a real engine, whose instances are healthy at once and whose
// edge applies each route. Each look at the edge sees twenty purchases more on each side; a
// third of the canary's fail.
type plant struct {
	*testing.T
	engine *engine.Engine
	store  *store.Store
	judge  *Judge
	stop   func()

	mu       sync.Mutex
	counters map[string]uint64 // of looks, by deployment
	most     int               // looks until the edge does not count any more
}

const laneID = "deploy/tickets/prod"

// start starts a control plane on the store at the address.
func (p *plant) start(address string) {
	p.Helper()
	quiet := slog.New(slog.DiscardHandler)
	var err error
	if p.store, err = store.Open(p.Context(), address, store.Options{Log: quiet}); err != nil {
		p.Fatal(err)
	}
	e := engine.New(p.store, engine.Options{Log: quiet, Resync: 20 * time.Millisecond})
	p.engine = e
	engine.Register(e, "deploy", deploy.Version, deploy.Lane{})
	engine.Register(e, "deployment", deploy.RecordVersion, deploy.Record{})
	p.judge = New(Deps{Engine: e, Edge: p, Ticks: p.store, Log: quiet, Now: e.Now,
		Flows: func(context.Context) ([]flow.Flow, error) { return []flow.Flow{aFlow("purchase", flow.High)}, nil }})
	e.HandleDesired(deploy.DesiredJudge, p.judge)
	e.HandleDesired(deploy.DesiredInstance, brings(func(ctx context.Context, d engine.Desired) error {
		return p.submit(ctx, deploy.EventInstance, deploy.Instance{ID: d.Key, State: "healthy", Address: "127.0.0.1:1"}, nil)
	}))
	e.HandleDesired(deploy.DesiredRoute, brings(func(ctx context.Context, d engine.Desired) error {
		var spec deploy.RouteSpec
		if err := json.Unmarshal(d.Spec, &spec); err != nil {
			return err
		}
		return p.submit(ctx, deploy.EventRouted, deploy.Routed{Revision: spec.Revision}, nil)
	}))
	for _, kind := range []string{deploy.DesiredWatch, deploy.DesiredGate} {
		e.HandleDesired(kind, brings(func(context.Context, engine.Desired) error { return nil }))
	}
	for _, kind := range []string{deploy.EffectSign, notify.EffectNotice} {
		e.HandleEffect(kind, done{})
	}
	if err := e.Start(p.Context()); err != nil {
		p.Fatal(err)
	}
	<-e.Leading()
	ctx, cancel := context.WithCancel(p.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.judge.Run(ctx, time.Millisecond)
	}()
	p.stop = sync.OnceFunc(func() {
		cancel()
		<-ended
		limit, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := e.Stop(limit); err != nil {
			p.Error(err)
		}
		p.store.Close()
	})
	p.Cleanup(p.stop)
}

type brings func(context.Context, engine.Desired) error

func (b brings) Reconcile(ctx context.Context, all []engine.Desired) error {
	for _, d := range all {
		_ = b(ctx, d) // what the lane knows it refuses
	}
	return nil
}

type done struct{}

func (done) Run(context.Context, engine.EffectCall) (machine.Value, error) { return nil, nil }

func (p *plant) submit(ctx context.Context, kind string, data, facts any) error {
	e := machine.Event{Type: kind, Actor: machine.System("test"), Data: machine.Must(data)}
	if facts != nil {
		e.Facts = machine.Must(facts)
	}
	_, err := p.engine.Submit(ctx, engine.To{Machine: laneID, Event: e})
	return err
}

// Counters is the edge's.
func (p *plant) Counters(context.Context) (edgewire.Counters, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all edgewire.Counters
	for deployment, looks := range p.counters {
		if p.most > 0 {
			looks++
			p.counters[deployment] = looks
		}
		c := edgewire.FlowCounter{Flow: "purchase", Service: "tickets", Environment: "prod", Deployment: deployment, Units: edgewire.Units{Requests: 20 * looks}}
		if deployment == canary {
			c.Units.Errors = 7 * looks
		}
		all.Flows = append(all.Flows, c)
	}
	p.most--
	return all, nil
}

func (p *plant) lane() deploy.State {
	s, _, err := engine.Load[deploy.State](p.Context(), p.engine, laneID)
	if err != nil {
		p.Fatal(err)
	}
	return s
}

func (p *plant) await(what string, is func(deploy.State) bool) {
	p.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(p.lane()); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.Fatalf("it never came about that %s: %+v", what, p.lane().Status())
		}
	}
}

func (p *plant) deploy(n int64, s config.Strategy) {
	p.Helper()
	r := deploy.Request{Service: "tickets", Environment: "prod", Release: "r" + string(rune('0'+n)), Artifact: "a", Config: "c", Order: n, Reason: deploy.ReasonManual,
		Rollout: config.Rollout{Replicas: 1, Strategy: s, Rollback: config.Rollback{Observe: time.Millisecond, Warm: time.Hour}}}
	if err := p.submit(p.Context(), deploy.EventRequested, r, nil); err != nil {
		p.Fatal(err)
	}
	w := p.lane().Queue[0]
	_, step, err := engine.Load[deploy.State](p.Context(), p.engine, laneID)
	if err != nil {
		p.Fatal(err)
	}
	err = p.submit(p.Context(), deploy.EventAsked, nil, deploy.Facts{Gates: []deploy.Answered{{Deployment: w.Deployment, Decision: gate.Decision{Verdict: gate.Pass},
		Artifact: w.Artifact, Config: w.Config, Guards: []machine.Guard{{Machine: laneID, Step: step}}}}})
	if err != nil {
		p.Fatal(err)
	}
}

// TestWithEngine: a bad canary goes back though the control plane ends in the middle, and the
// journal has the digest of all ticks that it rests on.
func TestWithEngine(t *testing.T) {
	t.Parallel()
	p := &plant{T: t, counters: map[string]uint64{}}
	address := filepath.Join(t.TempDir(), "store.db")
	p.start(address)
	p.deploy(1, config.Strategy{Kind: "blueGreen"})
	p.await("r1 runs", func(s deploy.State) bool { return s.Current != nil && s.Active == nil })
	p.mu.Lock()
	p.counters[canary], p.counters[canary+"b"], p.most = 0, 0, 2
	p.mu.Unlock()
	p.deploy(2, config.Strategy{Kind: "canary", Judged: true, Baseline: config.BaselineFresh})
	p.await("the judge has said something", func(s deploy.State) bool { return s.Active != nil && s.Active.Judge != nil })
	p.stop()
	p.start(address)
	p.mu.Lock()
	p.most = 1000
	p.mu.Unlock()
	p.await("r2 went back", func(s deploy.State) bool { return s.Active == nil && s.History[0].Outcome == deploy.RolledBack })
	if row := p.lane().History[0]; !strings.Contains(row.Reason, "purchase") || row.Judge.Verdict != "rollback" {
		t.Errorf("%+v", row)
	}
	record, _, err := engine.Load[deploy.Ended](t.Context(), p.engine, deploy.RecordID(canary))
	if err != nil || record.Judge == nil || record.Judge.Flows[0].Flow != "purchase" {
		t.Errorf("%v %+v", err, record)
	}
	chain := newRecord(canary)
	if err := p.store.Ticks(t.Context(), canary, func(tick store.Tick) error {
		if chain.number == record.Judge.Tick {
			return nil // seen before the lane said that it wants no more
		}
		return chain.take(tick)
	}); err != nil {
		t.Fatal(err)
	}
	if chain.number != record.Judge.Tick || chain.chain() != record.Judge.Digest {
		t.Errorf("tick %d with %s; kept are %d with %s", record.Judge.Tick, record.Judge.Digest, chain.number, chain.chain())
	}
}
