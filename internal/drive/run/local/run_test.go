package local

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway.dev/internal/call"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/drive/run"
	"slipway.dev/internal/job"
	"slipway.dev/internal/sandbox"
)

func TestMain(m *testing.M) {
	sandbox.Init()
	os.Exit(m.Run())
}

const head = "document: {dsl: '1.0.3', namespace: test, name: %NAME, version: '1.0.0'}\n"

func define(t *testing.T, source string) *workflow.Definition {
	t.Helper()
	def, problems := workflow.Parse("test.yaml", []byte(strings.ReplaceAll(head, "%NAME", "test")+source))
	if def == nil {
		t.Fatal(problems)
	}
	return def
}

func execute(t *testing.T, source, input string, o Options) Result {
	t.Helper()
	o.Caller, o.Jobs = call.New(call.Options{}), &job.Hand{Dir: t.TempDir()}
	r, err := Run(t.Context(), define(t, source), json.RawMessage(input), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRun(t *testing.T) {
	t.Parallel()
	var printed []string
	o := Options{Secrets: map[string]string{"token": "s3cr3t-value"}, Print: func(n run.Line) { printed = append(printed, n.Stream+" "+n.Text) }}
	r := execute(t, `
use: {secrets: [token]}
do:
  - say: {call: log, with: {message: 'hello ${ nobody }', level: warn}}
  - sh: {run: {shell: {command: 'echo "$T $N"', environment: {T: '${ $secrets.token }', N: '${ $workflow.input.n }'}}}}
`, `{"n": 5}`, o)
	if r.Status != interp.Completed || !strings.Contains(string(r.Output), ":token⟧ 5") || strings.Contains(string(r.Output), "s3cr3t") {
		t.Errorf("%+v %s", r, r.Output)
	}
	if len(printed) != 2 || printed[0] != "warn hello ${ nobody }" || strings.Contains(printed[1], "s3cr3t") {
		t.Errorf("%q", printed)
	}
	text, err := json.Marshal(execute(t, "do: [{a: {raise: {error: {type: 'https://example.com/x', status: 418, title: Tea}}}}]", "null", Options{}))
	if err != nil || string(text) != `{"status":"faulted","output":null,"error":{"type":"https://example.com/x","status":418,"title":"Tea","instance":"/do/0/a"}}` {
		t.Errorf("%s", text)
	}
}

func TestPeople(t *testing.T) {
	t.Parallel()
	source := `
do:
  - ok: {call: approval, with: {title: Deploy it?, from: [ops], quorum: 2}}
  - fill: {call: form, with: {title: How many?, from: [ops], schema: {type: object, properties: {n: {type: integer}}, required: [n]}}}
  - out: {set: {n: '${ .value.n }', outcome: '${ .outcome }'}}
`
	var mu sync.Mutex
	var asked []string
	people := []string{"", "", "bo", "", ""}
	answer := func(_ context.Context, q Question) (Answer, error) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, q.Title+"|"+q.Problem)
		a := Answer{Person: people[len(asked)-1], Answer: task.Answer{Decision: task.Approve}}
		if q.Kind == task.Form {
			a.Decision, a.Value = task.Submit, json.RawMessage(`{"n": "no number"}`)
			if q.Problem != "" {
				a.Value = json.RawMessage(`{"n": 3}`)
			}
		}
		return a, nil
	}
	r := execute(t, source, "{}", Options{Answer: answer})
	if r.Status != interp.Completed || string(r.Output) != `{"n":3,"outcome":"approved"}` {
		t.Errorf("%+v %s", r, r.Output)
	}
	if len(asked) != 5 || asked[0] != "Deploy it?|" || !strings.HasPrefix(asked[2], "Deploy it?|") || asked[3] != "How many?|" || !strings.Contains(asked[4], "n") {
		t.Errorf("%q", asked)
	}
	no := execute(t, "do: [{ok: {call: approval, with: {title: Go?, from: [ops]}}}]", "{}", Options{Answer: func(context.Context, Question) (Answer, error) {
		return Answer{Answer: task.Answer{Decision: task.Reject, Comment: "too late"}}, nil
	}})
	if no.Status != interp.Faulted || no.Error.Type != interp.Rejected {
		t.Errorf("%+v", no)
	}
	_, err := Run(t.Context(), define(t, "do: [{ok: {call: approval, with: {title: Go?, from: [ops]}}}]"), json.RawMessage("{}"), Options{})
	if !fault.Is(err, fault.Refused) || !strings.Contains(err.Error(), "nobody to give it") {
		t.Errorf("nobody answers: %v", err)
	}
}

