package apitest

import (
	"context"

	"slipway.dev/client/model"
)

// System tells about this fake.
func (f *Fake) System(ctx context.Context) (model.System, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return model.System{Version: "dev", Go: "go1.26", Store: "sqlite", Epoch: 1, Leading: !f.Standby, Position: f.position,
		HTTP: []string{"127.0.0.1:8080"}, Page: "http://127.0.0.1:7700", Confinement: "namespaces, cgroups"}, nil
}

// Await waits until a position is written.
func (f *Fake) Await(ctx context.Context, position int64) error {
	for {
		f.mu.Lock()
		seen, changed := f.position >= position, f.changed
		f.mu.Unlock()
		if seen {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}
