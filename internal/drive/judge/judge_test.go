package judge

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/judge"
	"slipway.dev/internal/store"
)

// TestBadCanary: one that breaks only the purchases goes back because of them, and has hit
// few users.
func TestBadCanary(t *testing.T) {
	t.Parallel()
	for _, baseline := range []string{config.BaselineFresh, config.BaselineRunning} {
		w := newWorld(t, config.Strategy{Baseline: baseline})
		w.fails["r2"]["purchase"] = 0.2
		took := w.judged(600)
		if a := w.lane.Active; a == nil || a.Phase != deploy.RollingBack || !strings.Contains(a.Reason, "purchase") {
			t.Fatalf("%s: after %d s: %+v", baseline, took, w.lane.Status())
		}
		last := w.last()
		if last.Verdict != judge.Rollback || last.Flows[0].Flow != "purchase" || last.UsersHit == 0 || last.UsersHit != w.evidence("purchase").Canary.Errors {
			t.Errorf("%+v", last)
		}
		t.Logf("%s: %d s, %d users hit", baseline, took, last.UsersHit)
		if took > 60 || last.UsersHit > 30 {
			t.Errorf("that took %d s and hit %d users", took, last.UsersHit)
		}
	}
}

// TestGoodCanary: its share grows, it gets all traffic, and the journal hears little of it.
func TestGoodCanary(t *testing.T) {
	t.Parallel()
	w := newWorld(t, config.Strategy{Baseline: config.BaselineFresh})
	w.fails["r1"]["purchase"], w.fails["r2"]["purchase"] = 0.005, 0.005
	took := w.judged(3000)
	if a := w.lane.Active; a == nil || a.Stage != len(a.Stages)-1 || w.last().Verdict != judge.Promote {
		t.Fatalf("after %d s: %+v, %+v", took, w.lane.Status(), w.last())
	}
	t.Logf("%d s, said %d times", took, len(w.said))
	if len(w.said) > 20+took/10 {
		t.Errorf("the journal has %d entries of %d s", len(w.said), took)
	}
	if len(w.said) < 4 { // at least the beginning, two larger shares and the end
		t.Errorf("the judge said %d things", len(w.said))
	}
}

// story runs a canary to its end, with the control plane killed after the seconds that kills
// says, and gives all that is said but for what a restart says anew.
func story(t *testing.T, fails float64, kills func(second int) bool) (said []deploy.Judged, last deploy.Judged) {
	t.Helper()
	w := newWorld(t, config.Strategy{Baseline: config.BaselineRunning})
	w.fails["r1"]["purchase"], w.fails["r2"]["purchase"] = 0.01, fails
	for n := 0; n < 2000 && w.spec() != nil; n++ {
		w.second()
		if kills(n) {
			w.kill()
		}
	}
	for _, j := range w.said {
		if n := len(said); n == 0 || said[n-1].Verdict != j.Verdict || said[n-1].Weight != j.Weight {
			said = append(said, j)
		}
	}
	return said, w.last()
}

// TestKilled: a control plane that is killed between any two ticks comes to the same verdict
// by the same evidence, at the same tick.
func TestKilled(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]float64{"worse": 0.04, "fine": 0.01} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, last := story(t, fails, func(int) bool { return false })
			if last.Verdict == judge.Hold {
				t.Fatalf("the story has no end: %+v", last)
			}
			for name, kills := range map[string]func(int) bool{
				"each second":  func(n int) bool { return n < 60 },
				"now and then": func(n int) bool { return n%37 == 5 },
			} {
				got, end := story(t, fails, kills)
				if diff := cmp.Diff(last, end); diff != "" {
					t.Errorf("%s: the verdict (-without +killed)\n%s", name, diff)
				}
				if len(got) != len(want) {
					t.Errorf("%s: %d words, not %d", name, len(got), len(want))
				}
			}
		})
	}
}

// TestKilledBeforeItWasSaid: the tick is kept, but nobody heard of it.
func TestKilledBeforeItWasSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t, config.Strategy{})
	w.fails["r2"]["purchase"] = 1
	for n := 0; n < 300 && w.lane.Active.Phase == deploy.Shifting; n++ {
		w.unwritten = 1 // each is lost with the control plane that would have said it again
		w.second()
		w.unwritten = 0
		w.kill()
		if n == 30 {
			w.look() // the next one reads, sees nothing new, and says what follows
		}
	}
	if w.lane.Active.Phase != deploy.RollingBack || len(w.said) != 1 || w.last().Tick == 0 {
		t.Errorf("%+v, %+v", w.lane.Status(), w.said)
	}
}

