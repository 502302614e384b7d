package source_test

import (
	"slices"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/engine"
)

// apply brings manifests into the platform source, as a person would.
func (w *world) apply(name string, content []byte) {
	w.Helper()
	found, problems := manifest.Parse(name, content)
	if err := problems.Err(); err != nil {
		w.Fatal(err)
	}
	p := config.Pushed{Partial: true}
	for _, r := range found {
		if _, err := w.engine.Blobs().Put(w.Context(), r.Document()); err != nil {
			w.Fatal(err)
		}
		item, err := config.ItemOf(r, nil)
		if err != nil {
			w.Fatal(err)
		}
		p.Items = append(p.Items, item)
	}
	_, err := w.engine.Submit(w.Context(), engine.To{Machine: config.SourceID("platform"),
		Event: machine.Event{Type: config.EventPushed, Actor: machine.System("test"), Data: machine.Must(p)}})
	if err != nil {
		w.Fatal(err)
	}
}

func sorted(names ...string) []string {
	slices.Sort(names)
	return names
}
