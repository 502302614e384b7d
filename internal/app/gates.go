package app

import (
	"context"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	coregate "slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/glass"
	"slipway.dev/internal/core/lease"
	"slipway.dev/internal/core/train"
	"slipway.dev/internal/drive/gate"
	"slipway.dev/internal/drive/source"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/version"
)

// openGates registers what answers the lanes that stand at a door.
func (h *house) openGates() {
	e := h.engine
	engine.Register(e, "lease", lease.Version, lease.Machine{})
	engine.Register(e, "glass", glass.Version, glass.Machine{})
	engine.Register(e, "train", train.Version, train.Machine{})
	h.gates = gate.NewBook(gate.Deps{
		Governing: func(ctx context.Context) ([]config.Owned, error) { return source.Governing(ctx, e) },
		Engine:    e, Everybody: h.people.Everybody, Contributors: h.sources.Contributors, Resolve: h.releases.Resolve,
		FlowsOf: h.catalog.FlowsOf,
	})
	e.HandleFacts("deploy", h.gates.Facts)
	e.HandleFacts("glass", h.gates.GlassFacts)
	h.asker = gate.NewAsker(h.gates, h.Log)
	e.HandleDesired(deploy.DesiredGate, h.asker)
	e.HandleEffect(deploy.EffectSign, gate.Signer{Engine: e, Keys: h.vault, By: coregate.Verifier{ID: h.page(), Version: version.Get().Version}})
	e.HandleEffect(train.EffectRollback, gate.Back{Engine: e})
}

// runGates has the gates of waiting lanes evaluated, and releases promoted that go on by
// themselves.
func (h *house) runGates() {
	h.beside(func() { h.asker.Run(h.ctx) })
	h.beside(func() { h.asker.Follow(h.ctx) })
	promoter := gate.Promoter{Book: h.gates, Log: h.Log}
	h.beside(func() { promoter.Run(h.ctx) })
}
