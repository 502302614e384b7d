package gate

import (
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/lease"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// Only those lanes are asked for that a change may concern.
func TestWhomAChangeConcerns(t *testing.T) {
	t.Parallel()
	waits := func(service, environment, deployment string, needs ...string) waiter {
		return waiter{GateSpec: deploy.GateSpec{Service: service, Environment: environment, Waiting: []string{deployment}}, needs: needs}
	}
	const tickets, payments, staging = "deploy/tickets/prod", "deploy/payments/prod", "deploy/tickets/staging"
	waiting := map[string]waiter{
		tickets: waits("tickets", "prod", "tickets.prod.7", "payments"), payments: waits("payments", "prod", "payments.prod.3"),
		staging: waits("tickets", "staging", "tickets.staging.9", "payments"),
	}
	all := []string{payments, tickets, staging}
	for id, want := range map[string][]string{
		"task/tickets.prod.7":          {tickets},
		"task/tickets.prod.6":          nil, // is over
		"task/policy.Environment.prod": nil,
		"task/glass.tickets.prod.1":    nil,
		"policy/current":               all,
		"access/bindings":              all,
		"resource/Environment/prod":    all,
		"resource/Service/tickets":     {tickets, staging},
		"resource/Service/other":       nil,
		"secret/key":                   all,
		"lease/prod":                   {payments, tickets},
		"lease/dev":                    nil,
		"slo/prod/purchase":            {payments, tickets},
		"slo/dev/purchase":             nil,
		"alert/prod/purchase/1":        nil,
		"resource/Flow/purchase":       all,
		"resource/UseCase/buying":      nil,
		"resource/Component/database":  nil,
		"glass/tickets.prod":           {tickets},
		"glass/tickets.staging":        {staging},
		"glass/system.database":        nil,
		"train/prod-1":                 all,
		"release/tickets/abc":          {tickets, staging},
		"release/other/abc":            nil,
		"deploy/tickets/dev":           {tickets, staging},
		tickets:                        {staging}, // itself it knows
		payments:                       {tickets}, // tickets needs it there
		"deploy/payments/dev":          {payments},
		"deploy/other/prod":            nil,
		"deployment/tickets.prod.6":    nil,
		"session/x":                    nil,
		"person/bob":                   nil, // what matters of it is a step of access/bindings
		"source/git":                   nil,
		"channel/slack":                nil,
	} {
		a := &Asker{book: &Book{}, waiting: waiting, due: map[string]bool{}, kick: make(chan struct{}, 1)}
		if strings.HasPrefix(id, "resource/Service/") { // what it needs is looked up anew
			a.book = newServiceBook(t)
		}
		a.concern(t.Context(), id)
		if got := slices.Sorted(maps.Keys(a.due)); !slices.Equal(got, want) {
			t.Errorf("%s concerns %v, want %v", id, got, want)
		}
		if poked := len(a.kick) == 1; poked != (len(want) > 0) {
			t.Errorf("%s: poked %v", id, poked)
		}
	}
}

// newServiceBook is a book of an empty house.
func newServiceBook(t *testing.T) *Book {
	t.Helper()
	st := try(store.Open(t.Context(), t.TempDir()+"/s.db", store.Options{}))(t)
	t.Cleanup(func() { _ = st.Close() })
	return NewBook(Deps{Engine: engine.New(st, engine.Options{Log: slog.New(slog.DiscardHandler)})})
}

// It is asked at once, and again when something changed that may open the door.
func TestAskedAgain(t *testing.T) {
	w := newWorld(t)
	w.answering()
	w.accounts("ann developer", "bob approver")
	w.apply(team, environment("dev", ""), environment("prod", prod))
	w.commit("a1", app("tickets"))
	w.arrives("tickets", "dev", "a1")
	d := w.request("tickets", "prod", "a1")
	w.await("bob can approve", func() bool { return w.answer(d, "bob", "approve") == nil })
	w.comes("tickets", "prod", "a1")
	w.commit("b2", app("tickets"))
	w.comes("tickets", "dev", "b2")
	// The only place is taken, and becomes free; bob approves before that.
	take := lease.Take{Environment: "prod", Service: "other", Deployment: "other.prod.1", Limit: 1}
	w.must(w.submit(lease.MachineID("prod"), lease.EventTaken, machine.System("test"), take))
	d = w.request("tickets", "prod", "b2")
	w.await("bob can approve", func() bool { return w.answer(d, "bob", "approve") == nil })
	w.await("the place is all that is missing", func() bool {
		s := w.lane("tickets", "prod")
		return strings.Contains(s.Queue[0].Missing, "concurrency") && !strings.Contains(s.Queue[0].Missing, "approvals")
	})
	w.must(w.submit(lease.MachineID("prod"), lease.EventGiven, machine.System("test"), lease.Give{Deployment: take.Deployment}))
	w.comes("tickets", "prod", "b2")
}

// comes waits until a commit is completed, without asking.
func (w *world) comes(service, environment, n string) {
	w.Helper()
	w.await(n+" runs in "+environment, func() bool {
		s := w.lane(service, environment)
		return s.Active == nil && s.Current != nil && strings.HasPrefix(s.Current.Commit, n)
	})
}

// An answer that says nothing new is no entry in the journal, so that no lane makes another
// be asked for ever.
func TestAskingDoesNotSpin(t *testing.T) {
	w := newWorld(t)
	w.waiting()
	w.must(w.submit(lease.MachineID("prod"), lease.EventTaken, machine.System("test"), lease.Take{Environment: "prod", Service: "other", Deployment: "other.prod.1", Limit: 1}))
	w.must(w.submit("policy/current", "policy.changed", machine.System("test"), map[string]string{}))
	_ = w.ask("tickets", "prod")
	w.rests()
	before := try(w.store.Head(t.Context()))(t)
	for range 3 {
		w.refused(w.ask("tickets", "prod"), "what it was")
	}
	if now := try(w.store.Head(t.Context()))(t); now != before {
		t.Errorf("asking made %d entries", now-before)
	}
}

// The journal cannot be read for a while: nothing of that time is missed afterwards.
func TestTheJournalIsAway(t *testing.T) {
	w := newWorld(t)
	w.waiting()
	w.run(w.asker.Run)
	w.await("it went in", func() bool { return w.lane("tickets", "prod").Current != nil })
	w.commit("b2", app("tickets"))
	w.arrives("tickets", "dev", "b2")
	d := w.request("tickets", "prod", "b2")
	w.await("it is asked for", func() bool { return w.lane("tickets", "prod").Queue[0].Task != "" })
	w.rests()
	w.rename("journal", "hidden")
	w.run(w.asker.Follow)
	w.await("it is said", func() bool { return strings.Contains(w.log.String(), "the journal cannot be followed") })
	w.rename("hidden", "journal")
	w.must(w.answer(d, "bob", "approve"))
	w.await("it goes in", func() bool { return w.lane("tickets", "prod").Current.Commit[:2] == "b2" })
}

func (w *world) rename(from, to string) {
	w.Helper()
	w.must(w.store.Update(w.Context(), func(tx store.Tx) error {
		_, err := tx.ExecContext(w.Context(), "ALTER TABLE "+from+" RENAME TO "+to)
		return err
	}))
}

// What changed after a gate was evaluated and before the journal is followed is not missed.
func TestWhatChangedBeforeItFollows(t *testing.T) {
	w := newWorld(t)
	d := w.waiting()
	w.must(w.submit("task/"+d, "task.withdrawn", person("bob"), map[string]string{}))
	_ = w.ask("tickets", "prod")
	w.await("the asker knows the lane", func() bool {
		w.asker.mu.Lock()
		defer w.asker.mu.Unlock()
		return len(w.asker.waiting) > 0
	})
	w.asker.take() // it was asked for
	w.must(w.answer(d, "cid", "approve"))
	w.rests() // no more entries about it
	w.answering()
	w.await("it goes in", func() bool { return w.lane("tickets", "prod").Current != nil })
}

// A gate that cannot be evaluated is tried again.
func TestAskedAgainAfterAFailure(t *testing.T) {
	w := newWorld(t)
	w.waiting()
	w.away.Store(true)
	w.accounts("eve")
	w.asker.everything()
	w.run(w.asker.Run)
	w.await("it is said", func() bool { return strings.Contains(w.log.String(), "a gate could not be evaluated") })
	if s := w.lane("tickets", "prod"); s.Active != nil || s.Current != nil {
		t.Fatalf("%+v", s)
	}
	w.away.Store(false)
	w.await("it goes in", func() bool { return w.lane("tickets", "prod").Current != nil })
}
