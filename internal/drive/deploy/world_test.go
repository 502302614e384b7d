package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/target"
	"slipway.dev/internal/wire/edgewire"
)

// world plays all hands, and refuses what the real ones refuse. It holds the driver to what
// would lose a request: an instance that the edge still sends requests to is never stopped.
type world struct {
	*testing.T
	mu       sync.Mutex
	events   []engine.To // that were taken
	fails    int         // how many submissions fail from now on
	starts   int         // how many starts fail from now on
	running  map[string]target.Instance
	table    edgewire.Table
	refuses  string // the edge takes no table with this instance
	badFlow  string // nor with this flow
	counters edgewire.Counters
	inFlight map[string]int64
	asks     int           // how often the edge was asked whether an instance is drained
	gate     chan struct{} // it answers only when this is closed; nil: at once
	statuses chan target.Status
	known    func(id string) (bool, error)
	log      strings.Builder
	keeper   *Keeper
}

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	w := &world{T: t, running: map[string]target.Instance{}, inFlight: map[string]int64{}, statuses: make(chan target.Status)}
	w.known = func(id string) (bool, error) { return strings.HasPrefix(id, "tickets."), nil }
	ctx, cancel := context.WithCancel(t.Context())
	w.keeper = NewKeeper(ctx, w.deps())
	t.Cleanup(func() {
		cancel()
		w.keeper.Wait()
	})
	return w
}

func (w *world) deps() Deps {
	return Deps{
		Engine: w, Blobs: w, Target: played{w}, Artifacts: w, Edge: edge{w},
		Log: slog.New(slog.NewTextHandler(locked{w}, nil)), DrainLimit: time.Minute, Epoch: func() int64 { return 7 },
		Known: func(_ context.Context, _, _, id string) (bool, error) { return w.known(id) },
		Environ: func(context.Context, string, string) (map[string]string, error) {
			return map[string]string{"SLIPWAY_URL_PAYMENTS": "http://payments", "COLOR": "slipway's"}, nil
		},
	}
}

var resolved = config.Resolved{
	Service: "tickets", Environment: "dev", Command: []string{"./app"}, Env: map[string]string{"COLOR": "blue"},
	Smoke: []config.Check{{Name: "answers"}}, Timeout: time.Second,
}

var configDigest = "sha256:config"

func (w *world) Get(_ context.Context, digest string) ([]byte, error) {
	if digest != configDigest {
		return nil, fault.New(fault.NotFound, "there is no blob %q", digest)
	}
	return json.Marshal(resolved)
}

func (w *world) Unpack(_ context.Context, digest string) (string, error) {
	if digest != "sha256:artifact" {
		return "", fault.New(fault.NotFound, "there is no artifact %q", digest)
	}
	return "/root/of/" + digest, nil
}

// Submit refuses what a lane would: a status it knows.
func (w *world) Submit(_ context.Context, to ...engine.To) (engine.Receipt, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fails > 0 {
		w.fails--
		return engine.Receipt{}, fault.New(fault.Unavailable, "the disk is full")
	}
	w.events = append(w.events, to...)
	return engine.Receipt{Position: int64(len(w.events))}, nil
}

// told gives the events of a kind, as "lane data".
func (w *world) told(kind string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []string
	for _, e := range w.events {
		if e.Event.Type == kind {
			list = append(list, e.Machine+" "+string(e.Event.Data))
		}
	}
	return list
}

type locked struct{ *world }

func (l locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.log.Write(p)
}

func (w *world) logged() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.String()
}

type played struct{ *world }

func (p played) Ensure(_ context.Context, in target.Instance, root string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.starts > 0 {
		p.starts--
		return errors.New("no such program ./app")
	}
	if root == "" || len(in.Command) == 0 || in.ID == "" {
		return fmt.Errorf("an instance without root, command or ID: %+v", in)
	}
	p.running[in.ID] = in
	return nil
}

func (p played) Stop(_ context.Context, id string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if slices.Contains(routed(p.table), id) || p.inFlight[id] > 0 {
		p.Errorf("%s was stopped while requests went to it", id)
	}
	delete(p.running, id)
	return nil
}

func (p played) List(context.Context) ([]target.Status, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []target.Status
	for id := range p.running {
		list = append(list, target.Status{ID: id, State: target.Healthy})
	}
	return list, nil
}

func (p played) Watch(ctx context.Context) <-chan target.Status {
	out := make(chan target.Status)
	go func() {
		defer close(out)
		for {
			select {
			case s := <-p.statuses:
				out <- s
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

type edge struct{ *world }

func routed(t edgewire.Table) []string {
	var ids []string
	for _, s := range t.Services {
		for _, g := range s.Groups {
			for _, in := range g.Instances {
				ids = append(ids, in.ID)
			}
		}
	}
	return ids
}

// Apply refuses an older table, as the edge does.
func (e edge) Apply(_ context.Context, t edgewire.Table) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if t.Epoch < e.table.Epoch || t.Epoch == e.table.Epoch && t.Generation <= e.table.Generation {
		return fault.New(fault.Conflict, "the table %d/%d is not newer than %d/%d", t.Epoch, t.Generation, e.table.Epoch, e.table.Generation)
	}
	if e.refuses != "" && slices.Contains(routed(t), e.refuses) {
		return fault.New(fault.Invalid, "instance %s has no good address", e.refuses)
	}
	for _, f := range t.Flows {
		if f.Name == e.badFlow {
			return fault.New(fault.Invalid, "flow %s has no good pattern", f.Name)
		}
	}
	e.table = t
	return nil
}

func (e edge) Table(context.Context) (edgewire.Table, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.table, nil
}

func (e edge) Counters(context.Context) (edgewire.Counters, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return edgewire.Counters{Counters: slices.Clone(e.counters.Counters)}, nil
}

func (e edge) Drained(_ context.Context, id string, _ time.Duration) (edgewire.Drained, error) {
	e.mu.Lock()
	e.asks++
	gate := e.gate
	e.mu.Unlock()
	if gate != nil {
		<-gate
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return edgewire.Drained{Instance: id, Known: true, Routed: slices.Contains(routed(e.table), id), InFlight: e.inFlight[id]}, nil
}

// do changes the world.
func (w *world) do(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}

func (w *world) await(what string, done func() bool) {
	w.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			w.Fatalf("it never came about that %s\n%s", what, w.logged())
		}
	}
}

func (w *world) runs(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, ok := w.running[id]
	return ok
}

const lane = "deploy/tickets/dev"

// want tells the keeper which instances are desired.
func (w *world) want(ids ...string) {
	w.Helper()
	all := []engine.Desired{}
	for _, id := range ids {
		all = append(all, engine.Desired{Machine: lane, Kind: deploy.DesiredInstance, Key: id, Spec: machine.Must(deploy.InstanceSpec{
			ID: id, Service: "tickets", Environment: "dev", Deployment: id[:strings.LastIndex(id, ".")], Release: "r1", Artifact: "sha256:artifact", Config: configDigest})})
	}
	if err := w.keeper.Reconcile(w.Context(), all); err != nil {
		w.Fatal(err)
	}
}
