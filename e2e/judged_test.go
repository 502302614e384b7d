package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/e2e/house"
	"slipway.dev/internal/store/pgtest"
)

// shop are the flows through the service: what is read, and what is bought.
const shop = `apiVersion: slipway.dev/v1
kind: Flow
metadata: {name: browse, team: crew}
spec: {type: user, criticality: high, start: visitor comes, end: visitor has seen it, steps: [{name: look, service: app, request: GET /}]}
---
apiVersion: slipway.dev/v1
kind: Flow
metadata: {name: purchase, team: crew}
spec: {type: user, criticality: high, start: seat is chosen, end: ticket is paid, steps: [{name: order, service: app, request: POST /}]}
`

// canary judges by the evidence; users are told apart by a header.
const canary = "{canary: {sticky: {header: X-User}}}"

// founded gives a house whose service has flows, and a first version that runs.
func founded(t *testing.T, ctx context.Context, first house.Version) (*house.House, *house.Repo) {
	t.Helper()
	if first.Strategy == "" {
		first.Strategy = canary
	}
	h := newHouse(t, house.Options{})
	must(t, h.Up(ctx, ""))
	first.Flows = shop
	r, err := h.Found(ctx, t.TempDir()+"/repo", first)
	must(t, err)
	return h, r
}

// active waits until the deployment of a commit is so, and gives it.
func active(t *testing.T, ctx context.Context, h *house.House, commit, what string, so func(model.Deployment) bool) (d model.Deployment) {
	t.Helper()
	err := house.Wait(ctx, what, func() (bool, error) {
		list, err := h.Deployments(ctx, model.DeploymentsQuery{Limit: 3})
		if err != nil {
			return false, nil //nolint:nilerr // the control plane may be down
		}
		for _, d = range list {
			if d.Commit == commit && so(d) {
				return true, nil
			}
		}
		return false, nil
	})
	if err != nil {
		t.Fatalf("%v; last seen: %+v", err, d)
	}
	return d
}

// judgedTo says that the judge has come to a tick.
func judgedTo(tick int64) func(model.Deployment) bool {
	return func(d model.Deployment) bool { return d.Judge != nil && d.Judge.Tick >= tick }
}

// once wants no identity of an instance to have been used twice.
func once(t *testing.T, h *house.House) {
	t.Helper()
	starts, err := h.Starts()
	must(t, err)
	for id, n := range starts {
		if n > 1 {
			t.Errorf("%s was started %d times", id, n)
		}
	}
}

// TestGoodCanary brings in a release that is fine, with users who are told apart. Nobody
// notices: no request fails, no user goes to and fro, and nothing is left of the comparison.
func TestGoodCanary(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	defer cancel()
	h, repo := founded(t, ctx, house.Version{Name: "v0"})
	users := h.Users(ctx, 400, 20_000)
	commit, err := h.Ship(ctx, repo, house.Version{Name: "v1", Strategy: canary, Flows: shop})
	must(t, err)
	must(t, house.Wait(ctx, "the share grows", func() (bool, error) {
		l, err := h.Lane(ctx, house.Service, house.Environment)
		return err == nil && l.Active != nil && l.Active.Weight >= 4 || err == nil && l.Current.Deployment != "app.dev.1", err
	}))
	if !heavy() { // it takes a minute or more to be proven
		users.Stop()
		must(t, users.Check())
		return
	}
	d, err := h.Settled(ctx, commit)
	must(t, err)
	if d.Outcome != "completed" || d.Judge == nil || d.Judge.Verdict != "promote" {
		t.Errorf("it ended as %s: %s; %+v", d.Outcome, d.Reason, d.Judge)
	}
	must(t, h.Quiet(ctx, "app.dev.1", "app.dev.2"))
	users.Stop()
	must(t, users.Check())
	once(t, h)
	t.Logf("promoted after %.0f s; %d requests", d.Seconds, users.Result().Requests)
}

