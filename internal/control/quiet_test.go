package control_test

import (
	"strings"
	"testing"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/traffic"
	"slipway.dev/internal/engine"
)

// counted brings requests of prod, hour by hour from a Monday on: few from 2 to 4 in UTC.
func (w *world) counted(from time.Time, hours int) time.Time {
	w.Helper()
	for range hours {
		c := traffic.Counted{Environment: "prod", From: from, To: from.Add(time.Hour), Requests: 1000}
		if h := from.Hour(); h == 2 || h == 3 {
			c.Requests = 4
		}
		try(w.engine.Submit(w.Context(), engine.To{Machine: traffic.MachineID("prod"),
			Event: machine.Event{Type: traffic.EventCounted, Actor: machine.System("traffic"), Data: machine.Must(c)}}))(w)
		from = c.To
	}
	return from
}

// TestQuietWindow: a window is proposed when a week was watched, until then it is said what is
// missing. What is proposed is what a manifest takes, and then there is a next window.
func TestQuietWindow(t *testing.T) {
	w := newWorld(t)
	// Nobody is asked, or else somebody would have to agree to the windows.
	asksNobody := strings.Replace(platform, "spec: {after: dev, target: {process: {}}}", "spec:\n  after: dev\n  gate:\n    approvals: {count: 0}\n", 1)
	w.apply("hand", asksNobody)
	w.refused(second(w.QuietWindow(w.ctx, "prod", "Mars/Olympus")), fault.Invalid, `"Mars/Olympus"`, "Europe/Berlin")
	w.refused(second(w.QuietWindow(w.ctx, "prod", "Local")), fault.Invalid)
	w.refused(second(w.QuietWindow(w.ctx, "moon", "")), fault.NotFound)
	unknown := func(says string) {
		t.Helper()
		q := try(w.QuietWindow(w.ctx, "prod", "Asia/Tokyo"))(t)
		if q.Known || q.Window != nil || q.Manifest != "" || !strings.Contains(q.Reason, says) {
			t.Errorf("%+v", q)
		}
	}
	unknown("silence for a week says nothing")
	at := w.counted(time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), 20)
	unknown("since Mon 5 Jan 2026 09:00 JST, and so far in 20 of the 168 hours of a week: a whole week is needed")
	w.counted(at, 148)
	q := try(w.QuietWindow(w.ctx, "prod", "Asia/Tokyo"))(t)
	want := model.Window{From: "11:00", To: "13:00", Zone: "Asia/Tokyo"}
	if !q.Known || q.Window == nil || *q.Window != want || q.Watched != 168 || q.Requests != 7*(22*1000+2*4) {
		t.Fatalf("%+v", q)
	}
	if got := try(w.QuietWindow(w.ctx, "prod", ""))(t).Window; *got != (model.Window{From: "02:00", To: "04:00"}) {
		t.Errorf("%+v", got)
	}

	w.live("a1")
	next := model.PromoteRequest{Service: "tickets", Environment: "prod", Window: true}
	w.refused(second(w.Promote(w.ctx, next)), fault.Refused, "no windows", "slipway gate window prod")
	w.apply("hand", strings.Replace(asksNobody, "  gate:\n", "  "+strings.ReplaceAll(strings.TrimSpace(q.Manifest), "\n", "\n  ")+"\n", 1))
	if p := try(w.Doors.Policy(w.ctx, "prod"))(t); len(p.Windows) != 1 || p.Windows[0].String() != "11:00 to 13:00 (Asia/Tokyo)" {
		t.Errorf("%v", p.Windows)
	}
	try(w.Promote(w.ctx, next))(t)
}