// TestAway: as long as the edge or the catalog does not answer, there are no ticks, and the
// canary holds. What was counted meanwhile is one larger tick.
func TestAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, config.Strategy{})
	for range 3 {
		w.second()
	}
	before, weight := len(w.ticks(canary)), w.lane.Active.Weight
	w.away = fault.New(fault.Unavailable, "no edge")
	for range 5 {
		w.second()
	}
	w.away, w.lost = nil, fault.New(fault.Unavailable, "no catalog")
	w.second()
	if got := len(w.ticks(canary)); got != before || w.lane.Active.Weight != weight {
		t.Errorf("%d ticks, not %d; %d%%", got, before, w.lane.Active.Weight)
	}
	if n := strings.Count(w.log.String(), "no edge"); n != 1 || strings.Count(w.log.String(), "no catalog") != 1 {
		t.Errorf("said %d times\n%s", n, &w.log)
	}
	w.lost = nil
	w.second()
	if got := len(w.ticks(canary)); got != before+1 {
		t.Errorf("%d ticks, not %d", got, before+1)
	}
	w.agrees("purchase")
}

// agrees holds the judge's figures to the edge's, of deployments that nobody reached before.
func (w *world) agrees(name string) {
	w.Helper()
	r, err := w.judge.read(w.Context(), canary)
	if err != nil {
		w.Fatal(err)
	}
	for _, e := range r.state.Evidence() {
		if e.Flow == name {
			c, b := w.counter(name, canary, "r2").Units, w.counter(name, canary+"b", "r1").Units
			if e.Canary != (judge.Side{N: c.Requests, Errors: c.Errors}) || e.Baseline != (judge.Side{N: b.Requests, Errors: b.Errors}) {
				w.Errorf("the judge has %+v and %+v, the edge %+v and %+v", e.Canary, e.Baseline, c, b)
			}
		}
	}
}

// TestOlderEdge: one that knows no flows has the canary hold, and it is said why. Its successor
// ends that.
func TestOlderEdge(t *testing.T) {
	t.Parallel()
	w := newWorld(t, config.Strategy{Baseline: config.BaselineFresh})
	w.perSecond = 0
	for range 60 {
		w.plain(canary).Status[1] += 5
		w.second()
	}
	word := w.lane.Active.Judge
	if word == nil || word.Verdict != judge.Hold || !strings.Contains(word.Reason, "older version") || word.Weight != 1 || len(w.said) > 3 {
		t.Fatalf("said %d times, %+v", len(w.said), word)
	}
	if more := blame(deploy.Judged{Verdict: judge.Promote, Weight: 100}, 4); more.Verdict != judge.Hold || more.Weight != 4 {
		t.Errorf("checks alone have it %s with %d%%", more.Verdict, more.Weight)
	}
	if back := blame(deploy.Judged{Verdict: judge.Rollback}, 4); back.Verdict != judge.Rollback || back.Reason != "" {
		t.Errorf("%+v", back)
	}
	w.perSecond = 100
	w.second()
	w.second()
	if word := w.lane.Active.Judge; strings.Contains(word.Reason, "older version") {
		t.Errorf("%+v", word)
	}
}

// TestNobody: without users, or with none on one side, it holds until a person is asked; no
// entry in the journal says so each second.
func TestNobody(t *testing.T) {
	t.Parallel()
	for name, only := range map[string]string{"no users": "", "no baseline": canary, "no canary": canary + "b"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, config.Strategy{Maximum: 5 * time.Minute})
			w.perSecond = 0
			for range 290 {
				if only != "" {
					w.request("purchase", only, "", w.rand.IntN(50) == 0)
				}
				w.second()
			}
			if a := w.lane.Active; a.Phase != deploy.Shifting || a.Undecided {
				t.Fatalf("%+v", w.lane.Status())
			}
			for range 20 {
				w.second()
			}
			if a := w.lane.Active; !a.Undecided || !strings.Contains(a.Problem, "Not enough data") {
				t.Errorf("%+v", w.lane.Status())
			}
			if len(w.said) > 40 {
				t.Errorf("said %d times", len(w.said))
			}
			if only == "" && len(w.ticks(canary)) != 1 {
				t.Errorf("%d ticks of nothing", len(w.ticks(canary)))
			}
		})
	}
}

// TestNoFlows: of a service that is in no flow, all requests are judged.
func TestNoFlows(t *testing.T) {
	t.Parallel()
	w := newWorld(t, config.Strategy{})
	w.flows = []flow.Flow{{Name: "elsewhere", Criticality: flow.High, Steps: []flow.Step{{Service: "other", Request: "GET /"}, {Service: "tickets", Event: "sold"}}}}
	for range 60 {
		for i := range 10 {
			w.request("", canary, "r2", i < 3)
			w.request("", canary+"b", "r1", false)
		}
		w.second()
	}
	if a := w.lane.Active; a == nil || a.Phase != deploy.RollingBack || !strings.Contains(a.Reason, AllRequests) {
		t.Errorf("%+v", w.lane.Status())
	}
}

