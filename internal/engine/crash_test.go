package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
	"slipway.dev/internal/store/pgtest"
)

// saga goes through everything that an engine does: effects of all classes, a long
// input, a message, a timer, standing wishes.
type saga struct{}

type sagaState struct {
	Stages []string  `json:"stages"`
	At     time.Time `json:"at,omitzero"`
}

func (saga) Step(s sagaState, ev machine.Event) (machine.Next[sagaState], error) {
	next := machine.Next[sagaState]{}
	var stage, effect string
	switch ev.Type {
	case "start":
		stage, effect = "started", "rep"
	case "rep.done":
		stage, effect = "rep", "ask"
	case "ask.done":
		stage, effect = "ask", "once"
	case "once.done", "once.unknown": // a person has looked at it
		stage, s.At = "once", ev.At.Add(20*time.Millisecond)
		next.Messages = []machine.Message{{To: "saga/peer", Type: "joined"}}
	case "joined":
		stage = "joined"
	case "timer":
		stage, effect, s.At = "timer", "big", time.Time{}
	case "big.done":
		stage = "big"
	default:
		return next, fmt.Errorf("what is %s: %s", ev.Type, ev.Data)
	}
	s.Stages = append(s.Stages, stage)
	if effect != "" {
		class := map[string]machine.Class{"rep": machine.Repeatable, "ask": machine.Askable, "once": machine.Once, "big": machine.Repeatable}[effect]
		input := machine.Must(strings.Repeat("x", map[bool]int{true: 2 * store.Inline}[effect == "big"]))
		next.Effects = []machine.Effect{{Kind: effect, Input: input, Class: class}}
	}
	next.State = s
	return next, nil
}

func (saga) Desired(s sagaState) []machine.Desired {
	if !s.At.IsZero() {
		return []machine.Desired{machine.After("later", s.At), {Kind: "thing", Key: "1", Spec: machine.Must(len(s.Stages))}}
	}
	return nil
}
func (saga) Summary(s sagaState) machine.Summary {
	done := len(s.Stages) > 0 && s.Stages[len(s.Stages)-1] == "big"
	return machine.Summary{Status: strings.Join(s.Stages, ","), Done: done}
}
func (saga) Upgrade(int, []byte) (s sagaState, err error) { return s, nil }

// world is a file to which each effect that really happens appends its kind.
type world struct{ path string }

func (w world) Run(_ context.Context, c engine.EffectCall) (machine.Value, error) {
	if c.Kind == "big" && len(c.Input) <= store.Inline {
		return nil, fmt.Errorf("its input has %d bytes", len(c.Input))
	}
	f, err := os.OpenFile(w.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	_, err = fmt.Fprintln(f, c.Kind)
	return nil, err
}

func (w world) Ask(_ context.Context, c engine.EffectCall) (machine.Value, bool, error) {
	return nil, w.count(c.Kind) > 0, nil
}

func (w world) count(kind string) int {
	b, _ := os.ReadFile(w.path)
	return bytes.Count(b, []byte(kind+"\n"))
}

const crashEnv = "SLIPWAY_ENGINE_TEST_CRASH"

type crashPlan struct {
	Address, World string
	Before, After  int64 // the commit at which to die; 0: not
}

// TestCrashChild is the process that dies; it does nothing in an ordinary run.
func TestCrashChild(t *testing.T) {
	var plan crashPlan
	if os.Getenv(crashEnv) == "" {
		t.Skip("only as a child of TestCrashAtEveryCommit")
	}
	if err := json.Unmarshal([]byte(os.Getenv(crashEnv)), &plan); err != nil {
		t.Fatal(err)
	}
	var commits int64
	die := func(at int64) func(int64) {
		return func(n int64) {
			if commits = n; n == at {
				syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		}
	}
	s, err := store.Open(t.Context(), plan.Address, store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	e := start(t, s, engine.Options{Before: die(plan.Before), After: die(plan.After)}, func(e *engine.Engine) {
		engine.Register(e, "saga", 1, saga{})
		for _, kind := range []string{"rep", "ask", "once", "big"} {
			e.HandleEffect(kind, world{plan.World})
		}
	})
	submit(t, e, engine.To{Machine: "saga/a", Event: machine.Event{ID: "start", Type: "start", Actor: someone}})
	until(t, "the saga's end", func() bool {
		rows, err := e.List(t.Context(), "saga/a")
		return err == nil && len(rows) == 1 && rows[0].Summary.Done
	})
	stop(t, e)
	fmt.Printf("commits=%d\n", commits)
}

// crashRun runs the child and says how many commits it made; 0 if it died.
func crashRun(t *testing.T, plan crashPlan) int {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run=^TestCrashChild$", "-test.v")
	c.Env = append(os.Environ(), crashEnv+"="+string(machine.Must(plan)))
	out, err := c.CombinedOutput()
	dies := plan.Before+plan.After > 0
	if died := err != nil && c.ProcessState.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL; died != dies || !died && err != nil {
		t.Fatalf("%+v: %v\n%s", plan, err, out)
	}
	_, after, _ := strings.Cut(string(out), "commits=")
	n, _ := strconv.Atoi(strings.Fields(after + " 0")[0])
	return n
}

func TestCrashAtEveryCommit(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		crashes(t, func(t testing.TB) string { return filepath.Join(t.TempDir(), "s.db") })
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		pgtest.Start(t)
		crashes(t, pgtest.Start)
	})
}

func crashes(t *testing.T, fresh func(testing.TB) string) {
	const stages = "started,rep,ask,once,timer,big"
	whole := crashPlan{Address: fresh(t), World: filepath.Join(t.TempDir(), "world")}
	commits := crashRun(t, whole)
	if commits < 6 {
		t.Fatalf("the saga took %d commits", commits)
	}
	for n := range 2 * commits {
		plan := crashPlan{Address: fresh(t), World: filepath.Join(t.TempDir(), "world")}
		name := fmt.Sprintf("before commit %d", n/2+1)
		if plan.Before = int64(n/2 + 1); n%2 == 1 {
			plan.Before, plan.After = 0, plan.Before
			name = fmt.Sprintf("after commit %d", n/2+1)
		}
		crashRun(t, plan)
		again := plan
		again.Before, again.After = 0, 0
		crashRun(t, again)

		s := open(t, plan.Address)
		rows, err := s.List(t.Context(), "saga/", store.ListOptions{})
		if err != nil || len(rows) != 2 || rows[0].Status != stages || rows[1].Status != "joined" {
			t.Errorf("%s: %v %+v", name, err, rows)
		}
		if a, err := s.Verify(t.Context(), nil); err != nil || !a.Verified || a.Entries != 7 {
			t.Errorf("%s: journal %+v %v", name, a, err)
		}
		w := world{plan.World}
		if w.count("once") > 1 || w.count("ask") != 1 || w.count("rep") < 1 || w.count("big") < 1 {
			b, _ := os.ReadFile(plan.World)
			t.Errorf("%s: what happened: %q", name, b)
		}
		s.Close()
	}
}
