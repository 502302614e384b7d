package control_test

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"slipway.dev/client/model"
	"slipway.dev/internal/control"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/identity"
	"slipway.dev/internal/identity/identitytest"
)

// withProvider sets up an identity provider.
func (w *world) withProvider() *identitytest.IDP {
	w.Helper()
	i := identitytest.NewIDP(w.T)
	w.people.Provider = try(identity.NewProvider(identity.ProviderOptions{
		Issuer: i.URL, ClientID: "slipway", Callback: "http://localhost:7700/session/callback", Now: w.engine.Now,
		Secret: func(context.Context) (string, error) { return "hush", nil },
	}))(w)
	return i
}

// through goes to the provider and back as whom it names then.
func (w *world) through(i *identitytest.IDP, claims map[string]any) (model.SignedIn, error) {
	w.Helper()
	i.Claims = func(c map[string]any) {
		for name, value := range claims {
			c[name] = value
		}
	}
	to, kept, err := w.BeginProvider(w.Context(), "/tasks", browser)
	if err != nil {
		w.Fatal(err)
	}
	s, back, err := w.FinishProvider(w.Context(), i.Authorize(to), kept, browser)
	if err == nil && back != "/tasks" {
		w.Errorf("it goes on to %s", back)
	}
	return s, err
}

// Who comes from the identity provider for the first time gets an account that may nothing,
// until a group of theirs may something. Leaving the group takes the right away.
func TestProviderMakesAccounts(t *testing.T) {
	w := newWorld(t)
	i := w.withProvider()
	s := try(w.through(i, nil))(t)
	if s.Person != "ada" {
		t.Fatalf("%+v", s)
	}
	ctx := control.WithCaller(t.Context(), w.whose(s.Value))
	w.refused(second(w.Lanes(ctx)), fault.Denied)
	try(w.Grant(w.ctx, model.Binding{Subject: "group:sre", Role: "viewer"}))(t)
	try(w.Lanes(ctx))(t)
	s = try(w.through(i, map[string]any{"groups": []string{}}))(t)
	w.refused(second(w.Lanes(control.WithCaller(t.Context(), w.whose(s.Value)))), fault.Denied)
	u := try(w.User(w.ctx, "ada"))(t)
	if !u.Provider || u.Title != "Ada Lovelace" || len(u.Addresses) != 1 || u.Addresses[0] != "ada@example.org" || len(u.Groups) != 0 {
		t.Errorf("%+v", u)
	}
	other := try(w.through(i, map[string]any{"sub": "18", "email": "ada@other.example", "email_verified": true}))(t)
	if other.Person != "ada-2" {
		t.Errorf("another Ada is %s", other.Person)
	}
	yes := true
	try(w.ChangeUser(w.ctx, "ada", model.UserChange{Disabled: &yes}))(t)
	_, err := w.through(i, nil)
	w.refused(err, fault.Refused, "disabled")
}

// An address joins two only if the provider vouches for it, and only if it is clear whom.
func TestProviderAndAddresses(t *testing.T) {
	w := newWorld(t)
	i := w.withProvider()
	for _, name := range []string{"bob", "cy", "cy-two"} {
		address := strings.TrimSuffix(name, "-two") + "@example.org"
		try(w.AddUser(w.ctx, model.NewUser{Name: name, Addresses: []string{address}}))(t)
	}
	for _, c := range []struct {
		sub, user, email string
		verified         bool
		want             string
	}{
		{"1", "robert", "bob@example.org", false, "robert"},
		{"2", "robert", "bob@example.org", true, "bob"},
		{"2", "robert", "else@example.org", true, "bob"},
		{"3", "mallory", "bob@example.org", true, "mallory"}, // bob is somebody else there
		{"4", "cy", "cy@example.org", true, "cy-2"},
		{"5", "Nobody", "", false, "user"},
		{"6", "../../etc", "", false, "etc"},
	} {
		s, err := w.through(i, map[string]any{"sub": c.sub, "preferred_username": c.user, "email": c.email, "email_verified": c.verified})
		if err != nil || s.Person != c.want {
			t.Errorf("%+v: %s %v", c, s.Person, err)
		}
	}
}

func TestFailedProviderSignInsAreCounted(t *testing.T) {
	w := newWorld(t)
	w.withProvider()
	_, _, err := w.FinishProvider(t.Context(), url.Values{"state": {"x"}, "code": {"y"}}, "z", browser)
	w.refused(err, fault.Denied)
	w.people.Flush(t.Context())
	if s := try(engineLoad[access.WatchState](w, access.WatchID))(t); s.Counts[access.FailedSignIn].Seen != 1 {
		t.Errorf("%+v", s)
	}
}

// An account may be set up with a passkey alone, get more, and lose all but the last.
func TestPasskeys(t *testing.T) {
	w := newWorld(t)
	const page = "http://localhost:7700"
	w.people.Passkeys = try(identity.NewPasskeys(page, w.engine.Now))(t)
	link := strings.SplitN(try(w.AddUser(w.ctx, model.NewUser{Name: "ada"}))(t).Link, "#", 2)[1]
	e := try(w.BeginEnroll(t.Context(), model.EnrollRequest{Link: link}, browser))(t)
	key := identitytest.NewAuthenticator(t, page)
	s := try(w.FinishEnroll(t.Context(), model.EnrollDone{Flow: e.Flow, Passkey: key.Create(e.Passkey)}, browser))(t)
	ctx := control.WithCaller(t.Context(), w.whose(s.Value))
	prove := func(a *identitytest.Authenticator) error {
		c := try(w.BeginPasskey(t.Context(), browser))(t)
		s, err := w.FinishPasskey(t.Context(), model.CeremonyDone{Flow: c.Flow, Response: json.RawMessage(a.Get(c.Options))}, browser)
		if err == nil && s.Person != "ada" {
			t.Errorf("%+v", s)
		}
		return err
	}
	if err := prove(key); err != nil {
		t.Fatal(err)
	}
	me := try(w.Whoami(ctx))(t)
	if len(me.Passkeys) != 1 || me.Passkeys[0].UsedAt.IsZero() {
		t.Fatalf("%+v", me)
	}
	w.refused(second(w.RemovePasskey(ctx, me.Passkeys[0].ID)), fault.Refused, "only way")
	more := identitytest.NewAuthenticator(t, page)
	c := try(w.BeginNewPasskey(ctx))(t)
	try(w.FinishNewPasskey(ctx, model.CeremonyDone{Flow: c.Flow, Title: "spare", Response: json.RawMessage(more.Create(c.Options))}))(t)
	try(w.RemovePasskey(ctx, me.Passkeys[0].ID))(t)
	w.refused(prove(key), fault.Denied)
	if err := prove(more); err != nil {
		t.Error(err)
	}
	eve := w.add("eve")
	c = try(w.BeginNewPasskey(ctx))(t) // begun as ada, finished as eve
	_, err := w.FinishNewPasskey(control.WithCaller(t.Context(), w.whose(eve.value)), model.CeremonyDone{Flow: c.Flow, Response: json.RawMessage(identitytest.NewAuthenticator(t, page).Create(c.Options))})
	w.refused(err, fault.Denied)
}