// TestRunningBaseline: what was counted before is no evidence.
func TestRunningBaseline(t *testing.T) {
	t.Parallel()
	w := newWorld(t, config.Strategy{Baseline: config.BaselineRunning})
	for range 1000 {
		w.request("purchase", "tickets.prod.1", "r1", true)
	}
	w.perSecond = 0
	w.second()
	w.request("purchase", "tickets.prod.1", "r1", false)
	w.request("purchase", canary, "r2", false)
	w.second()
	r, err := w.judge.read(t.Context(), canary)
	if err != nil {
		t.Fatal(err)
	}
	if e := r.state.Evidence()[0]; e.Flow != "purchase" || e.Baseline != (judge.Side{N: 1}) || e.Canary != (judge.Side{N: 1}) {
		t.Errorf("%+v", e)
	}
}

// TestRenamedFlow: the flow that is gone keeps its evidence, and nobody waits for its proof;
// the new one begins.
func TestRenamedFlow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, config.Strategy{Maximum: 30 * time.Hour})
	for range 5 {
		w.second()
	}
	seen := w.counter("purchase", canary, "r2").Units.Requests
	w.flows = []flow.Flow{aFlow("buy", flow.High), aFlow("search", flow.Low)}
	took := w.judged(3000)
	if w.last().Verdict != judge.Promote {
		t.Fatalf("after %d s: %+v", took, w.last())
	}
	if old, renamed := w.evidence("purchase"), w.evidence("buy"); old.Canary.N != seen || renamed.Canary.N != w.counter("buy", canary, "r2").Units.Requests {
		t.Errorf("%d seen before; %+v, %+v", seen, old, renamed)
	}
	for _, missing := range w.last().Missing {
		t.Errorf("waits for %s", missing)
	}
}

// TestFlowsGone: the flows go while it is judged. What was of no flow, and warned only, is
// all that there is then, and decides.
func TestFlowsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, config.Strategy{})
	for range 3 {
		w.second()
	}
	w.flows = nil
	for n := range 60 {
		if w.spec() == nil {
			break
		}
		w.request("", canary, "r2", n%2 == 0)
		w.request("", canary+"b", "r1", false)
		w.second()
	}
	if a := w.lane.Active; a == nil || a.Phase != deploy.RollingBack || !strings.Contains(a.Reason, AllRequests) {
		t.Errorf("%+v", w.lane.Status())
	}
}

// TestTwoWrite: another control plane has written the tick. What it saw counts, once.
func TestTwoWrite(t *testing.T) {
	t.Parallel()
	w := newWorld(t, config.Strategy{})
	w.second()
	w.second()
	other := New(w.judge.Deps)
	w.users()
	other.look(t.Context(), map[string]deploy.JudgeSpec{canary: *w.spec()})
	w.look()
	if !strings.Contains(w.log.String(), "is there already") {
		t.Errorf("nothing was said\n%s", &w.log)
	}
	w.users()
	w.look()
	w.agrees("purchase")
}

// TestLines: what is kept replays to the same verdict.
func TestLines(t *testing.T) {
	t.Parallel()
	for _, fails := range []float64{0.2, 0.005} {
		w := newWorld(t, config.Strategy{})
		w.fails["r1"]["purchase"], w.fails["r2"]["purchase"] = 0.005, fails
		w.judged(3000)
		lines, err := w.judge.Lines(t.Context(), canary)
		if err != nil {
			t.Fatal(err)
		}
		got := judge.Replay(judge.Options{}, nil, lines)
		if got.Verdict != w.last().Verdict || got.Reason != w.last().Reason {
			t.Errorf("replayed %s %q, it was %s %q", got.Verdict, got.Reason, w.last().Verdict, w.last().Reason)
		}
	}
	w := newWorld(t, config.Strategy{})
	if _, err := w.judge.Lines(t.Context(), "tickets.prod.7"); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

// TestRefusesDamage: ticks that were changed, or of which one is missing, are not judged by.
func TestRefusesDamage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, config.Strategy{})
	for _, tick := range []store.Tick{{Deployment: canary, Number: 2, Data: []byte(`{}`)}, {Deployment: canary, Number: 1, Data: []byte(`{}`)}, {Deployment: canary, Number: 1, Data: []byte(`{`)}} {
		if err := newRecord(canary).take(tick); err == nil {
			t.Errorf("%s was taken", tick.Data)
		}
	}
	if err := w.store.AppendTick(t.Context(), store.Tick{Deployment: canary, Number: 2, Data: []byte(`{}`)}); err != nil {
		t.Fatal(err)
	}
	w.second()
	w.second()
	if strings.Count(w.log.String(), "it holds") != 1 || len(w.said) > 0 {
		t.Errorf("%+v\n%s", w.said, &w.log)
	}
}
