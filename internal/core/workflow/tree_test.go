package workflow_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/workflow"
)

func everything(t testing.TB) *workflow.Definition {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "everything.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, string(text))
}

// TestPointers wants each task to be found by where it is in the file.
func TestPointers(t *testing.T) {
	t.Parallel()
	d := everything(t)
	want := strings.Fields(`/do/0/first /do/1/web /do/2/open /do/3/remote /do/4/publish /do/5/subscribe
		/do/5/subscribe/with/subscription/foreach/do/0/keep /do/6/agent /do/7/tool /do/8/hello /do/9/shared /do/10/ask
		/do/11/several /do/11/several/do/0/inner /do/12/tell /do/13/each /do/13/each/do/0/look /do/14/list /do/14/list/do/0/look
		/do/15/both /do/15/both/fork/branches/0/one /do/15/both/fork/branches/1/two /do/16/hear /do/16/hear/foreach/do/0/keep
		/do/17/some /do/18/guard /do/18/guard/try/0/risky /do/18/guard/catch/do/0/note /do/19/again /do/19/again/try/0/risky
		/do/20/jump /do/20/jump/do/0/choose /do/20/jump/do/1/guard /do/20/jump/do/1/guard/try/0/set /do/20/jump/do/2/skipped
		/do/20/jump/do/3/last /do/21/box /do/22/code /do/23/elsewhere /do/24/command /do/25/child /do/26/last
		/use/functions/greet /use/extensions/0/logging/before/0/say /use/extensions/0/logging/after/0/say`)
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(d.Tasks))); diff != "" {
		t.Errorf("tasks (-want +got):\n%s", diff)
	}
	for pointer, task := range d.Tasks {
		if task.Pointer != pointer || !strings.HasSuffix(pointer, "/"+task.Name) || task.Line == 0 {
			t.Errorf("%s is %s of %s at line %d", pointer, task.Name, task.Pointer, task.Line)
		}
	}
}

// TestResolved wants what refers to use to be there itself.
func TestResolved(t *testing.T) {
	t.Parallel()
	d := everything(t)
	if got := d.Timeout.After.Constant; got != time.Hour {
		t.Errorf("timeout of the workflow: %v", got)
	}
	if got := d.Tasks["/do/1/web"].Timeout.After.Constant; got != time.Hour {
		t.Errorf("timeout of a task: %v", got)
	}
	r := d.Tasks["/do/19/again"].Catch.Retry
	if r.Count != 3 || r.Backoff != "linear" || r.Delay.Constant != time.Second || r.Total.Constant != 5*time.Minute || r.When == nil {
		t.Errorf("retry: %+v", r)
	}
	if e := d.Tasks["/do/18/guard/try/0/risky"].Raise; e.Status.Raw() != 500 || e.Title.Raw() != "Broken" || e.Detail.Constant() {
		t.Errorf("error: %+v", e)
	}
	with := d.Tasks["/do/3/remote"].Call.With.Raw()
	want := map[string]any{
		"proto": map[string]any{"endpoint": "https://example.com/a.proto"}, "method": "Get", "arguments": map[string]any{"id": 1},
		"service": map[string]any{"name": "a.B", "host": "example.com", "port": 443,
			"authentication": map[string]any{"basic": map[string]any{"username": "u", "password": "p"}}},
	}
	if diff := cmp.Diff(want, with); diff != "" {
		t.Errorf("a call by the name of a policy (-want +got):\n%s", diff)
	}
	if got := d.Auth["kept"].Raw(); !cmp.Equal(got, map[string]any{"basic": `${ $secrets["account"] }`}) {
		t.Errorf("a policy of a secret: %v", got)
	}
	raw, _ := d.Tasks["/do/3/remote"].Raw.(map[string]any)
	service, _ := raw["with"].(map[string]any)["service"].(map[string]any)
	if !cmp.Equal(service["authentication"], map[string]any{"use": "plain"}) {
		t.Errorf("the definition as it is written: %v", service)
	}
}