// TestTaskThatIsNeededNoMore ends a run while its question is still open.
func TestTaskThatIsNeededNoMore(t *testing.T) {
	t.Parallel()
	r := execute(t, "do: [{f: {fork: {compete: true, branches: [{ask: {call: approval, with: {title: Go?, from: [ops]}}}, {late: {wait: {milliseconds: 300}}}]}}}]", "{}",
		Options{Answer: func(ctx context.Context, _ Question) (Answer, error) {
			<-ctx.Done()
			return Answer{}, ctx.Err()
		}})
	if r.Status != interp.Completed {
		t.Errorf("%+v", r)
	}
}

func TestSubWorkflows(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write := func(name, source string) {
		if err := os.WriteFile(filepath.Join(folder, name+".yaml"), []byte(strings.ReplaceAll(head, "%NAME", name)+source), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("double", "do: [{a: {set: {n: '${ .n * 2 }'}}}]")
	write("deep", "do: [{a: {run: {workflow: {namespace: test, name: deep, version: '1.0.0'}}}}]")
	write("broken", "do: [{a: {sett: {n: 1}}}]")
	of := func(name string) string {
		return "do: [{a: {run: {workflow: {namespace: test, name: " + name + ", version: '1.0.0', input: {n: 21}}}}}]"
	}
	o := Options{Folder: folder}
	if r := execute(t, of("double"), "{}", o); string(r.Output) != `{"n":42}` {
		t.Errorf("%+v %s", r.Error, r.Output)
	}
	if r := execute(t, of("deep"), "{}", o); r.Status != interp.Faulted || !strings.Contains(r.Error.Detail, "workflows run workflows 8 deep, and no deeper") {
		t.Errorf("recursion: %+v", r.Error)
	}
	if r := execute(t, of("missing"), "{}", o); r.Status != interp.Faulted || !strings.Contains(r.Error.Detail, "there is no workflow test/missing 1.0.0") {
		t.Errorf("%+v", r.Error)
	}
	if r := execute(t, of("broken"), "{}", o); r.Status != interp.Faulted || !strings.Contains(r.Error.Detail, "sett") {
		t.Errorf("%+v", r.Error)
	}
}

func TestWhatNeedsAServer(t *testing.T) {
	t.Parallel()
	r := execute(t, "do: [{a: {call: gate, with: {service: tickets, environment: dev}}}]", "{}", Options{})
	if r.Status != interp.Faulted || !strings.Contains(r.Error.Detail, "the function gate needs a server") {
		t.Errorf("%+v", r.Error)
	}
}

func TestInputsThatAreRefused(t *testing.T) {
	t.Parallel()
	def := define(t, "do: [{a: {set: {n: 1}}}]")
	long := append(slices.Repeat([]byte(" "), 100<<20), '1')
	if _, err := Run(t.Context(), def, long, Options{}); !fault.Is(err, fault.TooLarge) || !strings.Contains(err.Error(), "104857601 bytes") {
		t.Errorf("an input of 100 MB: %v", err)
	}
	if _, err := Run(t.Context(), def, []byte("{"), Options{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an input that is no JSON: %v", err)
	}
}

func TestCancelledRunLeavesNothing(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := Run(ctx, define(t, "do: [{a: {wait: {hours: 1}}}]"), []byte("{}"), Options{})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if left, _ := os.ReadDir(os.Getenv("TMPDIR")); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}
