// Package app is the only place that puts the parts of the house together, and says in which
// order they start and stop:
//
//	store ─▶ box, artifacts, target ─▶ lease ─▶ API's listeners ─▶ signing key ─▶ adopt what runs
//	      ─▶ edge (if none runs) ─▶ engine leads ─▶ API and page
//
// It stops in the reverse order. The edge and the instances are not stopped: they outlive it.
package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/artifact"
	"slipway.dev/internal/control"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	coredeploy "slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	corerelease "slipway.dev/internal/core/release"
	corevault "slipway.dev/internal/core/vault"
	"slipway.dev/internal/drive/catalog"
	"slipway.dev/internal/drive/chaos"
	"slipway.dev/internal/drive/deploy"
	"slipway.dev/internal/drive/gate"
	"slipway.dev/internal/drive/judge"
	"slipway.dev/internal/drive/load"
	"slipway.dev/internal/drive/metrics"
	"slipway.dev/internal/drive/notify"
	"slipway.dev/internal/drive/people"
	"slipway.dev/internal/drive/release"
	"slipway.dev/internal/drive/run"
	"slipway.dev/internal/drive/slo"
	"slipway.dev/internal/drive/source"
	"slipway.dev/internal/drive/traffic"
	"slipway.dev/internal/drive/vault"
	"slipway.dev/internal/edgeclient"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/metrics/ring"
	"slipway.dev/internal/secret"
	"slipway.dev/internal/store"
	"slipway.dev/internal/target/process"
	"slipway.dev/internal/view/history"
	"slipway.dev/internal/wire/edgewire"
)

// house is everything of one control plane, put together.
type house struct {
	Options
	dirs       Dirs
	store      *store.Store
	engine     *engine.Engine
	vault      vault.Vault
	artifacts  *artifact.Store
	target     *process.Target
	edge       *edgeclient.Client
	sources    *source.Driver
	releases   *release.Driver
	keeper     *deploy.Keeper
	watcher    *deploy.Watcher
	gates      *gate.Book
	asker      *gate.Asker
	traffic    *traffic.Counter
	catalog    *catalog.Book
	router     *deploy.Router
	judge      *judge.Judge
	chaos      *chaos.Driver
	load       *load.Driver
	ring       *ring.Ring // nil until this one leads
	collector  *metrics.Collector
	objectives *slo.Evaluator
	servers    servers
	people     *people.Driver
	runs       *run.Driver
	messages   *notify.Driver
	smoker     deploy.Smoker
	control    *control.Control

	ctx  context.Context // of all that runs beside the engine
	stop context.CancelFunc
	wg   sync.WaitGroup

	listeners []net.Listener // of API and page
	waiting   *time.Timer    // says that another one leads

	helloMu sync.Mutex
	hello   edgewire.Hello
}

// self is the actor of what the control plane does of its own accord.
var self = machine.System("slipway")

// build opens the store and puts the parts together. Nothing runs yet.
func build(ctx context.Context, o Options) (*house, error) {
	h := &house{Options: o, dirs: Dirs{o.Data}}
	if err := h.dirs.Make(); err != nil {
		return nil, err
	}
	var err error
	if h.store, err = store.Open(ctx, o.storeAddress(h.dirs), store.Options{Log: o.Log}); err != nil {
		return nil, err
	}
	if err := h.hands(); err != nil {
		return nil, errors.Join(err, h.store.Close())
	}
	h.ctx, h.stop = context.WithCancel(context.WithoutCancel(ctx))
	owned := func(ctx context.Context) ([]config.Owned, error) { return source.Owned(ctx, h.engine) }
	h.catalog = catalog.New(h.engine, owned)
	h.drives()
	h.openFlows()
	h.openTasks()
	if err := h.openPeople(); err != nil {
		return nil, errors.Join(err, h.store.Close())
	}
	h.openGates()
	h.openTraffic()
	h.openRuns()
	h.openDrills()
	h.control = control.New(control.Deps{
		Engine: h.engine, Vault: h.vault, Sources: h.sources, Logs: logs{h}, Journal: journal{h}, Doors: h.gates,
		People: h.people, Directory: h.people.Directory, Refused: h.refused,
		Catalog: h.catalog, Canaries: h.judge, Runner: runner{h.runs.Library, h}, Smoke: h.smoker.Try, Notice: h.notice,
		Fault: h.chaos.Fault, Load: h.load.Load,
		Figures: kept{h}, Measured: h.measured, Pillars: h.targets, Exposition: h.collector.WriteText,
		Resolve: h.releases.Resolve,
		Owned:   owned,
		Ended: func(ctx context.Context, q model.DeploymentsQuery) ([]coredeploy.Ended, error) {
			return history.Find(ctx, h.store, history.Query{Service: q.Service, Environment: q.Environment, Limit: q.Limit})
		},
		Seen: func(ctx context.Context, position int64) error { return h.engine.Wait(ctx, position, history.Name) },
		URL:  h.url, Info: h.info,
	})
	h.runs.Functions = control.NewFunctions(h.control)
	return h, nil
}

// hands opens what touches the world.
func (h *house) hands() error {
	box, err := secret.OpenBox(h.dirs.Box())
	if err != nil {
		return err
	}
	h.engine = engine.New(h.store, engine.Options{Log: h.Log, Retention: h.KeepJournal, Sign: h.checkpoint, Begin: h.begin, Before: faultBefore, After: faultAfter})
	h.vault = vault.Vault{Engine: h.engine, Box: box}
	h.artifacts, err = artifact.Open(h.dirs.Artifacts(), artifact.Options{
		Runner: artifact.Confined{Hide: []string{h.dirs.Root}}, Cache: h.BuildCache, Signer: h.vault, Log: h.Log,
	})
	if err != nil {
		return err
	}
	h.target, err = process.New(process.Options{
		Dir: h.dirs.Instances(), Hide: []string{h.dirs.Root}, LogKeep: h.KeepLogs, Log: h.Log, Epoch: h.engine.Epoch,
		Secrets: func(ctx context.Context, name, version string) ([]byte, error) {
			return h.vault.Open(ctx, name+"@"+version)
		},
	})
	if err != nil {
		return err
	}
	h.edge = edgeclient.New(h.dirs.EdgeSocket())
	return nil
}

