package apitest

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// Of the one account that the fake knows.
const (
	Name, Password, Code = "ada", "correct horse battery", "123456"
	SessionValue         = "sws.s1.secret"
	Link                 = "swi.ada.secret"
)

// SignInWays offers all.
func (f *Fake) SignInWays(context.Context) (model.SignInWays, error) {
	return model.SignInWays{Password: true, Passkeys: true, Provider: "https://idp.example"}, nil
}

func (f *Fake) begun() model.SignedIn {
	return model.SignedIn{Person: Name, Session: "s1", Expires: f.now.Add(time.Hour), Value: SessionValue}
}

// SignIn knows one account.
func (f *Fake) SignIn(_ context.Context, s model.SignIn, _ model.Client) (model.SignedIn, error) {
	if s.Name != Name || s.Password != Password || s.Code != Code {
		return model.SignedIn{}, fault.New(fault.Denied, "the name, the password or the code is wrong")
	}
	return f.begun(), nil
}

// BeginPasskey gives options.
func (f *Fake) BeginPasskey(context.Context, model.Client) (model.Ceremony, error) {
	return model.Ceremony{Flow: "f1", Options: json.RawMessage(`{"publicKey":{}}`)}, nil
}

// FinishPasskey takes any answer to them.
func (f *Fake) FinishPasskey(_ context.Context, d model.CeremonyDone, _ model.Client) (model.SignedIn, error) {
	if d.Flow != "f1" {
		return model.SignedIn{}, fault.New(fault.Denied, "the sign-in was not begun here")
	}
	return f.begun(), nil
}

// BeginProvider sends to the provider.
func (f *Fake) BeginProvider(_ context.Context, back string, _ model.Client) (to, browser string, err error) {
	return "https://idp.example/authorize?state=1", "trip-of " + strings.TrimLeft(back, "/"), nil
}

// FinishProvider takes the browser that began.
func (f *Fake) FinishProvider(_ context.Context, query url.Values, browser string, _ model.Client) (model.SignedIn, string, error) {
	if browser == "" || query.Get("code") == "" {
		return model.SignedIn{}, "", fault.New(fault.Denied, "the sign-in was not begun here")
	}
	return f.begun(), "/tasks", nil
}

// BeginEnroll knows one link.
func (f *Fake) BeginEnroll(_ context.Context, r model.EnrollRequest, _ model.Client) (model.Enrolling, error) {
	if r.Link != Link {
		return model.Enrolling{}, fault.New(fault.Denied, "the link was used, or is too old")
	}
	return model.Enrolling{Flow: "e1", Name: Name, Secret: "ABC234", URI: "otpauth://totp/x"}, nil
}

// FinishEnroll signs in.
func (f *Fake) FinishEnroll(_ context.Context, d model.EnrollDone, _ model.Client) (model.SignedIn, error) {
	if d.Flow != "e1" || d.Code != Code {
		return model.SignedIn{}, fault.New(fault.Invalid, "the one-time code is wrong")
	}
	s := f.begun()
	s.Recovery = []string{"aaaa-bbbb-cccc"}
	return s, nil
}

// Whoami tells who As put there.
func (f *Fake) Whoami(ctx context.Context) (model.Whoami, error) {
	if err := f.enter(ctx); err != nil {
		return model.Whoami{}, err
	}
	defer f.mu.Unlock()
	return model.Whoami{Actor: Actor(ctx).String(), Person: Name, Title: "Ada", Session: "s1",
		Roles: []model.Binding{{Subject: "person:ada", Role: "admin"}}, Operations: []string{"people", "read"}}, nil
}

// told takes a command.
func (f *Fake) told(ctx context.Context) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	return model.Receipt{Position: int64(len(f.journal))}, nil
}

// about takes a command about an account.
func (f *Fake) about(ctx context.Context, name string) (model.Receipt, error) {
	r, err := f.told(ctx)
	if err == nil && name != Name {
		err = fault.New(fault.NotFound, "there is no account %q", name)
	}
	return r, err
}

// SignOut takes the command.
func (f *Fake) SignOut(ctx context.Context) (model.Receipt, error) { return f.told(ctx) }

// ChangePassword takes the command.
func (f *Fake) ChangePassword(ctx context.Context, _ model.PasswordChange) (model.Receipt, error) {
	return f.told(ctx)
}

// BeginNewPasskey gives options.
func (f *Fake) BeginNewPasskey(ctx context.Context) (model.Ceremony, error) {
	_, err := f.told(ctx)
	return model.Ceremony{Flow: "f1", Options: json.RawMessage(`{"publicKey":{}}`)}, err
}

