package control_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"slipway.dev/client/model"
	"slipway.dev/internal/control"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/engine"
)

// approvers makes accounts with roles, "name role [environment]".
func (w *world) approvers(list ...string) {
	w.Helper()
	for _, words := range list {
		f := append(strings.Fields(words), "")
		if _, err := w.people.Load(w.Context(), f[0]); err != nil {
			if _, _, _, err := w.people.Add(w.Context(), admin, access.Added{Name: f[0], Addresses: []string{f[0] + "@example.com"}}); err != nil {
				w.Fatal(err)
			}
		}
		if f[1] != "" {
			try(w.people.Rights(w.Context(), admin, access.EventGranted, access.Binding{Subject: "person:" + f[0], Role: access.Role(f[1]), Environment: f[2]}))(w)
		}
	}
}

func (w *world) as(person string) context.Context {
	return control.WithCaller(w.Context(), access.PersonCaller(person, "s"))
}

func (w *world) asToken(person string, scopes ...access.Operation) context.Context {
	return control.WithCaller(w.Context(), access.TokenCaller(person, "ci", scopes))
}

func (w *world) opens(change func(*task.Ask)) {
	w.Helper()
	a := task.Ask{Name: "tickets.prod.1", Kind: task.Approval, Title: "Approve tickets for prod", Service: "tickets", Environment: "prod", Subject: "deploy/tickets/prod",
		From: []string{"approver"}, Quorum: 1, Standing: true, Digests: map[string]string{"artifact": "a", "config": "c"}, Excluded: map[string]string{"ada": "wrote a1"}}
	if change != nil {
		change(&a)
	}
	try(w.engine.Submit(w.Context(), engine.To{Machine: task.MachineID(a.Name),
		Event: machine.Event{Type: task.EventOpened, Actor: machine.System("test"), Data: machine.Must(a)}}))(w)
}

var yes = model.TaskAnswer{Decision: "approve", Digests: map[string]string{"artifact": "a", "config": "c"}}

// TestTasks follows an approval from its list to its withdrawal.
func TestTasks(t *testing.T) {
	w := newWorld(t)
	w.approvers("ada approver", "bob approver prod", "dev developer", "cy")
	w.opens(nil)
	w.opens(func(a *task.Ask) { a.Name, a.Environment = "tickets.staging.1", "staging" })
	w.opens(func(a *task.Ask) { a.Name, a.Kind, a.Environment = "access.1", task.Access, "" })
	for _, c := range []struct {
		who  string
		q    model.TasksQuery
		want string
	}{
		{"bob", model.TasksQuery{}, "tickets.prod.1"}, // he sees nothing of staging
		{"bob", model.TasksQuery{Mine: true}, "tickets.prod.1"},
		{"ada", model.TasksQuery{}, "tickets.prod.1 tickets.staging.1"},
		{"ada", model.TasksQuery{Mine: true}, ""},
		{"dev", model.TasksQuery{Environment: "staging"}, "tickets.staging.1"},
		{"dev", model.TasksQuery{Service: "other"}, ""},
		{"dev", model.TasksQuery{Limit: 1}, "tickets.staging.1"},
	} {
		var names []string
		for _, m := range try(w.Tasks(w.as(c.who), c.q))(t) {
			names = append(names, m.Name)
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%s %+v: %q, want %q", c.who, c.q, got, c.want)
		}
	}
	m := try(w.Task(w.as("ada"), "tickets.prod.1"))(t)
	if m.Mine || !strings.Contains(m.WhyNot, "wrote a1") || m.Excluded["ada"] == "" || m.Digests["artifact"] != "a" {
		t.Errorf("%+v", m)
	}
	_, err := w.Task(w.as("bob"), "tickets.staging.1")
	w.refused(err, fault.NotFound, "there is no task")
	_, err = w.Task(w.as("dev"), "access.1")
	w.refused(err, fault.NotFound)

	_, err = w.AnswerTask(w.as("bob"), "tickets.prod.1", model.TaskAnswer{Decision: "approve", Digests: map[string]string{"artifact": "a"}})
	w.refused(err, fault.Refused, "what you saw")
	try(w.ClaimTask(w.as("bob"), "tickets.prod.1", model.TaskClaim{}))(t)
	try(w.AnswerTask(w.asToken("bob", access.Read, access.Approve), "tickets.prod.1", yes))(t)
	m = try(w.Task(w.as("dev"), "tickets.prod.1"))(t)
	if m.Status != "approved" || m.Agreed != 1 || m.Answers[0].Person != "bob" || m.Answers[0].Via != "ci" || m.Claimed != "bob" {
		t.Errorf("%+v", m)
	}
	if list := try(w.Tasks(w.as("bob"), model.TasksQuery{}))(t); len(list) != 0 {
		t.Errorf("it is still listed as open: %+v", list)
	}
	if list := try(w.Tasks(w.as("bob"), model.TasksQuery{All: true}))(t); len(list) != 1 {
		t.Errorf("%+v", list)
	}
	try(w.WithdrawAnswer(w.as("bob"), "tickets.prod.1", model.TaskWithdrawal{Comment: "not today"}))(t)
	// What is no approval may be handed to one who has no right to approve.
	w.opens(func(a *task.Ask) { a.Name, a.Kind = "sign.1", task.SignOff })
	w.approvers("cy viewer")
	_, err = w.AnswerTask(w.as("cy"), "sign.1", yes)
	w.refused(err, fault.Denied)
	try(w.DelegateTask(w.as("bob"), "sign.1", model.TaskDelegation{To: "cy"}))(t)
	try(w.AnswerTask(w.as("cy"), "sign.1", yes))(t)
}