// drives registers machines, effects and reconcilers with the engine.
func (h *house) drives() {
	e := h.engine
	engine.Register(e, "source", config.SourceVersion, config.Source{})
	engine.Register(e, "resource", config.ResourceVersion, config.Resource{})
	engine.Register(e, "policy", config.PolicyVersion, config.Policy{})
	engine.Register(e, "release", corerelease.Version, corerelease.Machine{})
	engine.Register(e, "deploy", coredeploy.Version, coredeploy.Lane{})
	engine.Register(e, "deployment", coredeploy.RecordVersion, coredeploy.Record{})
	e.AddView(history.View())
	engine.Register(e, "secret", corevault.SecretVersion, corevault.Secret{})
	engine.Register(e, "key", corevault.KeysVersion, corevault.Keys{})

	h.sources = source.New(source.Deps{
		Engine: e, Dir: h.dirs.Sources(), Open: h.vault.Current, Log: h.Log,
		Directory: func(ctx context.Context) (*access.Directory, error) { return h.people.Directory(ctx) }, // opened later
	})
	e.HandleDesired(config.DesiredWatch, h.sources)
	e.HandleFacts("source", h.sources.Facts)

	h.releases = &release.Driver{
		Resolver: release.Resolver{Engine: e}, Artifacts: h.artifacts, Mirror: h.sources.Mirror, Logs: release.Logs{Dir: h.dirs.Builds()},
	}
	e.HandleEffect(corerelease.EffectBuild, release.Build{Driver: h.releases})
	e.HandleEffect(corerelease.EffectImport, release.Import{Driver: h.releases})
	e.HandleEffect(corerelease.EffectCancel, release.Cancel{Driver: h.releases})
	e.HandleFacts("release", h.releases.Facts)

	deps := deploy.Deps{
		Engine: e, Blobs: e.Blobs(), Target: h.target, Artifacts: h.artifacts, Edge: h.edge, Log: h.Log,
		Known: h.known, Environ: h.environ, Flows: h.edgeFlows, Faults: h.faults, Check: h.check, DrainLimit: 30 * time.Second, Epoch: e.Epoch,
	}
	h.keeper = deploy.NewKeeper(h.ctx, deps)
	h.watcher = deploy.NewWatcher(deps)
	e.HandleDesired(coredeploy.DesiredInstance, h.keeper)
	h.router = deploy.NewRouter(deps)
	e.HandleDesired(coredeploy.DesiredRoute, h.router)
	e.HandleDesired(coredeploy.DesiredWatch, h.watcher)
	h.smoker = deploy.Smoker{Deps: deps}
	e.HandleEffect(coredeploy.SmokeCheck, h.smoker)
	h.judge = judge.New(judge.Deps{Engine: e, Edge: h.edge, Ticks: h.store, Flows: h.catalog.Flows, Check: h.smoker.Try, Log: h.Log, Now: e.Now})
	e.HandleDesired(coredeploy.DesiredJudge, h.judge)
}

// known says whether an instance is of a deployment that this store made.
func (h *house) known(ctx context.Context, service, environment, instance string) (bool, error) {
	s, _, err := engine.Load[coredeploy.State](ctx, h.engine, coredeploy.MachineID(service, environment))
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return s.Made(instance), err
}

// environ gives an instance the addresses of all services, through the edge's internal
// listener, so that calls between services are seen and follow a deployment.
func (h *house) environ(ctx context.Context, _, environment string) (map[string]string, error) {
	hello, err := h.edgeHello(ctx)
	if err != nil {
		return nil, err
	}
	env := map[string]string{}
	if len(hello.Internal) == 0 {
		return env, nil
	}
	rows, err := h.engine.List(ctx, config.ResourceID(manifest.KindService, ""))
	for _, row := range rows {
		name := row.Summary.Labels["name"]
		key := "SLIPWAY_URL_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		env[key] = fmt.Sprintf("http://%s/_svc/%s/%s", hello.Internal[0], url.PathEscape(environment), url.PathEscape(name))
	}
	return env, err
}

// edgeHello asks the edge once where it listens.
func (h *house) edgeHello(ctx context.Context) (edgewire.Hello, error) {
	h.helloMu.Lock()
	defer h.helloMu.Unlock()
	if h.hello.PID != 0 {
		return h.hello, nil
	}
	hello, err := h.edge.Hello(ctx)
	if err == nil {
		h.hello = hello
	}
	return hello, err
}

// url is where users reach a host.
func (h *house) url(host string) string {
	hello, _ := h.edgeHello(h.ctx)
	if host == "*" {
		host = "localhost"
	}
	for _, l := range []struct {
		scheme, port string
		addresses    []string
	}{{"https", "443", hello.HTTPS}, {"http", "80", hello.HTTP}} {
		if len(l.addresses) == 0 {
			continue
		}
		at := l.addresses[0]
		port := at[strings.LastIndex(at, ":")+1:]
		if port == l.port {
			return l.scheme + "://" + host
		}
		return l.scheme + "://" + host + ":" + port
	}
	return "http://" + host
}

// executable is this program, also when its file was replaced by a newer one.
func executable() string {
	if path, err := os.Executable(); err == nil && !strings.HasSuffix(path, " (deleted)") {
		return path
	}
	return "/proc/self/exe"
}
