package deploy

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/target"
	"slipway.dev/internal/wire/edgewire"
)

const one, two = "tickets.dev.1.0", "tickets.dev.2.0"

func TestKeeperStartsWhatIsDesired(t *testing.T) {
	w := newWorld(t)
	w.want(one, two)
	w.await("both run", func() bool { return w.runs(one) && w.runs(two) })
	w.mu.Lock()
	env := w.running[one].Env
	w.mu.Unlock()
	if env["SLIPWAY_URL_PAYMENTS"] != "http://payments" || env["COLOR"] != "blue" || env["SLIPWAY_INSTANCE"] != one || env["SLIPWAY_RELEASE"] != "r1" {
		t.Errorf("%v", env)
	}
	// What was ended by somebody else is started again at the next look.
	w.do(func() { delete(w.running, one) })
	w.await("it runs again", func() bool { w.want(one, two); return w.runs(one) })
}

// TestKeeperDrains: an instance is stopped when the edge sends it nothing more and has all
// answers; the fake target complains about anything else.
func TestKeeperDrains(t *testing.T) {
	w := newWorld(t)
	w.want(one)
	w.await("it runs", func() bool { return w.runs(one) })
	w.do(func() {
		w.table.Services = []edgewire.Service{{Groups: []edgewire.Group{{Instances: []edgewire.Instance{{ID: one}}}}}}
		w.inFlight[one] = 2
	})
	w.want()
	w.await("the keeper waits for the edge", func() bool { return strings.Contains(w.logged(), "still sends requests") })
	w.do(func() { w.table.Services = nil })
	before := w.asked() // the fake complains if it is stopped with requests under way
	w.await("the keeper asks on", func() bool { return w.asked() > before+3 })
	w.do(func() { w.inFlight[one] = 0 })
	w.await("it is stopped", func() bool { return !w.runs(one) })
}

func (w *world) asked() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asks
}

// TestKeeperSparesWhatIsDesiredAgain: it became desired again while it drained.
func TestKeeperSparesWhatIsDesiredAgain(t *testing.T) {
	w := newWorld(t)
	w.want(one)
	w.await("it runs", func() bool { return w.runs(one) })
	w.gate = make(chan struct{})
	w.want()
	w.await("the keeper asks", func() bool { return w.asked() > 0 })
	w.want(one) // before it has its answer
	w.do(func() {
		w.table.Services = []edgewire.Service{{Groups: []edgewire.Group{{Instances: []edgewire.Instance{{ID: one}}}}}}
	})
	close(w.gate)
	w.await("the worker is done", func() bool {
		w.keeper.mu.Lock()
		defer w.keeper.mu.Unlock()
		return !w.keeper.busy[one]
	})
	if !w.runs(one) {
		t.Error("it was stopped")
	}
}

// TestKeeperLeavesTheUnknownAlone: an instance of another store may carry traffic.
func TestKeeperLeavesTheUnknownAlone(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"other.dev.1.0", "not-one-of-ours"} {
		w.running[id] = target.Instance{ID: id}
	}
	idle := func() bool {
		w.keeper.mu.Lock()
		defer w.keeper.mu.Unlock()
		return len(w.keeper.busy) == 0
	}
	for range 3 {
		w.want()
		w.await("all workers are done", idle)
	}
	if !w.runs("other.dev.1.0") || !w.runs("not-one-of-ours") {
		t.Error("an unknown instance was stopped")
	}
	if n := strings.Count(w.logged(), "left alone"); n != 2 {
		t.Errorf("said %d times:\n%s", n, w.logged())
	}
}

// TestKeeperAsksAgainWhoseItIs: a store that cannot be read does not make it unknown.
func TestKeeperAsksAgainWhoseItIs(t *testing.T) {
	w := newWorld(t)
	failed := false
	w.known = func(string) (bool, error) {
		if !failed {
			failed = true
			return false, errors.New("the disk cannot be read")
		}
		return true, nil
	}
	w.running[one] = target.Instance{ID: one}
	w.want()
	w.await("it is stopped", func() bool { return !w.runs(one) })
	if strings.Contains(w.logged(), "left alone") || !strings.Contains(w.logged(), "cannot be read") {
		t.Error(w.logged())
	}
}

func TestKeeperReportsAFailingStart(t *testing.T) {
	w := newWorld(t)
	w.starts = 2
	w.want(one)
	w.await("it runs after all", func() bool { return w.runs(one) })
	told := w.told(deploy.EventInstance)[1:] // the first is that it does not run yet
	if len(told) != 2 || !strings.HasPrefix(told[0], lane) || !strings.Contains(told[0], "no such program") || !strings.Contains(told[0], `"starting"`) {
		t.Errorf("%q", told)
	}
}

// TestKeeperBeginsWithWhatRuns: after a restart of the machine, or on another one, lanes are
// told how all instances are before any is started; those of older deployments first, since
// they are what one goes back to.
func TestKeeperBeginsWithWhatRuns(t *testing.T) {
	w := newWorld(t)
	w.starts = 1000
	w.running["tickets.dev.9.1"] = target.Instance{ID: "tickets.dev.9.1"}
	w.want("tickets.dev.10.0", "tickets.dev.9.0", "tickets.dev.9.1", "tickets.dev.10b.0")
	var got []string
	for _, told := range w.told(deploy.EventInstance)[:4] {
		var i deploy.Instance
		if err := json.Unmarshal([]byte(strings.TrimPrefix(told, lane+" ")), &i); err != nil {
			t.Fatal(err)
		}
		got = append(got, i.ID+" "+i.State)
	}
	want := []string{"tickets.dev.9.0 starting", "tickets.dev.9.1 healthy", "tickets.dev.10.0 starting", "tickets.dev.10b.0 starting"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	w.want("tickets.dev.10.0", "tickets.dev.11.0")
	for _, told := range w.told(deploy.EventInstance) {
		if strings.Contains(told, "tickets.dev.11.0") && strings.Contains(told, "not run here yet") {
			t.Errorf("what is new was taken for lost: %s", told)
		}
	}
}

// TestKeeperTellsAgain: what the store could not take is brought again, unless there is
// something newer or nobody desires the instance any more.
func TestKeeperTellsAgain(t *testing.T) {
	w := newWorld(t)
	go w.keeper.Observe(t.Context())
	w.want(one, two)
	w.await("both run", func() bool { return w.runs(one) && w.runs(two) })
	w.statuses <- target.Status{ID: "nobody's", State: target.Healthy}
	w.do(func() { w.events, w.fails = nil, 3 })
	w.statuses <- target.Status{ID: one, State: target.Starting}
	w.statuses <- target.Status{ID: one, State: target.Healthy, Address: "127.0.0.1:7"}
	w.statuses <- target.Status{ID: two, State: target.Crashed}
	w.await("all three failed", func() bool { w.mu.Lock(); defer w.mu.Unlock(); return w.fails == 0 })
	if told := w.told(deploy.EventInstance); len(told) != 0 {
		t.Fatalf("%q", told)
	}
	w.want(one)
	w.want(one)
	told := w.told(deploy.EventInstance)
	if len(told) != 1 || !strings.Contains(told[0], `"healthy","address":"127.0.0.1:7"`) {
		t.Errorf("%q", told)
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	for tries := range 100 {
		if d := backoff(tries).Seconds(); d < 0.025 || d >= 5 {
			t.Errorf("%d: %v s", tries, d)
		}
	}
}
