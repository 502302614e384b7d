package history_test

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
	"slipway.dev/internal/view/history"
)

// TestHistory brings records through a real engine and reads them from the view: latest
// first, one line for each deployment with its last outcome, and again after a restart.
func TestHistory(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s.db")
	start := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	s, e := open(t, path)
	var last engine.Receipt
	tell := func(service string, n int, outcome deploy.Phase) {
		t.Helper()
		id := fmt.Sprintf("%s.dev.%d", service, n)
		row := deploy.Row{Deployment: id, Release: "r", Outcome: outcome, Requested: start.Add(time.Duration(n) * time.Minute)}
		r, err := e.Submit(t.Context(), engine.To{Machine: deploy.RecordID(id), Event: machine.Event{Type: deploy.EventEnded, Actor: machine.System("test"),
			Data: machine.Must(deploy.Ended{Service: service, Environment: "dev", Row: row})}})
		if err != nil {
			t.Fatal(err)
		}
		last = r
	}
	tell("tickets", 1, deploy.Completed)
	tell("payments", 2, deploy.Failed)
	tell("tickets", 3, deploy.Completed)
	tell("tickets", 1, deploy.RolledBack)
	check := func(q history.Query, want string) {
		t.Helper()
		if err := e.Wait(t.Context(), last.Position, history.Name); err != nil {
			t.Fatal(err)
		}
		list, err := history.Find(t.Context(), s, q)
		got := ""
		for _, d := range list {
			got += d.Deployment + " " + string(d.Outcome) + "; "
		}
		if err != nil || got != want {
			t.Errorf("%+v: got %q, %v, want %q", q, got, err, want)
		}
	}
	check(history.Query{Limit: 9}, "tickets.dev.3 completed; payments.dev.2 failed; tickets.dev.1 rolledBack; ")
	check(history.Query{Limit: 1}, "tickets.dev.3 completed; ")
	check(history.Query{Service: "payments", Environment: "dev", Limit: 9}, "payments.dev.2 failed; ")
	check(history.Query{Environment: "prod", Limit: 9}, "")
	if err := e.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, e = open(t, path)
	tell("tickets", 4, deploy.Aborted)
	check(history.Query{Service: "tickets", Limit: 9}, "tickets.dev.4 aborted; tickets.dev.3 completed; tickets.dev.1 rolledBack; ")
}

func open(t *testing.T, path string) (*store.Store, *engine.Engine) {
	t.Helper()
	s, err := store.Open(t.Context(), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	e := engine.New(s, engine.Options{Log: slog.New(slog.DiscardHandler)})
	engine.Register(e, "deployment", deploy.RecordVersion, deploy.Record{})
	e.AddView(history.View())
	if err := e.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Stop(t.Context()) })
	return s, e
}
