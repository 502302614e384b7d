package judge

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
	"slipway.dev/internal/wire/edgewire"
)

// world has a real lane and a real store. It plays the engine, the edge and its users.
type world struct {
	*testing.T
	address string
	store   *store.Store
	judge   *Judge
	lane    deploy.State
	now     time.Time
	log     strings.Builder

	flows     []flow.Flow
	rand      *rand.Rand
	perSecond int                           // requests of each flow
	fails     map[string]map[string]float64 // release -> flow -> share of requests that fail
	counters  edgewire.Counters
	away      error // the edge does not answer
	lost      error // the catalog does not
	unwritten int   // how many submissions fail from now on
	said      []deploy.Judged
}

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// newWorld has a canary r2 beside r1, of the strategy, that the lane wants judged.
func newWorld(t *testing.T, s config.Strategy) *world {
	t.Helper()
	w := &world{T: t, address: filepath.Join(t.TempDir(), "store.db"), now: start, rand: rand.New(rand.NewPCG(1, 2)), perSecond: 100,
		fails: map[string]map[string]float64{"r1": {}, "r2": {}}}
	w.flows = []flow.Flow{aFlow("purchase", flow.High), aFlow("search", flow.Low)}
	w.begin()
	s.Kind, s.Judged = "canary", true
	if s.Maximum == 0 {
		s.Maximum = time.Hour
	}
	w.deploy(1, s)
	w.deploy(2, s)
	return w
}

func aFlow(name string, c flow.Criticality) flow.Flow {
	return flow.Flow{Name: name, Criticality: c, Spec: manifest.Flow{}, Steps: []flow.Step{{Name: "ask", Service: "tickets", Request: "GET /" + name}, {Name: "else", Service: "other", Request: "GET /"}}}
}

// begin starts a control plane.
func (w *world) begin() {
	w.Helper()
	var err error
	if w.store, err = store.Open(w.Context(), w.address, store.Options{Log: slog.New(slog.DiscardHandler)}); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { w.store.Close() })
	w.judge = New(Deps{Engine: w, Edge: w, Ticks: w.store, Log: slog.New(slog.NewTextHandler(&w.log, nil)), Now: func() time.Time { return w.now },
		Flows: func(context.Context) ([]flow.Flow, error) { return w.flows, w.lost },
		Check: func(context.Context, deploy.SmokeInput) error { return nil }})
}

// kill ends the control plane without a word, and starts another.
func (w *world) kill() {
	w.Helper()
	w.store.Close()
	w.begin()
}

// deploy brings a release to where it has its first share of the traffic.
func (w *world) deploy(n int64, s config.Strategy) {
	w.Helper()
	name := fmt.Sprint("r", n)
	w.step(deploy.EventRequested, deploy.Request{Service: "tickets", Environment: "prod", Release: name, Artifact: "a", Config: "c", Order: n, Reason: deploy.ReasonManual,
		Rollout: config.Rollout{Replicas: 2, Strategy: s, Smoke: 1}}, nil)
	p := w.lane.Queue[0]
	w.step(deploy.EventAsked, nil, deploy.Facts{Gates: []deploy.Answered{{Deployment: p.Deployment, Decision: gate.Decision{Verdict: gate.Pass},
		Artifact: p.Artifact, Config: p.Config, Guards: []machine.Guard{{Machine: deploy.MachineID("tickets", "prod")}}}}})
	for _, i := range w.lane.Instances() {
		if i.State != "healthy" {
			w.step(deploy.EventInstance, deploy.Instance{ID: i.ID, State: "healthy", Address: "127.0.0.1:1"}, nil)
		}
	}
	w.step(deploy.SmokeCheck+".done", machine.Outcome{}, nil)
	for w.lane.Active != nil && w.spec() == nil {
		w.goOn()
	}
}

// goOn does what the lane waits for but the judge: the edge applies routes, and time passes.
func (w *world) goOn() {
	w.Helper()
	if w.lane.Route.Applied < w.lane.Route.Revision {
		w.step(deploy.EventRouted, deploy.Routed{Revision: w.lane.Route.Revision}, nil)
		return
	}
	w.now = w.lane.Active.Timer.At
	w.step(machine.Timer, w.lane.Active.Timer, nil)
}

func (w *world) step(kind string, data, facts any) {
	w.Helper()
	e := machine.Event{Type: kind, At: w.now, Data: machine.Must(data)}
	if facts != nil {
		e.Facts = machine.Must(facts)
	}
	if err := w.try(e); err != nil {
		w.Fatalf("%s: %v", kind, err)
	}
}

func (w *world) try(e machine.Event) error {
	next, err := deploy.Lane{}.Step(w.lane, e)
	if err == nil {
		w.lane = next.State
	}
	return err
}

