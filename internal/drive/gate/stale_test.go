package gate

import (
	"slices"
	"testing"
	"time"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/glass"
	"slipway.dev/internal/core/lease"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/release"
	"slipway.dev/internal/core/task"
)

// The facts say that the door is open, and before the lane takes them in one of the things
// changes that they were made from: the lane does not begin.
func TestStaleFactsOpenNothing(t *testing.T) {
	const freeze = "---\n" + head + "kind: Freeze\nmetadata: {name: fair}\nspec: {from: \"2031-01-01T00:00:00Z\", until: \"2032-01-01T00:00:00Z\", reason: fair}\n"
	for name, change := range map[string]func(w *world, deployment string){
		"nothing changes": nil,
		"a freeze begins": func(w *world, _ string) { w.apply(team, environment("dev", ""), environment("prod", prod), freeze) },
		"the door asks for more": func(w *world, _ string) {
			w.apply(team, environment("dev", ""), environment("prod", ", after: dev, gate: {approvals: {count: 2}}"))
		},
		"the approver loses the role": func(w *world, _ string) {
			try(w.people.Rights(w.Context(), access.LocalToken, access.EventUngranted, access.Binding{Subject: "person:bob", Role: access.Approver}))(w)
		},
		"the approver's account is disabled": func(w *world, _ string) {
			try(w.people.Disable(w.Context(), access.LocalToken, "bob", "gone"))(w)
		},
		"the approver turns out to be the author": func(w *world, _ string) {
			try(w.people.Rights(w.Context(), access.LocalToken, access.EventMapped, access.Mapped{Address: "ann@example.com", Person: "bob"}))(w)
		},
		"the approval is withdrawn": func(w *world, d string) {
			w.must(w.submit(task.MachineID(d), task.EventWithdrawn, person("bob"), task.Withdrawal{}))
		},
		"somebody rejects it": func(w *world, d string) { w.must(w.answer(d, "cid", "reject")) },
		"the release is revoked": func(w *world, _ string) {
			w.must(w.submit(release.MachineID("tickets", w.released("tickets", "a1").ID), release.EventRevoke, person("gus"), release.Reason{Text: "bad"}))
		},
		"the environment before runs another": func(w *world, _ string) {
			w.commit("b2", app("tickets"))
			w.arrives("tickets", "dev", "b2")
		},
		"the environment before gets sick": func(w *world, _ string) {
			w.mu.Lock()
			w.ill["dev"] = true
			w.mu.Unlock()
			w.await("it is sick", func() bool { healthy, _ := w.lane("tickets", "dev").Health(); return !healthy })
		},
		"the place is taken": func(w *world, _ string) {
			w.must(w.submit(lease.MachineID("prod"), lease.EventTaken, machine.System("test"),
				lease.Take{Environment: "prod", Service: "other", Deployment: "other.prod.1", Limit: 1}))
		},
		"a secret is another": func(w *world, _ string) {
			try(w.vault.Put(w.Context(), machine.System("test"), "key", []byte("2")))(w)
		},
		"the environment's config is another": func(w *world, _ string) {
			w.apply(team, environment("dev", ""), environment("prod", prod+", config: {COLOUR: blue}"))
		},
		"a newer release of it waits too": func(w *world, _ string) {
			w.commit("b2", app("tickets"))
			w.request("tickets", "prod", "b2")
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			d := w.waiting()
			if change != nil {
				w.between = func() { change(w, d) }
			}
			w.facts = nil
			err := w.ask("tickets", "prod")
			s := w.lane("tickets", "prod")
			if !w.said(0, d) {
				t.Fatalf("the first facts were no open door: %+v", w.facts)
			}
			switch {
			case change == nil:
				if err != nil || s.Active == nil || s.Active.Deployment != d || len(w.facts) != 1 {
					t.Errorf("it did not begin: %v, %+v", err, s)
				}
			case name == "a newer release of it waits too": // the door is as open as it was
				if len(w.facts) != 2 || s.Active == nil || s.Active.Deployment != d || len(s.Queue) != 1 {
					t.Errorf("%d facts, %+v", len(w.facts), s)
				}
			case s.Active != nil || s.Current != nil || len(s.Queue) == 0:
				t.Errorf("it began on stale facts: %+v", s)
			case len(w.facts) < 2 || w.said(len(w.facts)-1, d):
				t.Errorf("it was not asked again, or fresh facts still say that it is open: %+v", w.facts)
			}
		})
	}
}

// said says whether facts that were found had an open door for what a deployment asks with.
func (w *world) said(i int, deployment string) bool {
	w.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if i >= len(w.facts) {
		return false
	}
	return slices.ContainsFunc(w.facts[i].Gates, func(a deploy.Answered) bool {
		return a.Deployment == deployment && a.Decision.Open() && a.Rollout == nil
	})
}

