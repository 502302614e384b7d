package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/e2e/house"
)

// booking books once, asks the crew, and books once more. Its output says which version it is of.
func booking(version string) string {
	return `
document: {dsl: 1.0.3, namespace: test, name: booking, version: ` + version + `}
do:
  - book: {call: http, with: {method: post, endpoint: LEDGER/book}}
  - ask: {call: approval, with: {title: Go on?, from: [crew]}, export: {as: "${ {by: .answers[0].person} }"}}
  - settle: {call: http, with: {method: post, endpoint: LEDGER/settle}}
  - tell: {set: {version: ` + version + `, by: "${ $context.by }"}}
`
}

// TestWorkflowIsDeployed brings versions of a workflow through a gate, kills the control plane
// while a run waits for a person, and goes back to the old version: a run keeps the version
// that it began with, and does nothing twice.
func TestWorkflowIsDeployed(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	w := newWorks(t, ctx, gated, map[string]string{"booking": booking("1.0.0")})
	for _, role := range []string{"developer", "approver"} {
		_, err := w.Grant(ctx, model.Binding{Subject: "team:crew", Role: role})
		must(t, err)
	}
	_, err := w.AddUser(ctx, model.NewUser{Name: "ada"}) // who wrote the change must be known
	must(t, err)
	bob := w.person(t, ctx, "bob")
	enter := func(version string) {
		t.Helper()
		must(t, house.Wait(ctx, version+" waits at the gate", func() (bool, error) {
			tasks, err := w.Tasks(ctx, model.TasksQuery{Service: "booking", Environment: "dev", All: true})
			return slices.ContainsFunc(tasks, func(t model.Task) bool { return strings.HasPrefix(t.Name, "booking.dev.") && t.Status == "open" }), err
		}))
		if d, err := w.Workflow(ctx, "booking", "dev"); err == nil && d.Version == version {
			t.Errorf("%s is active without an approval", version)
		}
		w.as(t, ctx, bob, "approve", "booking", "dev", "--yes")
		w.active(t, ctx, "booking", version)
	}
	enter("1.0.0")
	one := w.start(t, ctx, "booking", "{}")
	ask := w.asks(t, ctx, one)

	w.Kill()
	must(t, w.Up(ctx, ""))

	w.commit(t, ctx, map[string]string{"booking": booking("2.0.0")})
	_, err = w.PollSource(ctx, house.Source)
	must(t, err)
	enter("2.0.0")
	two := w.start(t, ctx, "booking", "{}")
	askTwo := w.asks(t, ctx, two)

	_, err = w.Command(ctx, "rollback", "booking", "dev", "--reason", "the old one was better")
	must(t, err)
	w.active(t, ctx, "booking", "1.0.0")
	three := w.start(t, ctx, "booking", "{}")
	askThree := w.asks(t, ctx, three)

	for _, task := range []string{ask, askTwo, askThree} {
		w.as(t, ctx, bob, "task", "answer", task, "approve", "--yes")
	}
	w.ends(t, ctx, one, `{"by":"bob","version":"1.0.0"}`)
	w.ends(t, ctx, two, `{"by":"bob","version":"2.0.0"}`)
	w.ends(t, ctx, three, `{"by":"bob","version":"1.0.0"}`)
	if b, s := w.ledger.count("/book"), w.ledger.count("/settle"); b != 3 || s != 3 {
		t.Errorf("%d were booked and %d settled, of 3 runs", b, s)
	}
	audited(t, ctx, w.House)
}

// The workflows of TestWorkflowRuns.
var small = map[string]string{
	"greeter": `
document: {dsl: 1.0.3, namespace: test, name: greeter, version: 1.0.0}
schedule: {on: {one: {with: {type: com.example.arrived, data: "${ .vip == true }"}}}}
do:
  - greet: {set: {hello: "${ $workflow.input[0].name }"}}
`,
	"teller": `
document: {dsl: 1.0.3, namespace: test, name: teller, version: 1.0.0}
use: {secrets: [TOKEN]}
do:
  - show:
      run: {shell: {command: 'echo "it is $T"', environment: {T: "${ $secrets.TOKEN }"}}}
      export: {as: "${ {printed: .} }"}
  - ask:
      call: http
      with: {method: post, endpoint: LEDGER/tell, headers: {Authorization: "${ \"Bearer \" + $secrets.TOKEN }"}, body: {token: "${ $secrets.TOKEN }"}}
  - keep: {set: {told: "${ . }", printed: "${ $context.printed }", itself: "${ $secrets.TOKEN }"}}
`,
	"mender": `
document: {dsl: 1.0.3, namespace: test, name: mender, version: 1.0.0}
do:
  - before: {call: http, with: {method: post, endpoint: LEDGER/before}}
  - works: {call: http, with: {method: post, endpoint: LEDGER/mend}}
  - tell: {set: {entry: "${ .entry }"}}
`,
	"payer": `
document: {dsl: 1.0.3, namespace: test, name: payer, version: 1.0.0}
do:
  - pay: {call: http, with: {method: post, endpoint: LEDGER/hang}}
  - tell: {set: {paid: "${ .entry }"}}
`,
}

