package control_test

import (
	"testing"

	"slipway.dev/internal/core/alert"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
)

// TestAlerts: what is not over comes first, and of what is over only the last are told.
func TestAlerts(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	send := func(n int64, kind string, data any) {
		t.Helper()
		_, err := w.engine.Submit(t.Context(), engine.To{Machine: alert.MachineID("dev", "buy", n),
			Event: machine.Event{Type: kind, Actor: machine.System("slo"), Data: machine.Must(data)}})
		if err != nil {
			t.Fatal(err)
		}
	}
	const over = 55
	for n := int64(1); n <= over+1; n++ {
		send(n, alert.EventFired, alert.Fired{Number: n, Flow: "buy", Environment: "dev", Objective: "availability", Severity: alert.Page, Title: "buy fails", Team: "box-office"})
		if n > 1 {
			send(n, alert.EventResolved, alert.Resolved{Reason: "it works"})
		}
	}
	list := try(w.Alerts(w.ctx))(t)
	if len(list) != 51 || list[0].Status != string(alert.Firing) || list[1].ResolvedAt.IsZero() {
		t.Errorf("%d alerts, the first %+v", len(list), list[0])
	}
	for _, a := range list[1:] {
		if a.Task == alert.TaskName("dev", "buy", 2) {
			t.Error("the oldest that is over is told")
		}
	}
}
