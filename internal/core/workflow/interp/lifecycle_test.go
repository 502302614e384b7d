package interp

import (
	"strings"
	"testing"

	"slipway.dev/internal/core/machine"
)

func TestLifecycleEvents(t *testing.T) {
	t.Parallel()
	m, n, e := begun(t, `do:
- l: {listen: {to: {one: {with: {type: t}, correlate: {room: {from: .roomid}}}}}}
- t: {try: [{r: {raise: {error: {type: "https://example.com/e", status: 400}}}}], catch: {retry: {limit: {attempt: {count: 1}}}, then: end}}
`, `{}`)
	heard := machine.Event{Type: EventEvent, At: noon, Data: machine.Must(Heard{Key: "/do/0/l", Event: Datum{V: []byte(`{"type":"t","roomid":"a","data":1}`)}})}
	var got []string
	for moment, err := range Replay(m.Library, []machine.Event{e, heard}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range LifecycleEvents(moment.State, moment.Trace) {
			data, _ := c["data"].(map[string]any)
			line := strings.TrimSuffix(strings.TrimPrefix(c.Type(), "io.serverlessworkflow."), ".v1")
			for _, name := range []string{"task", "error", "correlationKeys", "definition"} {
				if data[name] != nil {
					line += " " + string(machine.Must(data[name]))
				}
			}
			got = append(got, line)
			if c.ID() == "" || c.Source() != "/runs/r" || data["workflow"] == nil && data["name"] != "r.test" {
				t.Errorf("%v", c)
			}
		}
	}
	want := `workflow.started {"name":"w","namespace":"test","version":"1.0.0"}
task.created "/do/0/l"
task.started "/do/0/l"
workflow.correlation-started
workflow.correlation-completed {"room":"a"}
task.completed "/do/0/l"
task.created "/do/1/t"
task.started "/do/1/t"
task.created "/do/1/t/try/0/r"
task.started "/do/1/t/try/0/r"
task.faulted "/do/1/t/try/0/r" {"instance":"/do/1/t/try/0/r","status":400,"type":"https://example.com/e"}
task.retried "/do/1/t"
task.created "/do/1/t/try/0/r"
task.started "/do/1/t/try/0/r"
task.faulted "/do/1/t/try/0/r" {"instance":"/do/1/t/try/0/r","status":400,"type":"https://example.com/e"}
task.completed "/do/1/t"
workflow.completed`
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
	if n.State.Status != Waiting {
		t.Error(n.State.Status)
	}
}