// By a broken glass it goes in though nobody approved; not once that was closed.
func TestStaleGlassOpensNothing(t *testing.T) {
	for _, closes := range []bool{false, true} {
		t.Run(map[bool]string{false: "open", true: "closed"}[closes], func(t *testing.T) {
			w := newWorld(t)
			d := w.waiting()
			w.must(w.submit(task.MachineID(d), task.EventWithdrawn, person("bob"), task.Withdrawal{}))
			at := glass.Target{Service: "tickets", Environment: "prod", Team: "shop"}
			w.must(w.submit(glass.MachineID(at), glass.EventRequested, person("gus"), glass.Request{Target: at, Criterion: "outage", Reason: "down",
				Policy: *try(w.book.Policy(t.Context(), "prod"))(t).Glass}))
			if closes {
				w.between = func() { w.must(w.submit(glass.MachineID(at), glass.EventClosed, person("gus"), glass.Close{})) }
			}
			w.facts = nil
			err := w.ask("tickets", "prod")
			s := w.lane("tickets", "prod")
			if !w.said(0, d) {
				t.Fatalf("the first facts were no open door: %+v", w.facts)
			}
			if began := s.Active != nil; began == closes {
				t.Errorf("began: %v, %v", began, err)
			} else if closes && len(w.facts) < 2 {
				t.Errorf("it was not asked again: %v", err)
			} else if began && s.Active.Glass == "" {
				t.Errorf("it does not say by what it went in: %+v", s.Active.Row)
			}
		})
	}
}

// A service that needs another: its lane is among what is guarded.
func TestStaleDependencyOpensNothing(t *testing.T) {
	w := newWorld(t)
	w.apply(team, environment("dev", ""))
	w.commit("a1", app("payments"), app("tickets", "  needs: [payments]\n"))
	w.released("tickets", "a1")
	w.await("tickets waits", func() bool { return len(w.lane("tickets", "dev").Queue) == 1 })
	if err := w.ask("tickets", "dev"); err != nil || w.lane("tickets", "dev").Active != nil {
		t.Fatalf("it went in before what it needs: %v", err)
	}
	w.arrives("payments", "dev", "a1")
	w.between = func() { // its only instance dies
		w.mu.Lock()
		w.ill["dev"] = true
		w.mu.Unlock()
		w.await("payments is sick", func() bool { healthy, _ := w.lane("payments", "dev").Health(); return !healthy })
	}
	w.facts = nil
	_ = w.ask("tickets", "dev")
	if s := w.lane("tickets", "dev"); s.Active != nil || !w.said(0, s.Queue[0].Deployment) {
		t.Errorf("it began on stale facts: %+v", s)
	}
}

// A rollback asks whether what it goes to was revoked, as of its commit.
func TestRevokedIsNotGoneBackTo(t *testing.T) {
	w := newWorld(t)
	w.apply(team, environment("dev", ""))
	w.commit("a1", app("tickets"))
	w.arrives("tickets", "dev", "a1")
	w.commit("b2", app("tickets"))
	w.arrives("tickets", "dev", "b2")
	old := w.released("tickets", "a1").ID
	w.between = func() {
		w.must(w.submit(release.MachineID("tickets", old), release.EventRevoke, person("gus"), release.Reason{Text: "bad"}))
	}
	w.facts = nil
	back := func(to string) error {
		return w.submit(deploy.MachineID("tickets", "dev"), deploy.EventRollback, person("ann"), deploy.RollbackRequest{To: to})
	}
	w.refused(back(old), "was revoked")
	if len(w.facts) != 2 || len(w.facts[0].Revoked) != 0 || !slices.Equal(w.facts[1].Revoked, []string{old}) {
		t.Errorf("%+v", w.facts)
	}
	w.refused(back(""), "no release")
	if s := w.lane("tickets", "dev"); s.Active != nil || s.Current.Release == old {
		t.Errorf("%+v", s)
	}
}

// The time is in no guard: a decision that may have changed by itself lets nobody in.
func TestADecisionDoesNotOutliveItsTime(t *testing.T) {
	w := newWorld(t)
	d := w.waiting()
	w.facts = nil
	w.between = func() { w.clock.jump(8 * 24 * time.Hour) } // approvals hold for seven days
	_ = w.ask("tickets", "prod")
	if s := w.lane("tickets", "prod"); s.Active != nil || !w.said(0, d) {
		t.Errorf("it went in by an approval that has expired: %+v", s)
	}
}

// A config that is kept says of which rules and secrets it was made: one that is older than
// what a decision is guarded by makes that fail.
func TestAConfigIsHeldToWhatItWasMadeOf(t *testing.T) {
	w := newWorld(t)
	w.waiting()
	step := func(id string) int64 { return try(w.store.Machine(t.Context(), id))(t).Step }
	spec := w.released("tickets", "a1").Spec
	r := w.book.config(t.Context(), spec, "prod")
	before := []machine.Guard{{Machine: config.PolicyID, Step: step(config.PolicyID)}, {Machine: "secret/key", Step: step("secret/key")}}
	if !slices.Equal(r.guards, before) || r.err != nil {
		t.Fatalf("%+v", r)
	}
	w.apply(team, environment("dev", ""), environment("prod", prod+", config: {COLOUR: blue}"))
	if again := w.book.config(t.Context(), spec, "prod"); again.digest == r.digest && !slices.Equal(again.guards, before) || step(config.PolicyID) == before[0].Step {
		t.Errorf("an old config with new guards: %+v", again)
	}
	w.must(w.book.cache.catchUp(t.Context()))
	if again := w.book.config(t.Context(), spec, "prod"); again.digest == r.digest || again.guards[0].Step != step(config.PolicyID) {
		t.Errorf("%+v", again)
	}
}
