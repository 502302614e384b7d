package app

import (
	"context"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/manifest"
	coretraffic "slipway.dev/internal/core/traffic"
	"slipway.dev/internal/drive/traffic"
	"slipway.dev/internal/engine"
)

// countEvery is how often what the edge counted is written down: at each full hour.
const countEvery = time.Hour

// lastCount is how long the end may wait for the edge's counters.
const lastCount = 2 * time.Second

// openTraffic registers what counts the requests of environments.
func (h *house) openTraffic() {
	engine.Register(h.engine, "traffic", coretraffic.Version, coretraffic.Machine{})
	h.traffic = traffic.New(traffic.Deps{Engine: h.engine, Edge: h.edge, Environments: h.environments, Log: h.Log})
}

// environments gives the names of those that are in force.
func (h *house) environments(ctx context.Context) ([]string, error) {
	rows, err := h.engine.List(ctx, config.ResourceID(manifest.KindEnvironment, ""))
	var names []string
	for _, row := range rows {
		if row.Status != "removed" {
			names = append(names, row.Summary.Labels["name"])
		}
	}
	return names, err
}

// endTraffic writes down what was counted last, while the engine still takes events.
func (h *house) endTraffic() {
	ctx, cancel := context.WithTimeout(context.Background(), lastCount)
	defer cancel()
	h.traffic.End(ctx)
}