// TestBadCanary brings in a release that fails in one flow. The control plane is killed
// between ticks, or the edge is, which counts anew then: the verdict is the same, and it
// names the flow.
func TestBadCanary(t *testing.T) {
	t.Parallel()
	for name, disturb := range map[string]func(t *testing.T, ctx context.Context, h *house.House){
		"in peace": func(*testing.T, context.Context, *house.House) {},
		"control plane killed": func(t *testing.T, ctx context.Context, h *house.House) {
			for range 3 {
				h.Kill()
				must(t, h.Up(ctx, ""))
			}
		},
		"edge killed": func(t *testing.T, ctx context.Context, h *house.House) {
			hello, err := h.Edge.Hello(ctx)
			must(t, err)
			must(t, syscall.Kill(hello.PID, syscall.SIGKILL))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !heavy() && name != "control plane killed" {
				t.Skip("with SLIPWAY_HEAVY=1")
			}
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			h, repo := founded(t, ctx, house.Version{Name: "v0"})
			traffic := h.Traffic(ctx, 100, 4, nil)
			commit, err := h.Ship(ctx, repo, house.Version{Name: "v1", Mode: "fail POST 50", Strategy: canary, Flows: shop})
			must(t, err)
			active(t, ctx, h, commit, "it is judged", judgedTo(1))
			disturb(t, ctx, h)
			d, err := h.Settled(ctx, commit)
			must(t, err)
			if d.Outcome != "rolledBack" || d.Judge == nil || d.Judge.Verdict != "rollback" || !strings.Contains(d.Reason, "purchase") || strings.Contains(d.Reason, "browse") {
				t.Errorf("it ended as %s: %s; %+v", d.Outcome, d.Reason, d.Judge)
			}
			must(t, h.Quiet(ctx, "app.dev.1"))
			traffic.Stop()
			once(t, h)
			replayed(t, ctx, h, d)
			audited(t, ctx, h)
			t.Logf("%.0f s, %d users hit", d.Seconds, d.Judge.UsersHit)
		})
	}
}

// replayed wants the kept ticks to lead to the same verdict.
func replayed(t *testing.T, ctx context.Context, h *house.House, d model.Deployment) {
	t.Helper()
	text, err := h.Command(ctx, "judge", "replay", d.ID, "-o", "json")
	must(t, err)
	if want := fmt.Sprintf(`"verdict": %q`, d.Judge.Verdict); !strings.Contains(text, want) && !strings.Contains(text, strings.ReplaceAll(want, " ", "")) {
		t.Errorf("the replay does not say %s:\n%.2000s", want, text)
	}
}

// TestCanaryWithoutUsers holds and asks a person after the policy's time, who may decide in
// each way.
func TestCanaryWithoutUsers(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	const patient = "{canary: {maximum: 2s}}"
	h, repo := founded(t, ctx, house.Version{Name: "v0", Strategy: patient})
	serving := []string{"app.dev.1"}
	decisions := []struct{ decision, outcome string }{{"accept", "completed"}, {"rollback", "rolledBack"}}
	if !heavy() {
		decisions = decisions[:1]
	}
	for i, c := range decisions {
		commit, err := h.Ship(ctx, repo, house.Version{Name: fmt.Sprint("v", i+1), Strategy: patient, Flows: shop})
		must(t, err)
		held := func(d model.Deployment) bool { return d.Outcome == "held" }
		d := active(t, ctx, h, commit, "a person is asked", held)
		decide := func(decision string) {
			_, err := h.Settle(ctx, model.SettleRequest{Service: house.Service, Environment: house.Environment, Decision: decision, Reason: "seen"})
			must(t, err)
		}
		decide("retry")
		active(t, ctx, h, commit, "the judge goes on", func(d model.Deployment) bool { return d.Outcome == "shifting" })
		active(t, ctx, h, commit, "a person is asked again", held)
		h.Kill()
		must(t, h.Up(ctx, ""))
		decide(c.decision)
		active(t, ctx, h, commit, "it is "+c.outcome, func(d model.Deployment) bool { return d.Outcome == c.outcome })
		if c.outcome == "completed" {
			serving = append(serving, d.ID)
		}
		must(t, h.Quiet(ctx, serving...))
	}
	once(t, h)
}

