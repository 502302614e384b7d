// Package catalog keeps a picture of all that manifests declare, as it is in force: what a
// flow is, which services it crosses, who is woken. It is read whole once; after that only
// what the journal says has changed.
package catalog

import (
	"context"
	"strings"
	"sync"

	"slipway.dev/internal/core/catalog"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// resources is how the identity of each machine of a resource begins.
const resources = "resource/"

// Book is that picture. Its methods may be called by many goroutines.
type Book struct {
	engine *engine.Engine
	owned  func(ctx context.Context) ([]config.Owned, error)

	mu     sync.Mutex
	cursor int64                        // the journal was read up to here
	byID   map[string]manifest.Resource // by machine; nil: nothing was read yet
	made   *catalog.Catalog             // of byID; nil: to be made again
}

// New makes a book that reads when it is asked. Owned gives all resources that are in force.
func New(e *engine.Engine, owned func(ctx context.Context) ([]config.Owned, error)) *Book {
	return &Book{engine: e, owned: owned}
}

// Catalog gives the catalog of all that is in force now. It is not to be changed.
func (b *Book) Catalog(ctx context.Context) (*catalog.Catalog, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.catchUp(ctx); err != nil {
		return nil, err
	}
	if b.made == nil {
		all := make([]manifest.Resource, 0, len(b.byID))
		for _, r := range b.byID {
			all = append(all, r)
		}
		b.made = catalog.Of(all)
	}
	return b.made, nil
}

// Resource gives one resource in force; false: there is none.
func (b *Book) Resource(ctx context.Context, kind, name string) (manifest.Resource, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.catchUp(ctx); err != nil {
		return manifest.Resource{}, false, err
	}
	r, ok := b.byID[config.ResourceID(kind, name)]
	return r, ok, nil
}

// Flows gives all flows that are in force, by name.
func (b *Book) Flows(ctx context.Context) ([]flow.Flow, error) {
	c, err := b.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	return c.Flows(), nil
}

// FlowsOf gives the flows that a service takes part in.
func (b *Book) FlowsOf(ctx context.Context, service string) ([]flow.Flow, error) {
	c, err := b.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	return c.FlowsOf(service), nil
}

// catchUp reads what has changed. After an error the next call begins where this one ended.
func (b *Book) catchUp(ctx context.Context) error {
	if b.byID == nil {
		return b.begin(ctx)
	}
	head, err := b.engine.Await(ctx, -1)
	for err == nil && b.cursor < head {
		var entries []store.Entry
		if entries, err = b.engine.Journal(ctx, b.cursor, store.JournalFilter{}); err != nil || len(entries) == 0 {
			return err
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Machine, resources) {
				if err := b.reread(ctx, e.Machine); err != nil {
					return err
				}
			}
			b.cursor = e.Seq
		}
	}
	return err
}

// begin reads everything. Where the journal ends is asked first: what changes meanwhile is
// read once more.
func (b *Book) begin(ctx context.Context) error {
	head, err := b.engine.Await(ctx, -1)
	if err != nil {
		return err
	}
	owned, err := b.owned(ctx)
	if err != nil {
		return err
	}
	byID := make(map[string]manifest.Resource, len(owned))
	for _, o := range owned {
		byID[config.ResourceID(o.Kind, o.Name)] = o.Resource
	}
	b.cursor, b.byID, b.made = head, byID, nil
	return nil
}

func (b *Book) reread(ctx context.Context, id string) error {
	state, _, err := engine.Load[config.ResourceState](ctx, b.engine, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil || state.Removed || state.Digest == "" {
		if _, had := b.byID[id]; had {
			delete(b.byID, id)
			b.made = nil
		}
		return nil
	}
	if had, ok := b.byID[id]; ok && had.Digest == state.Digest {
		return nil
	}
	document, err := b.engine.Blobs().Get(ctx, state.Digest)
	if err != nil {
		return err
	}
	r, err := manifest.Load(document)
	if err != nil {
		return err
	}
	b.byID[id], b.made = r, nil
	return nil
}
