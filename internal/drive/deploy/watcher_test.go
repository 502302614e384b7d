package deploy

import (
	"context"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/wire/edgewire"
)

func TestWatcher(t *testing.T) {
	w := newWorld(t)
	watcher := NewWatcher(w.deps())
	watch := func(deployments ...string) {
		t.Helper()
		var all []engine.Desired
		if len(deployments) > 0 {
			all = []engine.Desired{{Machine: lane, Kind: deploy.DesiredWatch, Spec: machine.Must(deploy.WatchSpec{Service: "tickets", Environment: "dev", Deployments: deployments})}}
		}
		if err := watcher.Reconcile(t.Context(), all); err != nil {
			t.Fatal(err)
		}
	}
	w.counters.Counters = []edgewire.Counter{
		{Service: "tickets", Environment: "dev", Deployment: "tickets.dev.2", Requests: 10, EdgeFailed: 1, Status: []uint64{0, 6, 0, 1, 2}},
		{Service: "tickets", Environment: "dev", Deployment: "tickets.dev.2", Release: "again", Requests: 5, Status: []uint64{0, 5, 0, 0, 0}},
		{Service: "tickets", Environment: "prod", Deployment: "tickets.dev.2", Requests: 100},
		{Service: "tickets", Environment: "dev"},
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		watcher.Run(ctx, time.Millisecond)
	}()
	w.do(func() { w.fails = 1 })
	watch("tickets.dev.1", "tickets.dev.2")
	told := func() int { return len(w.told(deploy.EventTraffic)) }
	w.await("the counts are told", func() bool { return told() == 1 })
	want := lane + ` {"counts":[{"deployment":"tickets.dev.1","requests":0,"errors":0},{"deployment":"tickets.dev.2","requests":15,"errors":3}]}`
	if got := w.told(deploy.EventTraffic)[0]; got != want {
		t.Errorf("%s", got)
	}
	w.do(func() { w.counters.Counters[0].Requests = 11 })
	w.await("the change is told", func() bool { return told() == 2 })
	watch()
	w.await("nobody is watched", func() bool { return len(watcher.kick) == 0 })
	watch("tickets.dev.1", "tickets.dev.2") // whoever asks anew needs to know where it begins
	w.do(func() { w.counters.Counters[0].Requests = 12 })
	w.await("it is told again", func() bool { return told() >= 3 })
	cancel()
	<-ended
	if !strings.Contains(w.logged(), "brought again") {
		t.Error("a failure was kept silent")
	}
}

// TestWatcherTellsAnew looks once for a lane that asks again while another goes on asking.
func TestWatcherTellsAnew(t *testing.T) {
	w := newWorld(t)
	watcher := NewWatcher(w.deps())
	spec := deploy.WatchSpec{Service: "tickets", Environment: "dev", Deployments: []string{"tickets.dev.1"}}
	last := map[string][]deploy.Count{}
	for _, want := range []map[string]deploy.WatchSpec{{lane: spec, "other": spec}, {lane: spec, "other": spec}, {"other": spec}, {lane: spec, "other": spec}} {
		watcher.look(t.Context(), want, last)
	}
	if told := w.told(deploy.EventTraffic); len(told) != 3 {
		t.Errorf("%q", told)
	}
}
