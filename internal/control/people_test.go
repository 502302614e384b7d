package control_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"slipway.dev/client/model"
	"slipway.dev/internal/control"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

func engineLoad[S any](w *world, id string) (S, error) {
	s, _, err := engine.Load[S](w.Context(), w.engine, id)
	return s, err
}

func (w *world) entries(machine string) int {
	w.Helper()
	return len(try(w.engine.Journal(w.Context(), 0, store.JournalFilter{Prefix: machine}))(w))
}

func TestTokens(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	w.live("a1")
	ada := w.add("ada", model.Binding{Role: "operator"}, model.Binding{Role: "approver"})
	ctx := control.WithCaller(t.Context(), w.whose(ada.value))
	token := try(w.MakeToken(ctx, model.NewToken{Name: "ci", Scopes: []string{"read"}}))(t)
	if !strings.HasPrefix(token.Value, "swt.ada.ci.") || token.Status != "live" {
		t.Fatalf("%+v", token)
	}
	who := w.whose(token.Value)
	if who.Actor.String() != "token:ada/ci" || who.Person != "ada" {
		t.Errorf("%+v", who)
	}
	program := control.WithCaller(t.Context(), who)
	try(w.Lanes(program))(t)
	for name, err := range map[string]error{
		"deploys":            second(w.Rollback(program, model.RollbackRequest{Service: "tickets", Environment: "dev"})),
		"makes a token":      second(w.MakeToken(program, model.NewToken{Name: "more", Scopes: []string{"read"}})),
		"changes a password": second(w.ChangePassword(program, model.PasswordChange{})),
		"adds a passkey":     second(w.BeginNewPasskey(program)),
		"signs out":          second(w.SignOut(program)),
	} {
		if !fault.Is(err, fault.Denied) {
			t.Errorf("a token %s: %v", name, err)
		}
	}
	for _, bad := range []model.NewToken{{Name: "x"}, {Name: "x", Scopes: []string{"fly"}}, {Name: "x", Scopes: []string{"read", "glass"}}, {Name: "x/y", Scopes: []string{"read"}}, {Name: "x", Scopes: []string{"read"}, Days: 900}, {Name: "x", Scopes: []string{"read"}, Days: -1}} {
		_, err := w.MakeToken(ctx, bad)
		w.refused(err, fault.Invalid)
	}
	eve := w.add("eve")
	evil := control.WithCaller(t.Context(), w.whose(eve.value))
	w.refused(second(w.RevokeToken(evil, "ada", "ci")), fault.Denied)
	if list := try(w.Tokens(evil, false))(t); len(list) != 0 {
		t.Errorf("%+v", list)
	}
	w.refused(second(w.Tokens(evil, true)), fault.Denied)
	try(w.RevokeToken(ctx, "ada", "ci"))(t)
	_, err := w.people.Caller(t.Context(), token.Value)
	w.refused(err, fault.Denied)
	w.nowhere(token.Value)
}

func second[T any](_ T, err error) error { return err }

// Nobody gives themselves a right, nor takes their own name off what they wrote.
func TestNobodyHelpsThemselves(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", strings.Replace(platform, "members: []", "members: [{name: Ada, person: ada}]", 1))
	ada := w.add("ada", model.Binding{Role: "admin"})
	two := w.add("ada-two")
	try(w.ChangeUser(w.ctx, "ada-two", model.UserChange{Addresses: &[]string{"ada@example.org"}}))(t)
	w.add("bob")
	ctx := control.WithCaller(t.Context(), w.whose(ada.value))
	approver := func(subject string) model.Binding { return model.Binding{Subject: subject, Role: "approver"} }
	for _, subject := range []string{"person:ada", "team:shop", "person:ada-two"} {
		w.refused(second(w.Grant(ctx, approver(subject))), fault.Refused, "themselves")
	}
	try(w.Grant(ctx, approver("person:bob")))(t)
	none := []string{}
	w.refused(second(w.ChangeUser(ctx, "ada", model.UserChange{Addresses: &none})), fault.Refused, "their own")
	w.refused(second(w.ChangeUser(ctx, "ada-two", model.UserChange{Addresses: &none})), fault.Refused, "their own")
	w.refused(second(w.MapAddress(ctx, model.AddressMap{Address: "ADA@example.org", Person: access.Nobody})), fault.Refused, "your own")
	w.refused(second(w.MapAddress(ctx, model.AddressMap{Address: "x@example.org", Person: "ghost"})), fault.NotFound)
	try(w.MapAddress(ctx, model.AddressMap{Address: "bot@forge.example", Person: access.Nobody}))(t)
	d := try(w.Directory(t.Context()))(t)
	if !d.Known("bot@forge.example") || !slices.Equal(d.Same("ada"), []string{"ada-two"}) || d.In("ada", "approver", access.Scope{}) || !d.In("bob", "approver", access.Scope{}) {
		t.Error("the directory is not what it should be")
	}
	_ = two
}