// TestWhoMayAnswer: a task is answered by people only, who have the right or whom it asks.
func TestWhoMayAnswer(t *testing.T) {
	w := newWorld(t)
	w.approvers("bob approver prod", "dev developer", "sec security", "tester approver staging", "other approver")
	w.opens(func(a *task.Ask) { a.Name, a.From = "policy.x", []string{"role:security"} })
	w.opens(nil)
	for name, ctx := range map[string]context.Context{
		"a developer":               w.as("dev"),
		"an approver elsewhere":     w.as("tester"),
		"the host":                  control.WithCaller(t.Context(), access.HostCaller("root")),
		"the local token":           control.WithCaller(t.Context(), access.Caller{Actor: access.LocalToken}),
		"a token without the scope": w.asToken("bob", access.Read, access.Deploy),
		"a token of somebody else":  control.WithCaller(t.Context(), access.Caller{Actor: machine.Actor{Kind: "token", Name: "bob/ci"}, Person: "dev", Scopes: []access.Operation{access.Approve, access.Read}}),
	} {
		for event, do := range map[string]func(string) error{
			"answer":   func(n string) error { _, err := w.AnswerTask(ctx, n, yes); return err },
			"claim":    func(n string) error { _, err := w.ClaimTask(ctx, n, model.TaskClaim{}); return err },
			"delegate": func(n string) error { _, err := w.DelegateTask(ctx, n, model.TaskDelegation{To: "other"}); return err },
			"withdraw": func(n string) error { _, err := w.WithdrawAnswer(ctx, n, model.TaskWithdrawal{}); return err },
		} {
			if err := do("tickets.prod.1"); !fault.Is(err, fault.Denied) {
				t.Errorf("%s: %s: %v", name, event, err)
			}
		}
	}
	_, err := w.AnswerTask(w.as("bob"), "nothing", yes)
	w.refused(err, fault.NotFound)
	_, err = w.AnswerTask(w.as("other"), "policy.x", yes) // has the right, but is not asked
	w.refused(err, fault.Denied, "is not asked")
	try(w.AnswerTask(w.as("sec"), "policy.x", yes))(t) // is asked
	try(w.AnswerTask(w.as("bob"), "tickets.prod.1", yes))(t)
}

// TestOwnApprovalIsNoticed: whoever tries to approve their own change, also with a token, with a
// second account or without the right at all, is counted by the watch.
func TestOwnApprovalIsNoticed(t *testing.T) {
	w := newWorld(t)
	w.approvers("ada approver", "second approver", "bob developer")
	title := []string{"ada@example.com", "second@example.com"}
	try(w.people.Tell(t.Context(), admin, "second", access.EventPersonChanged, access.Changed{Addresses: &title}))(t)
	w.opens(func(a *task.Ask) { a.Excluded["bob"] = "wrote a2" })
	for _, ctx := range []context.Context{w.as("ada"), w.asToken("ada", access.Read, access.Approve), w.as("second"), w.as("bob")} {
		_, err := w.AnswerTask(ctx, "tickets.prod.1", yes)
		w.refused(err, fault.Denied)
	}
	_, err := w.AnswerTask(w.as("ada"), "tickets.prod.1", yes)
	if barred := (*task.Barred)(nil); !errors.As(err, &barred) {
		t.Errorf("%v", err)
	}
	w.people.Flush(t.Context())
	s, _, err := engine.Load[access.WatchState](t.Context(), w.engine, access.WatchID)
	if err != nil || s.Counts[access.OwnApproval].Seen != 5 {
		t.Errorf("%+v, %v", s.Counts, err)
	}
}
