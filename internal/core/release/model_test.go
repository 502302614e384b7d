package release

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/manifest"
)

// Three sources fight for four services in random order. Whatever happens, a resource has
// one source, which knows what it has, and the releases of a service are in order.
func TestSourcesNeverShare(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		h := newHouse(t)
		for range 40 {
			act(h, r)
			if wrong := wrongWith(h); wrong != "" {
				t.Fatalf("seed %d: %s", seed, wrong)
			}
		}
	}
}

// act does something that may be refused.
func act(h *house, r *rand.Rand) {
	h.t.Helper()
	name := fmt.Sprint("s", r.IntN(3))
	id := config.SourceID(name)
	var err error
	switch n := r.IntN(10); n {
	case 0:
		err = h.send(id, config.EventSourceRemoved, nil, nil)
	case 1, 2:
		err = h.send(id, config.EventSourceAdded, config.SourceSpec{Name: name, Kind: config.Services, URL: "/repo", Branch: "main"}, nil)
	default:
		p := config.Pushed{Commit: fmt.Sprintf("%016x%024d", r.Uint64(), 0), Previous: h.sources[id].Commit, Partial: n == 3}
		if n == 4 {
			p.Problem = "slipway.yaml:1:1: wrong"
		}
		for i := range 4 {
			if r.IntN(2) == 0 {
				p.Items = append(p.Items, config.Item{Kind: manifest.KindService, Name: fmt.Sprint("x", i), Digest: fmt.Sprint("sha256:", r.IntN(2)),
					Service: &config.ServiceItem{Build: &manifest.Build{Run: "make"}, Changed: r.IntN(2) == 0}})
			}
		}
		err = h.send(id, config.EventPushed, p, nil)
	}
	if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Refused) {
		h.t.Fatal(err)
	}
}

func wrongWith(h *house) string {
	for id, s := range h.sources {
		for held, digest := range s.Holds {
			if r := h.resources["resource/"+held]; r.Source != s.Spec.Name || r.Digest != digest || r.Removed {
				return fmt.Sprintf("%s holds %s at %s, which is %+v", id, held, digest, r)
			}
		}
	}
	orders := map[string]map[int64]bool{}
	for id, s := range h.releases {
		if orders[s.Service] == nil {
			orders[s.Service] = map[int64]bool{}
		}
		last := h.resources[config.ResourceID(manifest.KindService, s.Service)].Releases
		if orders[s.Service][s.Order] || s.Order < 1 || s.Order > last {
			return fmt.Sprintf("%s has the order %d of %d", id, s.Order, last)
		}
		orders[s.Service][s.Order] = true
	}
	for id, r := range h.resources {
		if r.Source != "" && h.sources[config.SourceID(r.Source)].Holds[r.Kind+"/"+r.Name] != r.Digest {
			return fmt.Sprintf("%s belongs to %s, which does not know it", id, r.Source)
		}
	}
	return ""
}