// What a directory is made of and its guard change together.
func TestTheDirectoryIsFresh(t *testing.T) {
	w := newWorld(t)
	step := func() int64 {
		_, step, _ := engine.Load[access.BindingsState](t.Context(), w.engine, access.BindingsID)
		return step
	}
	before := step()
	changed := func(what string, f func()) {
		t.Helper()
		old := try(w.Directory(t.Context()))(t)
		if f(); step() <= before || try(w.Directory(t.Context()))(t) == old {
			t.Errorf("%s: the guard is at %d, before at %d", what, step(), before)
		}
		before = step()
	}
	changed("an account", func() { try(w.AddUser(w.ctx, model.NewUser{Name: "ada"}))(t) })
	changed("an address", func() {
		try(w.ChangeUser(w.ctx, "ada", model.UserChange{Addresses: &[]string{"ada@git"}}))(t)
	})
	changed("a role", func() { try(w.Grant(w.ctx, model.Binding{Subject: "person:ada", Role: "viewer"}))(t) })
	changed("a mapped address", func() {
		try(w.MapAddress(w.ctx, model.AddressMap{Address: "a@b", Person: "ada"}))(t)
	})
	yes := true
	changed("a disabled account", func() { try(w.ChangeUser(w.ctx, "ada", model.UserChange{Disabled: &yes}))(t) })
	same := try(w.Directory(t.Context()))(t)
	title := "Ada"
	try(w.ChangeUser(w.ctx, "ada", model.UserChange{Title: &title}))(t)
	if step() != before || try(w.Directory(t.Context()))(t) != same {
		t.Error("a person's name is no right")
	}
	w.apply("hand", strings.Replace(platform, "members: []", "members: [{name: Ada, person: ada}]", 1))
	if got := try(w.Directory(t.Context()))(t).Members("shop"); !slices.Equal(got, []string{"ada"}) {
		t.Errorf("a team has %v", got)
	}
}

func TestAccessReview(t *testing.T) {
	w := newWorld(t)
	w.add("ada", model.Binding{Role: "operator", Environment: "prod"}, model.Binding{Role: "viewer"})
	r := try(w.StartAccessReview(w.ctx))(t)
	if len(r.Tasks) != 2 || !strings.HasPrefix(r.Tasks[0], "access.all.all.") || !strings.HasPrefix(r.Tasks[1], "access.all.prod.") {
		t.Fatal(r.Tasks)
	}
	s := try(engineLoad[task.State](w, task.MachineID(r.Tasks[1])))(t)
	if s.Kind != task.Access || !strings.Contains(s.Text, "person:ada operator in prod: 1 account(s), last signed in") {
		t.Errorf("%+v", s)
	}
	boss := w.add("boss", model.Binding{Role: "security"})
	ctx := control.WithCaller(t.Context(), w.whose(boss.value))
	answer := func(remove string) error {
		_, err := w.AnswerTask(ctx, r.Tasks[1], model.TaskAnswer{Decision: "approve", Value: json.RawMessage(`{"remove":` + remove + `}`)})
		return err
	}
	w.refused(answer(`["person:boss security"]`), fault.Invalid) // of another team or environment
	if err := answer(`["person:ada operator in prod"]`); err != nil {
		t.Fatal(err)
	}
	for _, b := range try(w.Bindings(w.ctx))(t) {
		if b.Role == "operator" {
			t.Errorf("it stays: %+v", b)
		}
	}
}

// What somebody may read is limited to what their roles are bound to.
func TestReadersSeeTheirOwn(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	w.live("a1")
	see := func(b model.Binding) (context.Context, int) {
		name := "u" + strings.Trim(strings.ToLower(b.Team+b.Environment), "-")
		a := w.add(name, b)
		ctx := control.WithCaller(t.Context(), w.whose(a.value))
		return ctx, len(try(w.Lanes(ctx))(t)) + len(try(w.Deployments(ctx, model.DeploymentsQuery{}))(t)) + len(try(w.Releases(ctx, "", 0))(t))
	}
	if _, n := see(model.Binding{Role: "viewer", Team: "shop"}); n < 3 {
		t.Errorf("the owners see %d things", n)
	}
	ctx, n := see(model.Binding{Role: "viewer", Team: "other"})
	if n != 0 {
		t.Errorf("others see %d things", n)
	}
	w.refused(second(w.Lane(ctx, "tickets", "dev")), fault.Denied)
	w.refused(second(w.Releases(ctx, "tickets", 0)), fault.Denied)
	w.refused(w.Logs(ctx, model.LogsQuery{Service: "tickets", Environment: "dev"}, func(model.LogLine) error { return nil }), fault.Denied)
	prod, n := see(model.Binding{Role: "viewer", Environment: "prod"})
	if n != 1 { // the release, which is in no environment
		t.Errorf("those of prod see %d things of dev", n)
	}
	w.refused(second(w.Lane(prod, "tickets", "dev")), fault.Denied)
}

// Changes of what governs the gates are told to the security watch.
func TestPolicyChangesAreSuspected(t *testing.T) {
	w := newWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); w.people.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	team := strings.Split(platform, "---")[0] // alone: nobody is asked to approve its changes
	n := 0
	w.await("the watch counts it", func() bool {
		if n++; n%100 == 1 { // again, if it was before the first look
			w.apply("hand", strings.Replace(team, "members: []", fmt.Sprintf("members: [{name: Ada%d}]", n), 1))
		}
		s, err := engineLoad[access.WatchState](w, access.WatchID)
		return err == nil && s.Counts[access.PolicyChanged].Told
	})
}
