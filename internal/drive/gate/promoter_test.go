package gate

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/release"
)

const staging = ", after: dev, gate: {auto: true, approvals: {count: 0}}"

func (w *world) promoter() Promoter {
	return Promoter{Book: w.book, Log: slog.New(slog.NewTextHandler(&w.log, nil))}
}

// What is completed in one environment goes on by itself to the next that takes it so, and no
// further.
func TestPromotesByItself(t *testing.T) {
	w := newWorld(t)
	w.answering()
	w.run(w.promoter().Run)
	w.apply(team, environment("dev", ""), environment("staging", staging), environment("prod", ", after: staging, gate: {approvals: {count: 0}}"),
		environment("demo", ", after: dev, gate: {auto: true, supersede: true}"))
	w.commit("a1", app("tickets"))
	w.comes("tickets", "staging", "a1")
	if s := w.lane("tickets", "staging"); s.History[0].Cause != deploy.ReasonAuto || s.History[0].Actor.String() != "system:promoter" {
		t.Errorf("%+v", s.History[0])
	}
	if s := w.lane("tickets", "prod"); s.Number != 0 {
		t.Errorf("it went on where nobody asked for it: %+v", s)
	}
	w.await("a1 waits for approval", func() bool {
		return len(w.lane("tickets", "demo").Queue) == 1 && w.lane("tickets", "demo").Queue[0].Supersede
	})
	w.commit("b2", app("tickets"))
	w.comes("tickets", "staging", "b2")
	w.await("b2 takes the place of a1", func() bool {
		s := w.lane("tickets", "demo")
		return len(s.Queue) == 1 && strings.HasPrefix(s.Queue[0].Commit, "b2") && len(s.History) == 1 && s.History[0].Outcome == deploy.Superseded
	})
}

// What was completed while nobody promoted goes on after a start.
func TestPromotesAfterARestart(t *testing.T) {
	path, c := filepath.Join(t.TempDir(), "s.db"), newClock()
	t.Parallel()
	w := openWorld(t, path, c)
	w.apply(team, environment("dev", ""), environment("staging", staging))
	w.commit("a1", app("tickets"))
	w.arrives("tickets", "dev", "a1")
	if w.lane("tickets", "staging").Number != 0 {
		t.Fatal("it was promoted by nobody")
	}
	w.must(w.close())
	w = openWorld(t, path, c)
	w.answering()
	w.run(w.promoter().Run)
	w.comes("tickets", "staging", "a1")
}

// An environment that begins to take releases by itself takes what runs before it.
func TestPromotesWhenThePolicyChanges(t *testing.T) {
	w := newWorld(t)
	w.answering()
	w.run(w.promoter().Run)
	w.apply(team, environment("dev", ""), environment("staging", ", after: dev, gate: {approvals: {count: 0}}"))
	w.commit("a1", app("tickets"))
	w.comes("tickets", "dev", "a1")
	w.apply(team, environment("dev", ""), environment("staging", staging))
	w.comes("tickets", "staging", "a1")
}

// What somebody sent away does not come back by itself.
func TestDoesNotPromoteAgain(t *testing.T) {
	lane := deploy.MachineID("tickets", "staging")
	for name, c := range map[string]struct {
		gate string
		away func(w *world)
	}{
		"rolled back": {staging, func(w *world) {
			w.arrives("tickets", "staging", "b2")
			w.must(w.submit(lane, deploy.EventRollback, person("ann"), deploy.RollbackRequest{}))
			w.arrives("tickets", "staging", "a1")
		}},
		"aborted while it waited": {", after: dev, gate: {auto: true}", func(w *world) {
			w.must(w.submit(lane, deploy.EventAbort, person("ann"), deploy.Abort{Reason: "not now"}))
		}},
		"revoked before": {staging, func(w *world) {
			w.must(w.submit(lane, deploy.EventAbort, person("ann"), deploy.Abort{}))
			w.commit("c3", app("tickets"))
			w.arrives("tickets", "dev", "c3")
			w.must(w.submit(release.MachineID("tickets", w.released("tickets", "c3").ID), release.EventRevoke, person("gus"), release.Reason{Text: "bad"}))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.accounts("bob approver")
			w.apply(team, environment("dev", ""), environment("staging", staging))
			w.commit("a1", app("tickets"))
			w.arrives("tickets", "dev", "a1")
			w.promoter().all(t.Context())
			w.arrives("tickets", "staging", "a1")
			w.apply(team, environment("dev", ""), environment("staging", c.gate))
			w.commit("b2", app("tickets"))
			w.arrives("tickets", "dev", "b2")
			w.promoter().all(t.Context())
			if s := w.lane("tickets", "staging"); len(s.Queue) != 1 {
				t.Fatalf("%+v", s)
			}
			c.away(w)
			before := w.lane("tickets", "staging")
			w.promoter().all(t.Context())
			if s := w.lane("tickets", "staging"); len(s.Queue) != 0 || s.Number != before.Number {
				t.Errorf("it asks again: %+v", s.Queue)
			}
			if strings.Contains(w.log.String(), "is not promoted") {
				t.Error(w.log.String())
			}
		})
	}
}