// FinishNewPasskey takes the command.
func (f *Fake) FinishNewPasskey(ctx context.Context, _ model.CeremonyDone) (model.Receipt, error) {
	return f.told(ctx)
}

// RemovePasskey takes the command.
func (f *Fake) RemovePasskey(ctx context.Context, _ string) (model.Receipt, error) {
	return f.told(ctx)
}

// Sessions gives one.
func (f *Fake) Sessions(ctx context.Context, _ bool) ([]model.Session, error) {
	_, err := f.told(ctx)
	return []model.Session{{ID: "s1", Person: Name, How: "password", Agent: "Firefox", StartedAt: f.now, SeenAt: f.now, Expires: f.now.Add(time.Hour), Current: true}}, err
}

// EndSession takes the command.
func (f *Fake) EndSession(ctx context.Context, _ string) (model.Receipt, error) { return f.told(ctx) }

// Tokens gives one.
func (f *Fake) Tokens(ctx context.Context, _ bool) ([]model.Token, error) {
	_, err := f.told(ctx)
	return []model.Token{{Owner: Name, Name: "ci", Scopes: []string{"deploy"}, Status: "live", MadeAt: f.now, Expires: f.now.Add(time.Hour)}}, err
}

// MakeToken gives a value.
func (f *Fake) MakeToken(ctx context.Context, n model.NewToken) (model.Token, error) {
	_, err := f.told(ctx)
	return model.Token{Owner: Name, Name: n.Name, Scopes: n.Scopes, Status: "live", Expires: f.now.Add(time.Hour), Value: "swt.ada." + n.Name + ".secret"}, err
}

// RevokeToken takes the command.
func (f *Fake) RevokeToken(ctx context.Context, owner, _ string) (model.Receipt, error) {
	return f.about(ctx, owner)
}

func (f *Fake) ada() model.User {
	return model.User{Name: Name, Title: "Ada", Addresses: []string{"ada@example.org"}, Status: "active", AddedAt: f.now, SeenAt: f.now,
		Teams: []string{"ops"}, Roles: []model.Binding{{Subject: "team:ops", Role: "operator", Environment: "prod"}}}
}

// Users gives one.
func (f *Fake) Users(ctx context.Context) ([]model.User, error) {
	_, err := f.told(ctx)
	return []model.User{f.ada()}, err
}

// User knows one.
func (f *Fake) User(ctx context.Context, name string) (model.User, error) {
	_, err := f.about(ctx, name)
	return f.ada(), err
}

func (f *Fake) invitation(name string, err error) (model.Invitation, error) {
	return model.Invitation{Name: name, Link: "https://slipway.example/setup#" + Link, Expires: f.now.Add(time.Hour), Position: 1}, err
}

// AddUser gives a link.
func (f *Fake) AddUser(ctx context.Context, n model.NewUser) (model.Invitation, error) {
	_, err := f.told(ctx)
	return f.invitation(n.Name, err)
}

// InviteUser gives a link.
func (f *Fake) InviteUser(ctx context.Context, name string) (model.Invitation, error) {
	_, err := f.about(ctx, name)
	return f.invitation(name, err)
}

// SetUp gives a link.
func (f *Fake) SetUp(ctx context.Context) (model.Invitation, error) {
	_, err := f.told(ctx)
	return f.invitation("", err)
}

// ChangeUser takes the command.
func (f *Fake) ChangeUser(ctx context.Context, name string, _ model.UserChange) (model.Receipt, error) {
	return f.about(ctx, name)
}

// MapAddress takes the command.
func (f *Fake) MapAddress(ctx context.Context, _ model.AddressMap) (model.Receipt, error) {
	return f.told(ctx)
}

// Bindings gives one.
func (f *Fake) Bindings(ctx context.Context) ([]model.Binding, error) {
	_, err := f.told(ctx)
	return f.ada().Roles, err
}

// Grant takes the command.
func (f *Fake) Grant(ctx context.Context, _ model.Binding) (model.Receipt, error) { return f.told(ctx) }

// Ungrant takes the command.
func (f *Fake) Ungrant(ctx context.Context, _ model.Binding) (model.Receipt, error) {
	return f.told(ctx)
}

// StartAccessReview opens one task.
func (f *Fake) StartAccessReview(ctx context.Context) (model.AccessReview, error) {
	r, err := f.told(ctx)
	return model.AccessReview{Position: r.Position, Tasks: []string{"access.all.all.20260105"}}, err
}
