// Package people drives accounts, sessions, tokens and rights: it checks what people bring
// (internal/identity) and tells the machines of core/access, and it makes the Directory.
package people

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/identity"
	"slipway.dev/internal/secret"
)

// Deps are what the driver needs of others.
type Deps struct {
	Engine *engine.Engine
	Box    *secret.Box
	// Teams gives the resources of kind Team that are in force.
	Teams    func(ctx context.Context) ([]manifest.Resource, error)
	Passkeys *identity.Passkeys // nil: there are none
	Provider *identity.Provider // nil: there is none
	Log      *slog.Logger
}

// Driver may be called by many goroutines.
type Driver struct {
	Deps
	limits   identity.Limits
	enrolls  identity.Pending[enrolling]
	people   directory
	suspects suspects
	decoy    []byte // sealed credentials of nobody
}

// Register brings the machines to the engine.
func Register(e *engine.Engine) {
	engine.Register(e, "person", access.PersonVersion, access.PersonMachine{})
	engine.Register(e, "session", access.SessionVersion, access.SessionMachine{})
	engine.Register(e, "token", access.TokenVersion, access.TokenMachine{})
	engine.Register(e, "access", access.BindingsVersion, access.BindingsMachine{})
	engine.Register(e, "security", access.WatchVersion, access.WatchMachine{})
}

// New makes a driver.
func New(d Deps) (*Driver, error) {
	key, err := identity.NewTOTP()
	if err != nil {
		return nil, err
	}
	out := &Driver{Deps: d}
	out.decoy, err = out.seal(access.Credentials{TOTP: key})
	return out, err
}

func (d *Driver) seal(c access.Credentials) ([]byte, error) {
	raw, err := json.Marshal(c) //nolint:gosec // it is sealed at once
	if err != nil {
		return nil, err
	}
	return d.Box.Seal(raw)
}

func (d *Driver) unseal(sealed []byte) (access.Credentials, error) {
	var c access.Credentials
	raw, err := d.Box.Open(sealed)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	return c, err
}

func (d *Driver) now() time.Time { return d.Engine.Now() }

// to makes an event of somebody's for a machine.
func to(a machine.Actor, id, kind string, data any) engine.To {
	e := machine.Event{Type: kind, Actor: a}
	if data != nil {
		e.Data = machine.Must(data)
	}
	return engine.To{Machine: id, Event: e}
}

// person is the actor of an account.
func person(name string) machine.Actor { return machine.Actor{Kind: "person", Name: name} }

// Load gives an account; fault.NotFound if there is none.
func (d *Driver) Load(ctx context.Context, name string) (access.PersonState, error) {
	if access.CheckName(name) != nil {
		return access.PersonState{}, noAccount(name)
	}
	s, _, err := engine.Load[access.PersonState](ctx, d.Engine, access.PersonID(name))
	if fault.Is(err, fault.NotFound) {
		return s, noAccount(name)
	}
	return s, err
}

func noAccount(name string) error {
	return fault.New(fault.NotFound, "there is no account %q", name).WithHint("slipway user list")
}

// bindings gives the bindings; none at all before the first.
func (d *Driver) bindings(ctx context.Context) (access.BindingsState, error) {
	s, _, err := engine.Load[access.BindingsState](ctx, d.Engine, access.BindingsID)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return s, err
}

// Bindings gives the bindings and the addresses that were mapped.
func (d *Driver) Bindings(ctx context.Context) (access.BindingsState, error) { return d.bindings(ctx) }
