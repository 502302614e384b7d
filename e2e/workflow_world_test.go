package e2e

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/e2e/house"
	"slipway.dev/internal/identity"
)

// ledger is what workflows ask over HTTP. It counts what it was asked.
type ledger struct {
	*httptest.Server
	mu     sync.Mutex
	asked  map[string]int // by path
	tokens map[string]bool
	broken bool          // answers /mend with 500
	holds  chan struct{} // a request to /hang says so, and waits for its client to go
}

func newLedger(t *testing.T) *ledger {
	l := &ledger{asked: map[string]int{}, tokens: map[string]bool{}, holds: make(chan struct{}, 10)}
	l.Server = httptest.NewServer(l)
	t.Cleanup(l.Close)
	return l
}

// ServeHTTP implements http.Handler.
func (l *ledger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // the rest does not matter
	l.mu.Lock()
	l.asked[r.URL.Path]++
	n, broken := l.asked[r.URL.Path], l.broken
	if token := r.Header.Get("Authorization"); token != "" {
		l.tokens[token] = true
	}
	l.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.URL.Path == "/hang" && n == 1:
		l.holds <- struct{}{}
		<-r.Context().Done()
	case broken && r.URL.Path == "/mend":
		http.Error(w, "broken", http.StatusInternalServerError)
	default:
		fmt.Fprintf(w, `{"entry": %d, "told": %q, "body": %q}`, n, r.Header.Get("Authorization"), body)
	}
}

func (l *ledger) count(path string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asked[path]
}

// told says whether somebody came with these credentials.
func (l *ledger) told(credentials string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tokens[credentials]
}

func (l *ledger) breaks(broken bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = broken
}

// works is a house with a repository of workflows.
type works struct {
	*house.House
	repo   *house.Repo
	ledger *ledger
}

// gated is a platform whose only environment lets nothing in without an approval of another
// than its author.
const gated = `apiVersion: slipway.dev/v1
kind: Team
metadata: {name: crew}
spec: {members: [{name: Ada, person: ada, email: ada@example.com}, {name: Bob, person: bob, email: bob@example.com}]}
---
apiVersion: slipway.dev/v1
kind: Environment
metadata: {name: dev}
spec: {target: {process: {}}, gate: {approvals: {count: 1}}}
`

// newWorks gives a house with these workflows, by name. Files may name the ledger as LEDGER.
func newWorks(t *testing.T, ctx context.Context, platform string, workflows map[string]string, manifest ...string) works {
	t.Helper()
	w := works{House: newHouse(t, house.Options{}), ledger: newLedger(t)}
	must(t, w.Up(ctx, ""))
	_, err := w.Apply(ctx, model.ApplyRequest{Source: "platform", Files: []model.File{{Name: "platform.yaml", Content: platform}}})
	must(t, err)
	dir := filepath.Join(t.TempDir(), "repo")
	w.repo, err = house.NewRepo(ctx, dir)
	must(t, err)
	var all []string
	for name := range workflows {
		all = append(all, fmt.Sprintf("apiVersion: slipway.dev/v1\nkind: Service\nmetadata: {name: %s, team: crew}\nspec:\n  source: {path: %s, branch: main}\n  workflow: {file: w.yaml}\n%s",
			name, name, strings.Join(manifest, "")))
	}
	must(t, w.repo.Write(map[string]string{"slipway.yaml": strings.Join(all, "---\n")}))
	w.commit(t, ctx, workflows)
	_, err = w.AddSource(ctx, model.Source{Name: house.Source, URL: dir, Branch: "main"})
	must(t, err)
	return w
}

// commit commits workflows, by name.
func (w works) commit(t *testing.T, ctx context.Context, workflows map[string]string) string {
	t.Helper()
	files := map[string]string{}
	for name, text := range workflows {
		files[name+"/w.yaml"] = strings.ReplaceAll(text, "LEDGER", w.ledger.URL)
	}
	must(t, w.repo.Write(files))
	commit, err := w.repo.Commit(ctx, "Change workflows")
	must(t, err)
	return commit
}

// active waits until a version of a workflow is active.
func (w works) active(t *testing.T, ctx context.Context, name, version string) {
	t.Helper()
	last := "nothing"
	must(t, house.Wait(ctx, name+" "+version+" is active", func() (bool, error) {
		d, err := w.Workflow(ctx, name, "dev")
		if err == nil {
			last = d.Status + " " + d.Version
		}
		return last == "active "+version, nil
	}))
}

// person makes an account and gives a session of it.
func (w works) person(t *testing.T, ctx context.Context, name string) string {
	t.Helper()
	invitation, err := w.AddUser(ctx, model.NewUser{Name: name})
	must(t, err)
	_, link, _ := strings.Cut(invitation.Link, "#")
	e, err := w.BeginEnroll(ctx, model.EnrollRequest{Link: link})
	must(t, err)
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(e.Secret)
	must(t, err)
	signed, err := w.FinishEnroll(ctx, model.EnrollDone{Flow: e.Flow, Password: rand.Text(), Code: identity.CodeAt(key, time.Now())})
	must(t, err)
	return signed.Value
}

// as runs a command of the program as a person.
func (w works) as(t *testing.T, ctx context.Context, session string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(ctx, programs(t).Slipway, append(args, "--data", w.Data())...)
	cmd.Env = append(os.Environ(), "SLIPWAY_TOKEN="+session)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("slipway %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// start begins a run by the CLI and gives its name.
func (w works) start(t *testing.T, ctx context.Context, workflow, input string) string {
	t.Helper()
	out, err := w.Command(ctx, "run", "start", workflow, "dev", "--input", input, "-o", "json")
	must(t, err)
	var started model.RunStarted
	must(t, json.Unmarshal([]byte(out), &started))
	return started.Run
}

// stands waits until a run has a status.
func (w works) stands(t *testing.T, ctx context.Context, run, status string) model.RunDetail {
	t.Helper()
	var d model.RunDetail
	if err := house.Wait(ctx, run+" is "+status, func() (ok bool, err error) {
		d, err = w.Run(ctx, run)
		return d.Status == status, err
	}); err != nil {
		t.Fatalf("%v: %+v", err, d)
	}
	return d
}

// asks waits until a run waits for people, and gives the task.
func (w works) asks(t *testing.T, ctx context.Context, run string) string {
	t.Helper()
	var name string
	must(t, house.Wait(ctx, run+" asks", func() (bool, error) {
		d, err := w.Run(ctx, run)
		for _, task := range d.Tasks {
			if task.Waiting == "task" {
				name = strings.TrimPrefix(task.For, "task/")
			}
		}
		return name != "", err
	}))
	return name
}

// ends wants a run to end as completed, with an output.
func (w works) ends(t *testing.T, ctx context.Context, run, output string) {
	t.Helper()
	if d := w.stands(t, ctx, run, "completed"); string(d.Output) != output {
		t.Errorf("%s gave %s, want %s", run, d.Output, output)
	}
}
