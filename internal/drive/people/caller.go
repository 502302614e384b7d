package people

import (
	"context"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/identity"
)

// errValue is the same for every value that is not good, so that nobody learns why.
var errValue = fault.New(fault.Denied, "the session or token is not valid any more").WithHint("slipway login; or make a new token")

// Caller says whose session or token a value is.
func (d *Driver) Caller(ctx context.Context, value string) (access.Caller, error) {
	kind, names, hash := identity.ParseValue(value)
	var who access.Caller
	var err error
	switch kind {
	case identity.Session:
		who, err = d.bySession(ctx, names[0], hash)
	case identity.Token:
		who, err = d.byToken(ctx, names[0], names[1], hash)
	default:
		return who, errValue
	}
	if err != nil {
		return access.Caller{}, err
	}
	people, err := d.Directory(ctx)
	if err != nil {
		return access.Caller{}, err
	}
	if !people.Active(who.Person) {
		return access.Caller{}, errValue
	}
	return who, nil
}

func (d *Driver) bySession(ctx context.Context, id, hash string) (access.Caller, error) {
	s, _, err := engine.Load[access.SessionState](ctx, d.Engine, access.SessionID(id))
	if err != nil {
		return access.Caller{}, unknown(err)
	}
	now := d.now()
	if !identity.Same(s.Hash, hash) || !s.Live(now) {
		return access.Caller{}, errValue
	}
	if now.Sub(s.SeenAt) > access.SeenEvery {
		d.note(ctx, to(person(s.Person), access.SessionID(id), access.EventSessionSeen, nil))
	}
	return access.PersonCaller(s.Person, id), nil
}

func (d *Driver) byToken(ctx context.Context, owner, name, hash string) (access.Caller, error) {
	s, _, err := engine.Load[access.TokenState](ctx, d.Engine, access.TokenID(owner, name))
	if err != nil {
		return access.Caller{}, unknown(err)
	}
	now := d.now()
	if !identity.Same(s.Hash, hash) || !s.Live(now) {
		return access.Caller{}, errValue
	}
	who := access.TokenCaller(s.Owner, s.Name, s.Operations())
	if now.Sub(s.UsedAt) > access.SeenEvery {
		d.note(ctx, to(who.Actor, access.TokenID(owner, name), access.EventTokenUsed, nil))
	}
	return who, nil
}

// unknown keeps from strangers what there is and what there is not.
func unknown(err error) error {
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
		return errValue
	}
	return err
}

// note writes down that something was used. A request does not fail by that.
func (d *Driver) note(ctx context.Context, events ...engine.To) {
	if _, err := d.Engine.Submit(ctx, events...); err != nil && ctx.Err() == nil && !fault.Is(err, fault.Refused) {
		d.Log.WarnContext(ctx, "the use of a session or token was not written down", "err", err)
	}
}

// Sessions gives the sessions of an account that have not ended.
func (d *Driver) Sessions(ctx context.Context, owner string) ([]access.SessionState, error) {
	all, err := engine.All[access.SessionState](ctx, d.Engine, "session/")
	now, live := d.now(), []access.SessionState{}
	for _, s := range all {
		if s.Live(now) && (owner == "" || s.Person == owner) {
			live = append(live, s)
		}
	}
	return live, err
}

// EndSession ends a session.
func (d *Driver) EndSession(ctx context.Context, a machine.Actor, id, why string) (engine.Receipt, error) {
	return d.Engine.Submit(ctx, to(a, access.SessionID(id), access.EventSessionEnded, access.Reason{Text: why}))
}

// Session gives a session; fault.NotFound if there is none.
func (d *Driver) Session(ctx context.Context, id string) (access.SessionState, error) {
	s, _, err := engine.Load[access.SessionState](ctx, d.Engine, access.SessionID(id))
	return s, err
}
