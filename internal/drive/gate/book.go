package gate

import (
	"context"
	"strings"
	"sync"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/escalate"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/engine"
)

// Deps are what a Book needs of others.
type Deps struct {
	Engine *engine.Engine
	// Governing gives the resources in force that govern; see config.Governs.
	Governing func(ctx context.Context) ([]config.Owned, error)
	// Everybody gives all accounts and their rights, without the teams of manifests.
	Everybody func(ctx context.Context) (access.Everybody, error)
	// Contributors gives who wrote the commits of a source that are reachable from to and
	// not from from. Empty from: all that touch path.
	Contributors func(ctx context.Context, source, from, to, path string) ([]gate.Contributor, error)
	// Resolve gives the configuration with which a service's manifest, by its digest, runs
	// in an environment now.
	Resolve func(ctx context.Context, spec, environment string) (digest string, c config.Resolved, err error)
	// FlowsOf gives the flows in force that a service takes part in.
	FlowsOf func(ctx context.Context, service string) ([]flow.Flow, error)
}

// Book is a picture of all that gates depend on. Its methods may be called by many goroutines.
type Book struct {
	Deps
	cache cache

	mu       sync.Mutex
	changes  int64                  // counts what was dropped, so that nothing is kept that was read before
	rules    *rules                 // nil: to be read again
	configs  map[configKey]resolved // as of now
	services map[string]service     // by digest of the manifest
	writers  map[writersKey][]gate.Contributor
}

// rules are what holds for all: the policies of environments, services, and people.
type rules struct {
	policies  map[string]*gate.Compiled // by environment
	problems  map[string]error          // by environment: why it has no policy
	ways      map[string]escalate.Way   // by team: who is told if nobody answers
	directory *access.Directory
	guards    []machine.Guard // that all of this is still so
}

type service struct {
	team   string // of the one in force
	labels map[string]string
	needs  []string
}

type writersKey struct{ source, from, to, path string }

// mostKept bounds each of the book's maps; a full one begins anew.
const mostKept = 50_000

// NewBook makes a book that reads what it needs when it is asked.
func NewBook(d Deps) *Book {
	b := &Book{Deps: d, configs: map[configKey]resolved{}, services: map[string]service{}, writers: map[writersKey][]gate.Contributor{}}
	b.cache = cache{engine: d.Engine, dropped: b.dropped}
	return b
}

// dropped forgets what was made from a machine that has changed.
func (b *Book) dropped(kind, id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case kind == "access", kind == "person":
		b.rules = nil
	case kind == "policy":
		b.rules = nil
		clear(b.configs)
	case kind == "resource" && config.Governs(kindOf(id)):
		b.rules = nil
		clear(b.configs)
	case kind == "secret":
		clear(b.configs)
	default:
		return
	}
	b.changes++
}

// kindOf gives the kind of a resource, by the identity of its machine.
func kindOf(id string) string {
	kind, _, _ := strings.Cut(strings.TrimPrefix(id, "resource/"), "/")
	return kind
}

// now brings the book up to date and gives the rules.
func (b *Book) now(ctx context.Context) (*rules, error) {
	if err := b.cache.catchUp(ctx); err != nil {
		return nil, err
	}
	b.mu.Lock()
	r, changes := b.rules, b.changes
	b.mu.Unlock()
	if r != nil {
		return r, nil
	}
	r, err := b.read(ctx)
	if err != nil {
		return nil, err
	}
	b.remember(changes, func() { b.rules = r })
	return r, nil
}

// remember keeps what was read, unless something changed since.
func (b *Book) remember(changes int64, keep func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.changes == changes {
		keep()
	}
}

// read makes the rules of what is in force. The guards are taken first: what changes while
// the rest is read makes them fail.
func (b *Book) read(ctx context.Context) (*rules, error) {
	r := &rules{policies: map[string]*gate.Compiled{}, problems: map[string]error{}, ways: map[string]escalate.Way{}}
	for _, id := range []string{config.PolicyID, access.BindingsID} {
		_, step, err := of[any](ctx, &b.cache, id)
		if err != nil {
			return nil, err
		}
		r.guards = append(r.guards, machine.Guard{Machine: id, Step: step})
	}
	owned, err := b.Governing(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]manifest.Resource, len(owned))
	for i, o := range owned {
		all[i] = o.Resource
	}
	everybody, err := b.Everybody(ctx)
	if err != nil {
		return nil, err
	}
	everybody.Teams = config.TeamsOf(all)
	r.directory = access.NewDirectory(everybody)
	for _, o := range all {
		switch o.Kind {
		case manifest.KindEnvironment:
			r.policies[o.Name], r.problems[o.Name] = compiled(o, all)
		case manifest.KindTeam:
			t, err := o.TeamSpec()
			if err != nil {
				return nil, err
			}
			r.ways[o.Name] = escalate.Of(o.Name, t.Escalation)
		}
	}
	return r, nil
}

func (b *Book) document(ctx context.Context, digest string) (manifest.Resource, error) {
	blob, err := b.Engine.Blobs().Get(ctx, digest)
	if err != nil {
		return manifest.Resource{}, err
	}
	return manifest.Load(blob)
}

func compiled(environment manifest.Resource, all []manifest.Resource) (*gate.Compiled, error) {
	p, err := config.PolicyFor(environment, all)
	if err != nil {
		return nil, err
	}
	return gate.Compile(p), nil
}

// service gives what a service's manifest in force says of it, and the step of its resource.
func (b *Book) service(ctx context.Context, name string) (service, int64, error) {
	state, step, err := of[config.ResourceState](ctx, &b.cache, config.ResourceID(manifest.KindService, name))
	if err != nil || step == 0 || state.Removed {
		return service{}, step, err
	}
	have, err := b.declared(ctx, state.Digest)
	have.team = state.Team
	return have, step, err
}

// declared gives what a service's manifest, by its digest, says of it.
func (b *Book) declared(ctx context.Context, digest string) (service, error) {
	b.mu.Lock()
	have, ok := b.services[digest]
	b.mu.Unlock()
	if ok || digest == "" {
		return have, nil
	}
	r, err := b.document(ctx, digest)
	if err != nil {
		return service{}, err
	}
	have = serviceOf(r)
	b.mu.Lock()
	defer b.mu.Unlock()
	put(b.services, digest, have)
	return have, nil
}

func serviceOf(r manifest.Resource) service {
	out := service{labels: map[string]string{}}
	for k, v := range r.Labels {
		out.labels[string(k)] = string(v)
	}
	if s, err := r.Service(); err == nil {
		for _, n := range s.Needs {
			out.needs = append(out.needs, string(n))
		}
	}
	return out
}

// needed gives the services that one needs, as it is known; none if it cannot be read now.
func (b *Book) needed(ctx context.Context, name string) []string {
	if b.cache.catchUp(ctx) != nil {
		return nil
	}
	s, _, err := b.service(ctx, name)
	if err != nil {
		return nil
	}
	return s.needs
}

// put adds to a bounded map.
func put[K comparable, V any](m map[K]V, k K, v V) {
	if len(m) >= mostKept {
		clear(m)
	}
	m[k] = v
}

// contributors gives who wrote a range of commits. What two commits have between them never
// changes, so it is asked once.
func (b *Book) contributors(ctx context.Context, key writersKey) ([]gate.Contributor, error) {
	b.mu.Lock()
	have, ok := b.writers[key]
	b.mu.Unlock()
	if ok {
		return have, nil
	}
	list, err := b.Contributors(ctx, key.source, key.from, key.to, key.path)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	put(b.writers, key, list)
	return list, nil
}
