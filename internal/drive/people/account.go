package people

import (
	"context"
	"encoding/json"
	"time"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/identity"
)

// Tell brings an event to an account that there is.
func (d *Driver) Tell(ctx context.Context, a machine.Actor, name, event string, data any) (engine.Receipt, error) {
	if _, err := d.Load(ctx, name); err != nil {
		return engine.Receipt{}, err
	}
	return d.Engine.Submit(ctx, to(a, access.PersonID(name), event, data))
}

// Disable shuts an account. Its sessions end; its tokens hold no more while it is so.
func (d *Driver) Disable(ctx context.Context, a machine.Actor, name, why string) (engine.Receipt, error) {
	r, err := d.Tell(ctx, a, name, access.EventPersonDisabled, access.Reason{Text: why})
	if err != nil {
		return r, err
	}
	return r, d.endSessions(ctx, a, name, "", "the account was disabled")
}

// endSessions ends an account's sessions but one.
func (d *Driver) endSessions(ctx context.Context, a machine.Actor, name, but, why string) error {
	live, err := d.Sessions(ctx, name)
	if err != nil {
		return err
	}
	for _, s := range live {
		if s.ID == but {
			continue
		}
		if _, err := d.EndSession(ctx, a, s.ID, why); err != nil && !fault.Is(err, fault.Refused) {
			return err
		}
	}
	return nil
}

// SetPassword gives an account a new password. The old one and a code prove who asks; other
// sessions end.
func (d *Driver) SetPassword(ctx context.Context, name, session, old, password, code string) error {
	if err := d.limits.Take(name, "", d.now()); err != nil {
		return err
	}
	s, err := d.Load(ctx, name)
	if err != nil {
		return err
	}
	in, ok, err := d.proof(s, old, code)
	if err != nil {
		return err
	}
	if !ok || in.How != access.ByPassword {
		d.Suspect(access.FailedSignIn, name)
		return errSignIn
	}
	has, err := d.unseal(s.Sealed)
	if err != nil {
		return err
	}
	sealed, counter, err := d.credentials(password, code, has.TOTP)
	if err != nil {
		return err
	}
	set := to(person(name), access.PersonID(name), access.EventPasswordSet, access.PasswordSet{Sealed: sealed, Counter: counter})
	if _, err := d.Engine.Submit(ctx, set); err != nil {
		return err
	}
	return d.endSessions(ctx, person(name), name, session, "the password was changed")
}

// BeginNewPasskey gives the options for a new passkey of an account.
func (d *Driver) BeginNewPasskey(ctx context.Context, name string) (json.RawMessage, string, error) {
	if d.Passkeys == nil {
		return nil, "", errNoPasskeys
	}
	h, err := d.holder(ctx, name)
	if err != nil {
		return nil, "", err
	}
	return d.Passkeys.BeginNew(h)
}

// FinishNewPasskey keeps a passkey that an authenticator made for an account.
func (d *Driver) FinishNewPasskey(ctx context.Context, name, flow, title string, response []byte) (engine.Receipt, error) {
	if d.Passkeys == nil {
		return engine.Receipt{}, errNoPasskeys
	}
	whose, key, err := d.Passkeys.FinishNew(flow, response)
	if err != nil {
		return engine.Receipt{}, err
	}
	if whose != name {
		return engine.Receipt{}, identity.ErrFlow
	}
	p := access.Passkey{ID: key.ID, Title: clip(title), Credential: key.Credential}
	return d.Engine.Submit(ctx, to(person(name), access.PersonID(name), access.EventPasskeyAdded, p))
}

// MakeToken makes a token of an account. Its value is shown once.
func (d *Driver) MakeToken(ctx context.Context, a machine.Actor, owner, name string, scopes []string, life time.Duration) (string, access.TokenState, error) {
	for _, n := range []string{owner, name} {
		if err := access.CheckName(n); err != nil {
			return "", access.TokenState{}, err
		}
	}
	value, hash := identity.NewValue(identity.Token, owner, name)
	made := access.Made{Owner: owner, Name: name, Hash: hash, Scopes: scopes, Expires: d.now().Add(life)}
	if _, err := d.Engine.Submit(ctx, to(a, access.TokenID(owner, name), access.EventTokenMade, made)); err != nil {
		return "", access.TokenState{}, err
	}
	s, err := d.Token(ctx, owner, name)
	return value, s, err
}

// Token gives a token; fault.NotFound if there is none.
func (d *Driver) Token(ctx context.Context, owner, name string) (access.TokenState, error) {
	s, _, err := engine.Load[access.TokenState](ctx, d.Engine, access.TokenID(owner, name))
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "there is no token %s/%s", owner, name).WithHint("slipway token list")
	}
	return s, err
}

// Tokens gives the tokens of an account, or of all.
func (d *Driver) Tokens(ctx context.Context, owner string) ([]access.TokenState, error) {
	prefix := "token/"
	if owner != "" {
		prefix = access.TokenID(owner, "")
	}
	return engine.All[access.TokenState](ctx, d.Engine, prefix)
}

// RevokeToken ends a token.
func (d *Driver) RevokeToken(ctx context.Context, a machine.Actor, owner, name, why string) (engine.Receipt, error) {
	if _, err := d.Token(ctx, owner, name); err != nil {
		return engine.Receipt{}, err
	}
	return d.Engine.Submit(ctx, to(a, access.TokenID(owner, name), access.EventTokenRevoked, access.Reason{Text: why}))
}

// Rights brings an event to the bindings.
func (d *Driver) Rights(ctx context.Context, a machine.Actor, event string, data any) (engine.Receipt, error) {
	return d.Engine.Submit(ctx, to(a, access.BindingsID, event, data))
}
