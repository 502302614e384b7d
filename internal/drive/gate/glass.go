package gate

import (
	"context"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/glass"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
)

// GlassFacts says who breaks or confirms a glass: a person who is signed in and holds the
// right there, as it is at the commit. A program with a token does not break glass.
func (b *Book) GlassFacts(ctx context.Context, _ engine.Reader, e machine.Event) (machine.Value, error) {
	if e.Type != glass.EventRequested && e.Type != glass.EventConfirmed {
		return nil, nil
	}
	r, err := b.now(ctx)
	if err != nil {
		return nil, err
	}
	target, err := b.glassTarget(ctx, e)
	if err != nil {
		return nil, err
	}
	f := glass.Facts{Guards: r.guards}
	who := access.PersonCaller(e.Actor.Name, "")
	scope := access.Scope{Team: target.Team, Environment: target.Environment}
	if e.Actor.Kind == "person" && r.directory.Allowed(who, access.Glass, scope) {
		f.Person, f.Same = e.Actor.Name, r.directory.Same(e.Actor.Name)
	}
	return machine.Must(f), nil
}

func (b *Book) glassTarget(ctx context.Context, e machine.Event) (glass.Target, error) {
	if e.Type == glass.EventRequested {
		request, err := machine.Decode[glass.Request](e)
		return request.Target, err
	}
	s, _, err := of[glass.State](ctx, &b.cache, engine.Subject(ctx))
	return s.Target, err
}