// TestWorkflowRuns begins a workflow by events, gives one a secret, has one fail and mends it,
// and one lose the outcome of what it did.
func TestWorkflowRuns(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	w := newWorks(t, ctx, house.Platform, small, "  secrets: {TOKEN: {from: api-token}}\n")
	_, err := w.SetSecret(ctx, "api-token", []byte(token))
	must(t, err)
	for name := range small {
		w.active(t, ctx, name, "1.0.0")
	}
	t.Run("events", func(t *testing.T) { w.tryEvents(t, ctx) })
	t.Run("secrets", func(t *testing.T) { w.trySecrets(t, ctx) })
	t.Run("retry", func(t *testing.T) { w.tryRetry(t, ctx) })
	t.Run("settle", func(t *testing.T) { w.trySettle(t, ctx) })
	audited(t, ctx, w.House)
	w.Stop()
	w.nowhere(t, token)
}

// tryEvents sends events: one that begins a run, one that comes twice, and one that does not fit.
func (w works) tryEvents(t *testing.T, ctx context.Context) {
	event := func(id, data string) json.RawMessage {
		return json.RawMessage(`{"specversion":"1.0","id":"` + id + `","source":"https://example.com/door","type":"com.example.arrived","data":` + data + `}`)
	}
	for range 2 {
		_, err := w.SendEvents(ctx, []json.RawMessage{event("1", `{"vip":true,"name":"Ada"}`), event("2", `{"vip":false,"name":"Eve"}`)})
		must(t, err)
	}
	_, err := w.SendEvents(ctx, []json.RawMessage{event("3", `{"vip":true,"name":"Bob"}`)})
	must(t, err)
	w.post(t, ctx, map[string]string{"Ce-Specversion": "1.0", "Ce-Id": "4", "Ce-Source": "https://example.com/door", "Ce-Type": "com.example.arrived", "Content-Type": "application/json"},
		`{"vip":true,"name":"Cleo"}`)
	w.ends(t, ctx, "dev.greeter.1", `{"hello":"Ada"}`)
	w.ends(t, ctx, "dev.greeter.2", `{"hello":"Bob"}`)
	w.ends(t, ctx, "dev.greeter.3", `{"hello":"Cleo"}`)
	if runs, err := w.Client.Runs(ctx, model.RunsQuery{Workflow: "greeter"}); err != nil || len(runs) != 3 {
		t.Errorf("%v, %d runs of three events", err, len(runs))
	}
}

// post sends an event in the binary mode of CloudEvents, over the control plane's socket.
func (w works) post(t *testing.T, ctx context.Context, header map[string]string, body string) {
	t.Helper()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(w.Data(), "api.sock"))
	}}
	defer transport.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/v1/events", strings.NewReader(body))
	must(t, err)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	answer, err := transport.RoundTrip(r)
	must(t, err)
	defer answer.Body.Close()
	if said, err := io.ReadAll(answer.Body); answer.StatusCode != http.StatusOK {
		t.Errorf("the event is answered %s: %s %v", answer.Status, said, err)
	}
}

const token = "s3cr3t-0f-th3-w0rkfl0w"

// trySecrets sees that who is asked gets the secret, and nobody else.
func (w works) trySecrets(t *testing.T, ctx context.Context) {
	run := w.start(t, ctx, "teller", "{}")
	w.stands(t, ctx, run, "completed")
	if !w.ledger.told("Bearer " + token) {
		t.Error("the ledger was not told the secret")
	}
	for _, command := range [][]string{{"run", "show", run, "-o", "json"}, {"run", "replay", run, "--values"}, {"run", "logs", run}} {
		out, err := w.Command(ctx, command...)
		must(t, err)
		if strings.Contains(out, token) || !strings.Contains(out, "it is ") && command[1] != "logs" {
			t.Errorf("slipway %v printed %s", command, out)
		}
	}
}

// nowhere wants no file of the data directory to hold a text.
func (w works) nowhere(t *testing.T, text string) {
	t.Helper()
	files, readable := 0, 0
	err := filepath.WalkDir(w.Data(), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(text)) {
			t.Errorf("%s has the secret", path)
		}
		if bytes.Contains(content, []byte("com.example.arrived")) { // as an event said, in the same journal
			readable++
		}
		files++
		return err
	})
	if err != nil || files < 10 || readable == 0 {
		t.Errorf("%v, looked at %d files, of which %d could tell", err, files, readable)
	}
}

// tryRetry has a task fail, mends what it asks, and goes on from there.
func (w works) tryRetry(t *testing.T, ctx context.Context) {
	w.ledger.breaks(true)
	run := w.start(t, ctx, "mender", "{}")
	w.stands(t, ctx, run, "faulted")
	w.ledger.breaks(false)
	_, err := w.Command(ctx, "run", "retry", run)
	must(t, err)
	w.ends(t, ctx, run, `{"entry":2}`)
	if n := w.ledger.count("/before"); n != 1 {
		t.Errorf("what went well was done %d times", n)
	}
}

// trySettle kills the control plane while a payment is under way: nobody can know whether it
// arrived, until a person says so.
func (w works) trySettle(t *testing.T, ctx context.Context) {
	run := w.start(t, ctx, "payer", "{}")
	select {
	case <-w.ledger.holds:
	case <-ctx.Done():
		t.Fatal("nobody pays")
	}
	w.Kill()
	must(t, w.Up(ctx, ""))
	d := w.stands(t, ctx, run, "unknown")
	var key string
	for _, task := range d.Tasks {
		if task.Waiting == "unknown" {
			key = task.Key
		}
	}
	_, err := w.Command(ctx, "run", "settle", run, key, "done", "--output", `{"entry":77}`, "--reason", "the bank says so")
	must(t, err)
	w.ends(t, ctx, run, `{"paid":77}`)
	if n := w.ledger.count("/hang"); n != 1 {
		t.Errorf("it was paid %d times", n)
	}
}