// TestInnocentCanary has errors that both sides have: the release is not to blame, and is
// not taken back; without traffic to prove it a person is asked.
func TestInnocentCanary(t *testing.T) {
	t.Parallel()
	if !heavy() {
		t.Skip("with SLIPWAY_HEAVY=1")
	}
	const patient = "{canary: {maximum: 40s}}"
	for name, modes := range map[string][2]string{"all fail": {"fail * 100", "fail * 100"}, "some fail": {"fail * 20", "fail * 21"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			h, repo := founded(t, ctx, house.Version{Name: "v0", Mode: modes[0], Strategy: patient})
			traffic := h.Traffic(ctx, 100, 4, nil)
			commit, err := h.Ship(ctx, repo, house.Version{Name: "v1", Mode: modes[1], Strategy: patient, Flows: shop, Observe: "5s"})
			must(t, err)
			d, err := h.Settled(ctx, commit)
			must(t, err)
			if d.Outcome == "rolledBack" {
				t.Errorf("it was taken back: %s; %+v", d.Reason, d.Judge)
			}
			if name == "all fail" && d.Outcome != "held" {
				t.Errorf("it ended as %s: %s", d.Outcome, d.Reason)
			}
			if d.Outcome == "held" {
				_, err = h.Settle(ctx, model.SettleRequest{Service: house.Service, Environment: house.Environment, Decision: "accept", Reason: "it is not the release"})
				must(t, err)
			}
			d = active(t, ctx, h, commit, "it is in", func(d model.Deployment) bool { return slices.Contains([]string{"completed", "rolledBack"}, d.Outcome) })
			if d.Outcome != "completed" {
				t.Errorf("it ended as %s: %s", d.Outcome, d.Reason)
			}
			traffic.Stop()
			t.Logf("%s: %s", d.Outcome, d.Reason)
		})
	}
}

// TestCanaryInterrupted ends a judged canary from outside: by hand, by a rollback, by another
// push, by flows that go, and by instances that crash. Nothing is left of it.
func TestCanaryInterrupted(t *testing.T) {
	t.Parallel()
	if !heavy() {
		t.Skip("with SLIPWAY_HEAVY=1")
	}
	for name, c := range map[string]struct {
		mode    string
		disturb func(t *testing.T, ctx context.Context, h *house.House, repo *house.Repo, id string)
		outcome []string
	}{
		"aborted": {disturb: func(t *testing.T, ctx context.Context, h *house.House, _ *house.Repo, id string) {
			_, err := h.Abort(ctx, model.AbortRequest{Service: house.Service, Environment: house.Environment, Deployment: id, Reason: "no"})
			must(t, err)
		}, outcome: []string{"aborted", "rolledBack"}},
		"rolled back by hand": {disturb: func(t *testing.T, ctx context.Context, h *house.House, _ *house.Repo, _ string) {
			_, err := h.Rollback(ctx, model.RollbackRequest{Service: house.Service, Environment: house.Environment, Reason: "no"})
			must(t, err)
		}, outcome: []string{"rolledBack"}},
		"control plane away": {mode: "fail POST 25", disturb: func(t *testing.T, ctx context.Context, h *house.House, _ *house.Repo, _ string) {
			counted := func() (n uint64) {
				c, err := h.Edge.Counters(ctx)
				must(t, err)
				for _, one := range c.Counters {
					n += one.Requests
				}
				return n
			}
			before := counted()
			h.Kill()
			must(t, house.Wait(ctx, "users come meanwhile", func() (bool, error) { return counted() > before+600, nil }))
			must(t, h.Up(ctx, ""))
		}, outcome: []string{"rolledBack"}},
		"crashing": {mode: "crash 10", disturb: func(*testing.T, context.Context, *house.House, *house.Repo, string) {}, outcome: []string{"rolledBack", "failed"}},
		"flow renamed": {mode: "fail POST 25", disturb: func(t *testing.T, ctx context.Context, h *house.House, repo *house.Repo, _ string) {
			must(t, repo.Write(map[string]string{".slipway/flows.yaml": strings.ReplaceAll(shop, "name: purchase", "name: buying")}))
			_, err := repo.Commit(ctx, "Rename")
			must(t, err)
			_, err = h.PollSource(ctx, house.Source)
			must(t, err)
		}, outcome: []string{"rolledBack"}},
		"flows removed": {mode: "fail POST 25", disturb: func(t *testing.T, ctx context.Context, h *house.House, repo *house.Repo, _ string) {
			must(t, os.Remove(repo.Dir+"/.slipway/flows.yaml"))
			_, err := repo.Commit(ctx, "Remove")
			must(t, err)
			_, err = h.PollSource(ctx, house.Source)
			must(t, err)
		}, outcome: []string{"rolledBack"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			h, repo := founded(t, ctx, house.Version{Name: "v0"})
			traffic := h.Traffic(ctx, 60, 4, nil)
			commit, err := h.Ship(ctx, repo, house.Version{Name: "v1", Mode: c.mode, Strategy: canary, Flows: shop})
			must(t, err)
			d := active(t, ctx, h, commit, "it is judged", judgedTo(1))
			c.disturb(t, ctx, h, repo, d.ID)
			d, err = h.Settled(ctx, commit)
			must(t, err)
			if !slices.Contains(c.outcome, d.Outcome) {
				t.Errorf("it ended as %s: %s", d.Outcome, d.Reason)
			}
			t.Logf("%s: %s", d.Outcome, d.Reason)
			if !strings.HasPrefix(name, "flow") { // there, another release follows
				must(t, h.Quiet(ctx, "app.dev.1"))
			}
			traffic.Stop()
			if c.mode != "crash 10" { // what crashes is started again
				once(t, h)
			}
		})
	}
}