// TestUseInData wants data that only looks like a reference to be left alone.
func TestUseInData(t *testing.T) {
	t.Parallel()
	d := parse(t, head+`use: {authentications: {a: {bearer: {token: t}}}}
do:
  - x:
      call: http
      with:
        method: post
        endpoint: https://example.com
        body: {authentication: {use: a}, basic: {use: b}}
`)
	with, _ := d.Tasks["/do/0/x"].Call.With.Raw().(map[string]any)
	want := map[string]any{"authentication": map[string]any{"use": "a"}, "basic": map[string]any{"use": "b"}}
	if diff := cmp.Diff(want, with["body"]); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

func TestExtensions(t *testing.T) {
	t.Parallel()
	d := parse(t, head+`use:
  functions: {f: {set: {a: 1}}}
  extensions:
    - outer: {extend: all, before: [{say: {set: {a: 1}}}]}
    - inner: {extend: set, after: [{say: {set: {a: 1}}}]}
    - whole: {extend: composite}
do:
  - a: {set: {a: 1}}
  - b: {wait: PT1S}
  - c: {do: [{d: {set: {a: 1}}}]}
`)
	for pointer, want := range map[string]string{
		"/do/0/a": "outer inner", "/do/1/b": "outer", "/do/2/c": "outer whole", "/do/2/c/do/0/d": "outer inner", "/use/functions/f": "outer inner",
		"/use/extensions/0/outer/before/0/say": "", "/use/extensions/1/inner/after/0/say": "",
	} {
		var got []string
		for _, e := range d.Tasks[pointer].Before {
			got = append(got, e.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s is extended by %q, want %q", pointer, got, want)
		}
	}
}

// TestKinds looks at what tasks of each kind have when little is said.
func TestKinds(t *testing.T) {
	t.Parallel()
	d := parse(t, head+`schedule: {on: {one: {with: {type: a}}}}
do:
  - each: {for: {in: .x}, do: []}
  - hear: {listen: {to: {any: [], until: "${ false }"}}, foreach: {}}
  - guard: {try: [], catch: {}}
  - work: {run: {shell: {command: ls}}}
  - once: {call: "log:1.0.0@default", with: {message: x}, metadata: {idempotent: true}}
`)
	each, hear, guard, work, once := d.Do[0], d.Do[1], d.Do[2], d.Do[3], d.Do[4]
	switch {
	case each.For.Each != "item" || each.For.At != "index":
		t.Errorf("for: %+v", each.For)
	case hear.Listen.Read != "data" || !hear.Listen.To.Forever || !hear.Listen.To.IsAny || hear.Listen.To.Until != nil || hear.Listen.Foreach.Item != "item":
		t.Errorf("listen: %+v", hear.Listen)
	case guard.Catch.As != "error" || guard.Catch.With != nil || guard.Catch.Retry != nil:
		t.Errorf("catch: %+v", guard.Catch)
	case !work.Run.Await || work.Run.Return != "stdout" || work.Run.What != "shell":
		t.Errorf("run: %+v", work.Run)
	case once.Call.Protocol != "function" || once.Call.Function != "log" || !once.Idempotent:
		t.Errorf("call: %+v", once.Call)
	case d.Schedule.Read != "data" || d.Schedule.On.One == nil:
		t.Errorf("schedule: %+v", d.Schedule)
	}
}

// TestLoose wants any text to be an expression that can be one, if the definition says so.
func TestLoose(t *testing.T) {
	t.Parallel()
	for mode, constant := range map[string]bool{"strict": true, "loose": false} {
		d := parse(t, head+"evaluate: {mode: "+mode+"}\ndo: [{a: {set: {x: .y}}}]\n")
		if d.Do[0].Set.Constant() != constant {
			t.Errorf("%s: .y is constant: %v", mode, !constant)
		}
	}
}
