package run

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// runbook goes through all that a run waits for: calls that may be repeated and one that may
// not, a retry, branches, a person, a process, time.
const runbook = `
do:
  - both:
      fork:
        branches:
          - reads: {call: http, with: {method: get, endpoint: '%[1]s/read'}}
          - tries:
              try: [{flaky: {call: http, with: {method: get, endpoint: '%[1]s/flaky'}}}]
              catch: {retry: {delay: {milliseconds: 10}, limit: {attempt: {count: 20}}}}
  - ask: {input: {from: '${ {both: .} }'}, call: approval, with: {title: Go on?, from: [ops]}, output: {as: '${ .outcome }'}, export: {as: '${ {outcome: ., both: $input.both} }'}}
  - prints: {run: {shell: {command: 'echo printed'}}, output: {as: '${ {prints: .} }'}, export: {as: '${ $context + $output }'}}
  - waits: {wait: {milliseconds: 20}}
  - once: {call: http, with: {method: post, endpoint: '%[1]s/once', body: {}}}
  - ends: {set: {context: '${ $context }', once: '${ $input }'}}
`

const crashEnv = "SLIPWAY_RUN_TEST_CRASH"

type crashPlan struct {
	Path, Server string
	After        int64 // the commit after which to die; 0: never
}

// service is what the runbook calls.
type service struct {
	mu    sync.Mutex
	count map[string]int
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count[r.URL.Path]++
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.URL.Path == "/flaky" && s.count[r.URL.Path] < 3:
		w.WriteHeader(http.StatusServiceUnavailable)
	case r.URL.Path == "/seen":
		fmt.Fprint(w, s.count["/once"])
	default:
		fmt.Fprintf(w, `{"at": %q}`, r.URL.Path)
	}
}

// TestCrashChild is the process that dies; it does nothing in an ordinary run.
func TestCrashChild(t *testing.T) {
	if os.Getenv(crashEnv) == "" {
		t.Skip("only as a child of TestCrashAfterEveryCommit")
	}
	var plan crashPlan
	if err := json.Unmarshal([]byte(os.Getenv(crashEnv)), &plan); err != nil {
		t.Fatal(err)
	}
	var commits int64
	w := &world{t: t, path: plan.Path}
	w.start(func(d *Driver) {
		engine.Register(d.Engine, "task", task.Version, task.Machine{})
		d.Engine.HandleEffect(notify.EffectNotice, effectNothing)
		d.Engine.HandleFacts("task", taskFacts)
	}, engine.Options{After: func(n int64) {
		if commits = n; n == plan.After {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}})
	if w.state("test.a").ID == "" {
		w.begin(fmt.Sprintf(runbook, plan.Server), map[string]any{})
	}
	eventually(t, "the end of the runbook", func() bool {
		s := w.state("test.a")
		for f := range s.Frames() {
			switch f.Waiting {
			case "task":
				w.answer(f.For)
			case "unknown":
				w.settle(f, plan.Server)
			}
		}
		return s.Root == nil
	})
	w.stop()
	fmt.Printf("commits=%d\n", commits)
}

// answer is that of a person, who may ask twice.
func (w *world) answer(task string) {
	_, err := w.engine.Submit(w.t.Context(), engine.To{Machine: task, Event: machine.Event{ID: "yes", Type: "task.answered", Actor: someone, Data: []byte(`{"decision":"approve"}`)}})
	if err != nil && !strings.Contains(err.Error(), "approved") && !refused(err) {
		w.t.Error(err)
	}
}

// settle is that of a person, who looks whether it happened.
func (w *world) settle(f *interp.Frame, server string) {
	s := interp.Settle{Frame: f.Name(), Decision: "again"}
	if strings.HasSuffix(f.Pointer, "/once") && get(w.t, server+"/seen") != "0" {
		s.Decision, s.Output = "done", interp.Datum{V: []byte(`{"at":"/once"}`)}
	}
	w.submit(engine.To{Machine: interp.MachineID("test.a"), Event: machine.Event{Type: interp.EventSettled, Actor: someone, Data: machine.Must(s)}})
}

// crashRun runs the child and says how many commits it made; 0 if it died.
func crashRun(t *testing.T, plan crashPlan) int {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run=^TestCrashChild$", "-test.v")
	c.Env = append(os.Environ(), crashEnv+"="+string(machine.Must(plan)))
	out, err := c.CombinedOutput()
	if died := err != nil && c.ProcessState.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL; died != (plan.After > 0) || !died && err != nil {
		t.Fatalf("%+v: %v\n%s", plan, err, out)
	}
	_, after, _ := strings.Cut(string(out), "commits=")
	n, _ := strconv.Atoi(strings.Fields(after + " 0")[0])
	return n
}

func TestCrashAfterEveryCommit(t *testing.T) {
	t.Parallel()
	const want = `{"context":{"both":[{"at":"/read"},{"at":"/flaky"}],"outcome":"approved","prints":"printed"},"once":{"at":"/once"}}`
	try := func(t *testing.T, after int64) int {
		s := &service{count: map[string]int{}}
		server := httptest.NewServer(s)
		defer server.Close()
		plan := crashPlan{Path: filepath.Join(t.TempDir(), "s.db"), Server: server.URL, After: after}
		n := crashRun(t, plan)
		if after > 0 {
			plan.After = 0
			crashRun(t, plan)
		}
		if s.count["/once"] != 1 {
			t.Errorf("what may happen once happened %d times", s.count["/once"])
		}
		if got := outputOf(t, plan.Path); got != want {
			t.Errorf("it gave %s", got)
		}
		return n
	}
	commits := try(t, 0)
	if commits < 8 {
		t.Fatalf("the runbook took %d commits", commits)
	}
	for n := 1; n < commits; n++ {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			try(t, int64(n))
		})
	}
}

// outputOf reads what a run gave from a store that nobody uses.
func outputOf(t *testing.T, path string) string {
	t.Helper()
	s, err := store.Open(t.Context(), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	m, err := s.Machine(t.Context(), interp.MachineID("test.a"))
	if err != nil {
		t.Fatal(err)
	}
	var e struct{ State interp.State }
	if err := json.Unmarshal(m.Envelope, &e); err != nil {
		t.Fatal(err)
	}
	if e.State.Error != nil {
		t.Error(e.State.Error)
	}
	if a, err := s.Verify(t.Context(), nil); err != nil || !a.Verified {
		t.Errorf("the journal: %+v %v", a, err)
	}
	return string(e.State.Output.V)
}

func get(t testing.TB, address string) string {
	t.Helper()
	c := &http.Client{Timeout: 10 * time.Second}
	r, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var b [100]byte
	n, _ := r.Body.Read(b[:])
	return string(b[:n])
}