// spec is what the lane wants of the judge; nil: nothing.
func (w *world) spec() *deploy.JudgeSpec {
	for _, d := range (deploy.Lane{}).Desired(w.lane) {
		if d.Kind == deploy.DesiredJudge {
			var spec deploy.JudgeSpec
			if err := json.Unmarshal(d.Spec, &spec); err != nil {
				w.Fatal(err)
			}
			return &spec
		}
	}
	return nil
}

// Submit is the engine's.
func (w *world) Submit(_ context.Context, to ...engine.To) (engine.Receipt, error) {
	if w.unwritten > 0 {
		w.unwritten--
		return engine.Receipt{}, fault.New(fault.Unavailable, "the disk is full")
	}
	e := to[0].Event
	e.At = w.now
	said, err := machine.Decode[deploy.Judged](e)
	if err != nil {
		return engine.Receipt{}, err
	}
	w.said = append(w.said, said)
	return engine.Receipt{}, w.try(e)
}

// Counters is the edge's.
func (w *world) Counters(context.Context) (edgewire.Counters, error) { return w.counters, w.away }

// users make the requests of a second, shared out as the route says.
func (w *world) users() {
	for _, f := range w.flows {
		for range w.perSecond {
			n, fails := w.rand.IntN(100), w.rand.Float64()
			for _, g := range w.lane.Route.Groups {
				if n -= g.Weight; n < 0 {
					w.request(f.Name, g.Deployment, g.Release, fails < w.fails[g.Release][f.Name])
					break
				}
			}
		}
	}
}

// request is counted as the edge does.
func (w *world) request(name, deployment, release string, fails bool) {
	c := w.counter(name, deployment, release)
	c.Units.Requests++
	c.Units.Latency[2]++
	if fails {
		c.Units.Errors++
		w.plain(deployment).Status[4]++
	}
}

func (w *world) counter(name, deployment, release string) *edgewire.FlowCounter {
	for i := range w.counters.Flows {
		if c := &w.counters.Flows[i]; c.Flow == name && c.Deployment == deployment {
			return c
		}
	}
	w.counters.Flows = append(w.counters.Flows, edgewire.FlowCounter{Flow: name, Step: "ask", Service: "tickets", Environment: "prod", Release: release,
		Deployment: deployment, Bounds: flow.DefaultBounds, Units: edgewire.Units{Latency: make([]uint64, len(flow.DefaultBounds)+1)}})
	return &w.counters.Flows[len(w.counters.Flows)-1]
}

func (w *world) plain(deployment string) *edgewire.Counter {
	for i := range w.counters.Counters {
		if c := &w.counters.Counters[i]; c.Deployment == deployment {
			return c
		}
	}
	w.counters.Counters = append(w.counters.Counters, edgewire.Counter{Service: "tickets", Environment: "prod", Deployment: deployment, Status: make([]uint64, 5)})
	return &w.counters.Counters[len(w.counters.Counters)-1]
}

// second lets a second pass: users, then the edge's routes, then a look of the judge.
func (w *world) second() {
	w.Helper()
	w.users()
	w.now = w.now.Add(time.Second)
	if w.lane.Route.Applied < w.lane.Route.Revision {
		w.step(deploy.EventRouted, deploy.Routed{Revision: w.lane.Route.Revision}, nil)
	}
	if a := w.lane.Active; a != nil && a.Timer != nil && !w.now.Before(a.Timer.At) {
		w.step(machine.Timer, a.Timer, nil)
	}
	w.look()
}

func (w *world) look() {
	w.Helper()
	want := map[string]deploy.JudgeSpec{}
	if spec := w.spec(); spec != nil {
		want[spec.Deployment] = *spec
	}
	w.judge.forget(want)
	if len(want) > 0 {
		w.judge.look(w.Context(), want)
	}
}

// judged lets seconds pass until the judge is not asked any more, and says how many.
func (w *world) judged(most int) int {
	w.Helper()
	for n := range most {
		if w.spec() == nil {
			return n
		}
		w.second()
	}
	return most
}

func (w *world) ticks(deployment string) (all []store.Tick) {
	w.Helper()
	err := w.store.Ticks(w.Context(), deployment, func(t store.Tick) error {
		all = append(all, t)
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return all
}

func (w *world) last() deploy.Judged {
	w.Helper()
	if len(w.said) == 0 {
		w.Fatal("the judge said nothing")
	}
	return w.said[len(w.said)-1]
}

// evidence is what was last said of a flow.
func (w *world) evidence(name string) deploy.FlowEvidence {
	w.Helper()
	for _, f := range w.last().Flows {
		if f.Flow == name {
			return f
		}
	}
	w.Fatalf("nothing is said of %s: %+v", name, w.last())
	return deploy.FlowEvidence{}
}

const canary = "tickets.prod.2"
