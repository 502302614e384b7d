package control_test

import (
	"encoding/base32"
	"strings"
	"testing"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/control"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/identity"
)

const password = "correct horse battery"

var browser = model.Client{Agent: "Firefox", Address: "192.0.2.1"}

// account is somebody with an account, as the tests play them.
type account struct {
	*world
	name  string
	totp  []byte
	codes []string // for recovery
	value string   // of the session
	used  int64
}

// code is a one-time code that was not used yet: the clock of the authenticator runs ahead.
func (a *account) code() string {
	a.Helper()
	for at := a.engine.Now().Add(-30 * time.Second); at.Before(a.engine.Now().Add(31 * time.Second)); at = at.Add(30 * time.Second) {
		code := identity.CodeAt(a.totp, at)
		if counter, ok := identity.CheckCode(a.totp, code, a.engine.Now()); ok && counter > a.used {
			a.used = counter
			return code
		}
	}
	a.Skip("the clock went over three codes while the test ran")
	return ""
}

// enrolled sets up an account by a link.
func (w *world) enrolled(link, name string) *account {
	w.Helper()
	_, secret, _ := strings.Cut(link, "#")
	e := try(w.BeginEnroll(w.Context(), model.EnrollRequest{Link: secret, Name: name, Title: name}, browser))(w)
	key := try(base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(e.Secret))(w)
	a := &account{world: w, name: e.Name, totp: key}
	s := try(w.FinishEnroll(w.Context(), model.EnrollDone{Flow: e.Flow, Password: password, Code: a.code()}, browser))(w)
	a.value, a.codes = s.Value, s.Recovery
	return a
}

// add makes an account with roles and sets it up.
func (w *world) add(name string, roles ...model.Binding) *account {
	w.Helper()
	i := try(w.AddUser(w.ctx, model.NewUser{Name: name, Addresses: []string{name + "@example.org"}}))(w)
	for _, b := range roles {
		b.Subject = "person:" + name
		try(w.Grant(w.ctx, b))(w)
	}
	return w.enrolled(i.Link, "")
}

// whose says who has a value.
func (w *world) whose(value string) access.Caller {
	w.Helper()
	return try(w.people.Caller(w.Context(), value))(w)
}

func TestSetUpMakesTheFirstAdministrator(t *testing.T) {
	w := newWorld(t)
	if ways := try(w.SignInWays(t.Context()))(t); !ways.Setup || !ways.Password {
		t.Errorf("%+v", ways)
	}
	i := try(w.SetUp(w.ctx))(t)
	if !strings.HasPrefix(i.Link, "http://localhost:7700/setup#swi..") {
		t.Error(i.Link)
	}
	old := i.Link
	i = try(w.SetUp(w.ctx))(t)
	_, err := w.BeginEnroll(t.Context(), model.EnrollRequest{Link: strings.Split(old, "#")[1], Name: "eve"}, browser)
	w.refused(err, fault.Denied, "too old")
	for _, name := range []string{"", "No Name", "nobody", "local", "a.b"} {
		_, err = w.BeginEnroll(t.Context(), model.EnrollRequest{Link: strings.Split(i.Link, "#")[1], Name: name}, browser)
		w.refused(err, fault.Invalid)
	}
	ada := w.enrolled(i.Link, "ada")
	who := try(w.Whoami(control.WithCaller(t.Context(), w.whose(ada.value))))(t)
	if who.Person != "ada" || len(who.Roles) != 2 || who.Roles[0].Role != "admin" || who.Roles[1].Role != "operator" || len(ada.codes) != 10 {
		t.Errorf("%+v", who)
	}
	_, err = w.BeginEnroll(t.Context(), model.EnrollRequest{Link: strings.Split(i.Link, "#")[1], Name: "eve"}, browser)
	w.refused(err, fault.Denied)
	_, err = w.SetUp(control.WithCaller(t.Context(), w.whose(ada.value)))
	w.refused(err, fault.Denied, "who runs the control plane")
	if ways := try(w.SignInWays(t.Context()))(t); ways.Setup {
		t.Error("it can still be set up")
	}
}

func TestSignIn(t *testing.T) {
	w := newWorld(t)
	ada := w.add("ada")
	in := func(name, password, code string) error {
		s, err := w.SignIn(t.Context(), model.SignIn{Name: name, Password: password, Code: code}, browser)
		if err == nil && (s.Person != name || s.Value == ada.value) {
			t.Errorf("%+v", s)
		}
		return err
	}
	code := ada.code()
	var texts []string
	for _, c := range [][3]string{
		{"ada", "wrong horse battery", code}, {"ada", password, "000000"}, {"ada", password, ""}, {"ada", "", code}, {"nobody-here", password, code},
		{"../ada", password, code}, {"", "", ""}, {"ada", password, identity.CodeAt(ada.totp, w.engine.Now().Add(5*time.Minute))},
	} {
		err := in(c[0], c[1], c[2])
		w.refused(err, fault.Denied)
		texts = append(texts, err.Error())
	}
	for _, text := range texts {
		if text != texts[0] {
			t.Errorf("strangers learn something: %q, %q", text, texts[0])
		}
	}
	if err := in("ada", password, code); err != nil {
		t.Fatal(err)
	}
	w.refused(in("ada", password, code), fault.Denied) // replayed
}

func TestRecoveryCodesCountOnce(t *testing.T) {
	w := newWorld(t)
	ada := w.add("ada")
	in := func(password string) error {
		_, err := w.SignIn(t.Context(), model.SignIn{Name: "ada", Password: password, Code: ada.codes[0]}, browser)
		return err
	}
	w.refused(in("not the password"), fault.Denied)
	if err := in(password); err != nil {
		t.Fatal(err)
	}
	w.refused(in(password), fault.Denied)
}

