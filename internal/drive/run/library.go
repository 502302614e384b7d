package run

import (
	"context"
	"fmt"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/jq"
)

// Room for what is decoded, in bytes of JSON; decoded it takes up to ten times as much.
const (
	definitionsRoom = 8 << 20
	valuesRoom      = 8 << 20
)

// Library gives definitions and values by their digests, and keeps those that were used
// lately decoded. It is for all runs, at the same time.
type Library struct {
	read        func(ctx context.Context, digest string) (machine.Value, error)
	definitions *cache[*workflow.Definition]
	values      *cache[any]
}

var _ interp.Library = (*Library)(nil)

// NewLibrary makes a library over what reads blobs: Engine.Value.
func NewLibrary(read func(ctx context.Context, digest string) (machine.Value, error)) *Library {
	return &Library{read: read, definitions: newCache[*workflow.Definition](definitionsRoom), values: newCache[any](valuesRoom)}
}

// Definition gives the workflow whose Canonical has the digest.
func (l *Library) Definition(digest string) (*workflow.Definition, error) {
	if d, ok := l.definitions.get(digest); ok {
		return d, nil
	}
	text, err := l.read(context.Background(), digest)
	if err != nil {
		return nil, fmt.Errorf("the definition of a workflow: %w", err)
	}
	d, err := workflow.Load(text)
	if err != nil {
		return nil, fmt.Errorf("the definition %.19s: %w", digest, err)
	}
	l.definitions.put(digest, d, len(text))
	return d, nil
}

// Value gives a value as expressions want it. It is shared: nobody may change it.
func (l *Library) Value(digest string) (any, error) {
	if v, ok := l.values.get(digest); ok {
		return v, nil
	}
	text, err := l.read(context.Background(), digest)
	if err != nil {
		return nil, fmt.Errorf("a value: %w", err)
	}
	v, err := jq.Decode(text)
	if err != nil {
		return nil, fmt.Errorf("the value %.19s: %w", digest, err)
	}
	l.values.put(digest, v, len(text))
	return v, nil
}

// value gives what a Datum stands for.
func (l *Library) value(d interp.Datum) (any, error) {
	switch {
	case d.D != "":
		return l.Value(d.D)
	case len(d.V) > 0:
		return jq.Decode(d.V)
	}
	return nil, nil
}
