package app

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/manifest"
	drive "slipway.dev/internal/drive/metrics"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/metrics"
	"slipway.dev/internal/metrics/prometheus"
	"slipway.dev/internal/metrics/ring"
	"slipway.dev/internal/target"
)

// scrapeEvery is how often an app's own metrics are looked at.
const scrapeEvery = 15 * time.Second

// openFigures makes what collects figures.
func (h *house) openFigures() {
	h.collector = drive.New(drive.Deps{
		Ring: kept{h}, Edge: h.edge, Instances: h.instances, Usage: h.target.Usage, Own: h.own, Now: h.engine.Now, Log: h.Log,
	})
}

// beginFigures opens what keeps figures: only who leads may.
func (h *house) beginFigures() error {
	r, err := ring.Open(ring.Options{Dir: h.dirs.Figures(), Log: h.Log})
	if err == nil {
		h.ring = r
	}
	return err
}

// endFigures keeps what was counted last.
func (h *house) endFigures() error {
	if h.ring == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), lastCount)
	defer cancel()
	h.collector.End(ctx)
	return h.ring.Close()
}

// kept is the ring once this one leads.
type kept struct{ *house }

func (k kept) Write(ctx context.Context, at time.Time, b []ring.Batch) (int, error) {
	if k.ring == nil {
		return 0, errNotLeading
	}
	return k.ring.Write(ctx, at, b)
}

func (k kept) Stats() ring.Stats {
	if k.ring == nil {
		return ring.Stats{}
	}
	return k.ring.Stats()
}

func (k kept) Range(ctx context.Context, q metrics.Query) ([]metrics.Row, error) {
	if k.ring == nil {
		return nil, errNotLeading
	}
	return k.ring.Range(ctx, q)
}

var errNotLeading = fault.New(fault.Unavailable, "figures are kept by the control plane that leads, and this one does not")

// figures gives where an environment's figures are.
func (h *house) figures(ctx context.Context, environment string) (metrics.Source, error) {
	r, ok, err := h.catalog.Resource(ctx, manifest.KindEnvironment, environment)
	if err != nil || !ok {
		return kept{h}, err
	}
	env, err := r.Environment()
	if err != nil || env.Metrics.Prometheus == nil {
		return kept{h}, err
	}
	return h.servers.of(h, *env.Metrics.Prometheus)
}

// servers are the metrics servers that environments name, each made once.
type servers struct {
	mu   sync.Mutex
	made map[manifest.PrometheusServer]*prometheus.Server
}

func (s *servers) of(h *house, spec manifest.PrometheusServer) (metrics.Source, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if have := s.made[spec]; have != nil {
		return have, nil
	}
	o := prometheus.Options{URL: string(spec.URL), Private: spec.Private}
	if name := string(spec.Token.From); name != "" {
		o.Token = func(ctx context.Context) (string, error) {
			_, value, err := h.vault.Current(ctx, name)
			return strings.TrimSpace(string(value)), err
		}
	}
	server, err := prometheus.New(o)
	if err != nil {
		return nil, err
	}
	if s.made == nil {
		s.made = map[manifest.PrometheusServer]*prometheus.Server{}
	}
	s.made[spec] = server
	return server, nil
}

// instances gives all instances that lanes want, with where their own metrics are.
func (h *house) instances(ctx context.Context) ([]drive.Instance, error) {
	k, err := h.catalog.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	scrapes := map[string]*drive.Scrape{}
	for _, s := range k.Services() {
		if m := s.Spec.Metrics; m != nil {
			var said []string
			for _, name := range m.Keep {
				said = append(said, string(name))
			}
			scrapes[s.Name] = &drive.Scrape{Path: cmp.Or(string(m.Path), "/metrics"), Interval: m.Interval.Or(scrapeEvery), Keep: drive.Keep(s.Name, said, k.FlowsOf(s.Name))}
		}
	}
	lanes, err := engine.All[deploy.State](ctx, h.engine, "deploy/")
	if err != nil {
		return nil, err
	}
	var list []drive.Instance
	for _, lane := range lanes {
		for _, in := range lane.Instances() {
			list = append(list, drive.Instance{ID: in.ID, Service: lane.Service, Environment: lane.Environment, Release: in.Release, Deployment: in.Deployment,
				State: target.State(in.State), Address: in.Address, Restarts: in.Restarts, Scrape: scrapes[lane.Service]})
		}
	}
	return list, nil
}

// own gives figures of the control plane itself: who leads, how far the journal goes, how many
// machines there are of each kind and status, and how objectives stand.
func (h *house) own(ctx context.Context) []metrics.Sample {
	out := []metrics.Sample{
		{Name: "slipway_engine_leader", Kind: metrics.Gauge, Value: 1}, // who does not lead answers nobody
		{Name: "slipway_engine_epoch", Kind: metrics.Gauge, Value: float64(h.engine.Epoch())},
		{Name: "slipway_effects_parked", Kind: metrics.Gauge, Value: float64(len(h.engine.Parked()))},
	}
	if head, err := h.engine.Await(ctx, -1); err == nil {
		out = append(out, metrics.Sample{Name: "slipway_journal_entries_total", Value: float64(head)})
	}
	for _, kind := range counted {
		rows, err := h.engine.List(ctx, kind+"/")
		if err != nil {
			continue // what cannot be read is missing
		}
		by := map[string]float64{}
		for _, row := range rows {
			by[row.Status]++
		}
		for status, n := range by {
			out = append(out, metrics.Sample{Name: "slipway_machines", Kind: metrics.Gauge, Value: n, Labels: map[string]string{"kind": kind, "status": status}})
		}
	}
	return slices.Concat(out, h.objectives.Samples())
}

// counted are the kinds of machines whose statuses somebody may want to be told of.
var counted = []string{"alert", "deploy", "glass", "slo", "task", "train"}