func TestGuessingIsSlowedDown(t *testing.T) {
	w := newWorld(t)
	w.add("ada")
	var err error
	for range 11 {
		_, err = w.SignIn(t.Context(), model.SignIn{Name: "ada", Password: "guess", Code: "000000"}, browser)
	}
	w.refused(err, fault.Unavailable, "too many")
	w.people.Flush(t.Context())
	s := try(engineLoad[access.WatchState](w, access.WatchID))(t)
	if c := s.Counts[access.FailedSignIn]; c.Seen != 11 || !c.Told {
		t.Errorf("%+v", s)
	}
	if entries := w.entries(access.WatchID); entries > 2 { // what was suspected, and the notice's outcome
		t.Errorf("%d entries in the journal", entries)
	}
}

// A session is another one each time, ends when its person signs out or is disabled, and
// its value is nowhere but with them.
func TestSessions(t *testing.T) {
	w := newWorld(t)
	ada := w.add("ada", model.Binding{Role: "viewer"})
	ctx := control.WithCaller(t.Context(), w.whose(ada.value))
	try(w.Lanes(ctx))(t)
	again := try(w.SignIn(t.Context(), model.SignIn{Name: "ada", Password: password, Code: ada.code(), Program: true}, browser))(t)
	list := try(w.Sessions(ctx, false))(t)
	if len(list) != 2 || list[0].Agent != "Firefox" || list[0].Current == list[1].Current {
		t.Fatalf("%+v", list)
	}
	eve := w.add("eve")
	evil := control.WithCaller(t.Context(), w.whose(eve.value))
	_, err := w.EndSession(evil, again.Session)
	w.refused(err, fault.Denied)
	_, err = w.EndSession(evil, "nosuch")
	w.refused(err, fault.Denied)
	_, err = w.Sessions(evil, true)
	w.refused(err, fault.Denied)
	try(w.EndSession(ctx, again.Session))(t)
	_, err = w.people.Caller(t.Context(), again.Value)
	w.refused(err, fault.Denied, "not valid")
	yes := true
	try(w.ChangeUser(w.ctx, "ada", model.UserChange{Disabled: &yes, Reason: "left"}))(t)
	_, err = w.people.Caller(t.Context(), ada.value)
	w.refused(err, fault.Denied)
	_, err = w.Lanes(ctx) // in the middle of a request
	w.refused(err, fault.Denied)
	_, err = w.SignIn(t.Context(), model.SignIn{Name: "ada", Password: password, Code: ada.code()}, browser)
	w.refused(err, fault.Denied, "wrong")
	w.nowhere(ada.value, again.Value, eve.value, password, ada.codes[0], string(ada.totp))
}

func TestChangePassword(t *testing.T) {
	w := newWorld(t)
	ada := w.add("ada")
	ctx := control.WithCaller(t.Context(), w.whose(ada.value))
	other := try(w.SignIn(t.Context(), model.SignIn{Name: "ada", Password: password, Code: ada.code()}, browser))(t)
	_, err := w.ChangePassword(ctx, model.PasswordChange{Old: "not the old one", New: "a new horse battery", Code: identity.CodeAt(ada.totp, w.engine.Now())})
	w.refused(err, fault.Denied)
	if ada.used >= w.engine.Now().Unix()/30+1 {
		t.Skip("no code is left")
	}
	try(w.ChangePassword(ctx, model.PasswordChange{Old: password, New: "a new horse battery", Code: ada.code()}))(t)
	_, err = w.people.Caller(t.Context(), other.Value)
	w.refused(err, fault.Denied)
	w.whose(ada.value) // this one goes on
	w.nowhere("a new horse battery")
}

// nowhere looks for secrets in the journal, the states and the log.
func (w *world) nowhere(secrets ...string) {
	w.Helper()
	var dump strings.Builder
	if err := w.store.Dump(w.Context(), &dump); err != nil {
		w.Fatal(err)
	}
	for _, s := range secrets {
		for _, part := range strings.Split(s, ".") { // also the secret alone
			if len(part) > 10 && (strings.Contains(dump.String(), part) || strings.Contains(w.output.String(), part)) && part != "sws" {
				if _, known := w.publicID(part); !known {
					w.Errorf("a secret is written down: %s", part)
				}
			}
		}
	}
}

// publicID says whether a part of a value is the name of a session, which is no secret.
func (w *world) publicID(part string) (machine.Value, bool) {
	_, err := engineLoad[access.SessionState](w, access.SessionID(part))
	return nil, err == nil
}

// A new link for somebody who has signed in before could be used by who made it: that is
// told to those who look after security.
func TestNewLinksForAccountsInUseAreTold(t *testing.T) {
	w := newWorld(t)
	ada := w.add("ada")
	try(w.AddUser(w.ctx, model.NewUser{Name: "bob"}))(t)
	told := func() bool {
		w.people.Flush(t.Context())
		s, err := engineLoad[access.WatchState](w, access.WatchID)
		return err == nil && s.Counts[access.WayReplaced].Told
	}
	try(w.InviteUser(w.ctx, "bob"))(t)
	if told() {
		t.Error("bob was never here")
	}
	i := try(w.InviteUser(w.ctx, "ada"))(t)
	if !told() {
		t.Error("nobody is told")
	}
	w.whose(ada.value) // until the link is used
	again := w.enrolled(i.Link, "")
	_, err := w.SignIn(t.Context(), model.SignIn{Name: "ada", Password: password, Code: ada.codes[1]}, browser)
	w.refused(err, fault.Denied) // what she had before counts no more
	_, err = w.people.Caller(t.Context(), ada.value)
	w.refused(err, fault.Denied)
	w.whose(again.value)
}