// TestCanaryAborted aborts a judged canary in each of its phases. Nothing is left of it.
func TestCanaryAborted(t *testing.T) {
	t.Parallel()
	if !heavy() {
		t.Skip("with SLIPWAY_HEAVY=1")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	h, repo := founded(t, ctx, house.Version{Name: "v0"})
	traffic := h.Traffic(ctx, 60, 4, nil)
	settle := func(decision string) {
		_, err := h.Settle(ctx, model.SettleRequest{Service: house.Service, Environment: house.Environment, Decision: decision, Reason: "seen"})
		must(t, err)
	}
	for i, phase := range []string{"preparing", "shifting", "held", "observing"} {
		v := house.Version{Name: fmt.Sprint("v", i+1), Strategy: "{canary: {minimum: 1h, maximum: 1h}}", Flows: shop, Observe: "1h"}
		switch phase {
		case "preparing":
			v.Mode = "late"
		case "held", "observing":
			v.Strategy = "{canary: {minimum: 1s, maximum: 1s}}"
		}
		commit, err := h.Ship(ctx, repo, v)
		must(t, err)
		if phase == "observing" {
			active(t, ctx, h, commit, "a person is asked", func(d model.Deployment) bool { return d.Outcome == "held" })
			settle("accept")
		}
		d := active(t, ctx, h, commit, "it is "+phase, func(d model.Deployment) bool { return d.Outcome == phase })
		_, err = h.Abort(ctx, model.AbortRequest{Service: house.Service, Environment: house.Environment, Deployment: d.ID, Reason: phase})
		must(t, err)
		active(t, ctx, h, commit, "it is aborted", func(d model.Deployment) bool { return d.Outcome == "aborted" })
		must(t, h.Quiet(ctx, "app.dev.1"))
	}
	traffic.Stop()
	must(t, traffic.Check())
	once(t, h)
}

// TestCanaryPushedOver brings in one release after another while the first is judged. The last
// takes the place of what waits, and is judged in its turn.
func TestCanaryPushedOver(t *testing.T) {
	t.Parallel()
	if !heavy() {
		t.Skip("with SLIPWAY_HEAVY=1")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	defer cancel()
	h, repo := founded(t, ctx, house.Version{Name: "v0"})
	users := h.Users(ctx, 300, 20_000)
	first, err := h.Ship(ctx, repo, house.Version{Name: "v1", Strategy: canary, Flows: shop})
	must(t, err)
	active(t, ctx, h, first, "it is judged", judgedTo(1))
	second, err := h.Ship(ctx, repo, house.Version{Name: "v2", Strategy: canary, Flows: shop})
	must(t, err)
	// Of the commits that are new when a source is looked at, only the last is deployed: the
	// second must have come in before there is a third.
	active(t, ctx, h, second, "it waits", func(d model.Deployment) bool { return d.Outcome == "waiting" })
	third, err := h.Ship(ctx, repo, house.Version{Name: "v3", Strategy: canary, Flows: shop})
	must(t, err)
	d, err := h.Settled(ctx, third)
	must(t, err)
	if d.Outcome != "completed" {
		t.Errorf("the third ended as %s: %s", d.Outcome, d.Reason)
	}
	a, err := h.Settled(ctx, first)
	must(t, err)
	b, err := h.Settled(ctx, second)
	must(t, err)
	if b.Outcome != "superseded" {
		t.Errorf("the second ended as %s: %s", b.Outcome, b.Reason)
	}
	t.Logf("%s: %s; %s: %s; %s: %s", a.ID, a.Outcome, b.ID, b.Outcome, d.ID, d.Outcome)
	serving := []string{d.ID}
	if a.Outcome == "completed" {
		serving = append(serving, a.ID)
	} else {
		serving = append(serving, "app.dev.1")
	}
	must(t, h.Quiet(ctx, serving...))
	users.Stop()
	must(t, users.Check())
	once(t, h)
}

// TestCanaryMoves takes a control plane away while it judges: another one takes over, or goes
// on from a backup.
func TestCanaryMoves(t *testing.T) {
	t.Parallel()
	if !heavy() {
		t.Skip("with SLIPWAY_HEAVY=1")
	}
	for name, move := range map[string]func(t *testing.T, ctx context.Context, h *house.House) *house.House{
		"standby": func(t *testing.T, ctx context.Context, h *house.House) *house.House {
			standby, err := h.Standby()
			must(t, err)
			t.Cleanup(func() { must(t, standby.Close()) })
			must(t, standby.Begin(""))
			must(t, house.Wait(ctx, "it says that it is a standby", func() (bool, error) {
				return strings.Contains(standby.Output(), "waiting as a standby"), nil
			}))
			h.Kill()
			must(t, standby.Answers(ctx, false))
			return standby
		},
		"backup": func(t *testing.T, ctx context.Context, h *house.House) *house.House {
			file := filepath.Join(t.TempDir(), "backup")
			_, err := h.Command(ctx, "backup", file)
			must(t, err)
			h.Stop()
			_, err = h.Command(ctx, "down")
			must(t, err)
			next := newHouse(t, house.Options{})
			_, err = next.Command(ctx, "restore", file)
			must(t, err)
			must(t, os.CopyFS(filepath.Join(next.Data(), "artifacts"), os.DirFS(filepath.Join(h.Data(), "artifacts"))))
			must(t, next.Up(ctx, ""))
			return next
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
			defer cancel()
			o := house.Options{}
			if name == "standby" {
				o.Store = pgtest.Start(t)
			}
			h := newHouse(t, o)
			must(t, h.Up(ctx, ""))
			repo, err := h.Found(ctx, t.TempDir()+"/repo", house.Version{Name: "v0", Strategy: canary, Flows: shop})
			must(t, err)
			traffic := h.Traffic(ctx, 60, 4, nil)
			commit, err := h.Ship(ctx, repo, house.Version{Name: "v1", Mode: "fail POST 25", Strategy: canary, Flows: shop})
			must(t, err)
			d := active(t, ctx, h, commit, "it is judged", judgedTo(1))
			before := d.Judge.Tick
			next := move(t, ctx, h)
			if next.HTTP != h.HTTP {
				traffic.Stop()
				traffic = next.Traffic(ctx, 60, 4, nil)
			}
			d, err = next.Settled(ctx, commit)
			must(t, err)
			// On another machine are none of the canary's instances: it is taken back for that,
			// unless they are there again before anybody looks, or it was judged before it moved.
			because := strings.Contains(d.Reason, "purchase") || name == "backup" && strings.Contains(d.Reason, "no instance")
			if d.Outcome != "rolledBack" || d.Judge == nil || d.Judge.Tick < before || !because {
				t.Errorf("it ended as %s: %s; %+v", d.Outcome, d.Reason, d.Judge)
			}
			must(t, next.Quiet(ctx, "app.dev.1"))
			traffic.Stop()
			audited(t, ctx, next)
			t.Logf("%s: %s", d.Outcome, d.Reason)
		})
	}
}
