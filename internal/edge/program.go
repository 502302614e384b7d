package edge

import (
	"crypto/rand"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/edge/accesslog"
	"slipway.dev/internal/edge/certs"
	"slipway.dev/internal/edge/count"
	"slipway.dev/internal/wire/edgewire"
)

// program is a running edge. What requests need is in the first block and is read
// without locks.
type program struct {
	table    atomic.Pointer[table]
	leaving  atomic.Bool  // clients are to connect anew: a successor is there, or the end
	clients  atomic.Int64 // open connections
	counters *count.Registry
	units    func() *count.Units // made when first needed
	access   *accesslog.Log      // nil: none
	log      *slog.Logger

	options   Options
	id        string
	started   time.Time
	problem   string
	addresses map[string][]string // on which it listens, by kind
	certs     certs.Source        // nil: none
	state     state
	lock      *os.File
	listeners *listeners
	child     *exec.Cmd // the successor, once there is one

	changing sync.Mutex // held while a table is applied or a successor starts
	saving   sync.Mutex // held while figures are saved; after changing
	compiler compiler

	mu       sync.Mutex
	replaced bool
	changed  chan struct{} // closed when there is a new table
	gone     chan struct{} // closed when a successor has taken over
	retired  []*upstream   // not in the table, but still with requests
	lately   map[string]time.Time
	peers    map[string]peer // replaced edges that still serve, by source
}

func newProgram(o Options) *program {
	id := rand.Text()
	p := &program{
		options: o, id: id, started: time.Now().UTC(), log: o.Log, counters: count.NewRegistry(id), units: sync.OnceValue(count.NewUnits),
		state: state{dir: o.StateDir}, changed: make(chan struct{}), gone: make(chan struct{}),
		lately: map[string]time.Time{}, peers: map[string]peer{},
	}
	p.compiler = compiler{defaults: o.Limits, counters: p.counters, inFlight: map[string]*atomic.Int64{}}
	p.table.Store(&table{limits: o.Limits})
	return p
}

// apply checks a table, keeps it on disk and then routes by it. An error changes nothing.
func (p *program) apply(wire edgewire.Table, keep bool) error {
	p.changing.Lock()
	defer p.changing.Unlock()
	if keep && p.isReplaced() {
		return errReplaced
	}
	old := p.table.Load()
	if older(wire, old.wire) {
		return fault.New(fault.Refused, "the edge routes by table %d.%d (epoch.generation); %d.%d is older", old.wire.Epoch, old.wire.Generation, wire.Epoch, wire.Generation).
			WithHint("another control plane leads, or this one must read the edge's table first")
	}
	next, err := p.compiler.compile(wire, old)
	if err != nil {
		return fault.New(fault.Invalid, "the table is wrong").Because(err)
	}
	if keep {
		if err := p.state.saveTable(wire); err != nil {
			return fault.New(fault.Internal, "the table cannot be kept in %s, and was not applied", p.options.StateDir).Because(err)
		}
	}
	p.table.Store(next)
	p.retire(old, next)
	if next.problem != "" && next.problem != old.problem {
		p.log.Warn("not all of the table is in force", "problem", next.problem)
	}
	return nil
}

func older(a, b edgewire.Table) bool {
	return a.Epoch < b.Epoch || a.Epoch == b.Epoch && a.Generation < b.Generation
}

// retire drains what is no longer in the table. By now nobody new finds it.
func (p *program) retire(old, next *table) {
	p.mu.Lock()
	defer p.mu.Unlock()
	still := p.retired[:0]
	for _, u := range p.retired {
		if u.inFlight.Load() > 0 {
			still = append(still, u)
		}
	}
	p.retired = still
	for k, u := range old.upstreams {
		if next.upstreams[k] == nil {
			u.drain()
			p.retired = append(p.retired, u)
			p.lately[k.id] = time.Now()
		}
	}
	p.forget()
	close(p.changed)
	p.changed = make(chan struct{})
}

// rememberFor is how long an instance is known after it left the table.
const rememberFor = 10 * time.Minute

func (p *program) forget() {
	for id, at := range p.lately {
		if time.Since(at) > rememberFor {
			delete(p.lately, id)
		}
	}
}

func (p *program) isReplaced() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.replaced
}

// inFlight counts the requests at each instance.
func (p *program) inFlight() map[string]int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[string]int64{}
	for _, u := range p.all() {
		if n := u.inFlight.Load(); n > 0 {
			out[u.key.id] += n
		}
	}
	return out
}

// all lists the upstreams of the table and the retired ones. p.mu is held.
func (p *program) all() []*upstream {
	var out []*upstream
	for _, u := range p.table.Load().upstreams {
		out = append(out, u)
	}
	return append(out, p.retired...)
}
