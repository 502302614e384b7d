package control_test

import (
	"context"
	"log/slog"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/glass"
	"slipway.dev/internal/core/lease"
	"slipway.dev/internal/core/train"
	drivegate "slipway.dev/internal/drive/gate"
	drive "slipway.dev/internal/drive/release"
	"slipway.dev/internal/drive/source"
	"slipway.dev/internal/engine"
)

// doors has the gates of waiting lanes answered as the program does, from the time on that
// answer is called. Commits are written by nobody, or w.writers.
func (w *world) doors() (answer func()) {
	e := w.engine
	engine.Register(e, "lease", lease.Version, lease.Machine{})
	engine.Register(e, "glass", glass.Version, glass.Machine{})
	engine.Register(e, "train", train.Version, train.Machine{})
	book := drivegate.NewBook(drivegate.Deps{
		Governing: func(ctx context.Context) ([]config.Owned, error) { return source.Governing(ctx, e) },
		Engine:    e, Everybody: w.people.Everybody, Resolve: drive.Resolver{Engine: e}.Resolve,
		Contributors: func(context.Context, string, string, string, string) ([]gate.Contributor, error) {
			if list := w.writers.Load(); list != nil {
				return *list, nil
			}
			return nil, nil
		},
	})
	w.Control.Doors = book
	e.HandleFacts("deploy", book.Facts)
	e.HandleFacts("glass", book.GlassFacts)
	asker := drivegate.NewAsker(book, slog.New(slog.DiscardHandler))
	e.HandleDesired(deploy.DesiredGate, asker)
	e.HandleEffect(deploy.EffectSign, drivegate.Signer{Engine: e, Keys: w.vault, By: gate.Verifier{ID: "https://slipway.example.com", Version: "test"}})
	e.HandleEffect(train.EffectRollback, drivegate.Back{Engine: e})
	return func() {
		ctx, stop := context.WithCancel(context.Background())
		w.Cleanup(stop)
		go asker.Run(ctx)
		go asker.Follow(ctx)
	}
}
