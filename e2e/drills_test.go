package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/e2e/house"
	"slipway.dev/internal/wire/edgewire"
)

// drills are workflows that try out how the house's service stands what they do to it.
var drills = map[string]string{
	"breaker": `{call: fault, with: {service: app, environment: dev, kind: errors, percent: 100, for: {seconds: 10}}}`,
	"slower":  `{call: fault, with: {service: app, environment: dev, kind: latency, percent: 100, delay: {seconds: 1}, for: {seconds: 20}}}`,
	"stopper": `{call: fault, with: {service: app, environment: dev, kind: stop, for: {milliseconds: 500}}}`,
	"loader":  `{call: load, with: {service: app, environment: dev, path: /, rate: 50, duration: {seconds: 3}, maxErrorRate: 0, p99: {seconds: 10}}}`,
}

// TestDrills has workflows break what an environment lets them break, kills the control plane
// while something is broken, and has a load test make evidence.
func TestDrills(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	h, repo := found(t, ctx, house.Version{Name: "one"})
	w := works{House: h, repo: repo}
	files, extra := map[string]string{}, ""
	for name, does := range drills {
		files["drills/"+name+"/w.yaml"] = "document: {dsl: 1.0.3, namespace: test, name: " + name + ", version: 1.0.0}\ndo:\n  - try: " + does + "\n"
		extra += "---\napiVersion: slipway.dev/v1\nkind: Service\nmetadata: {name: " + name + ", team: crew}\n" +
			"spec: {source: {path: drills/" + name + ", branch: main}, workflow: {file: w.yaml}}\n"
	}
	must(t, repo.Write(files))
	_, err := h.Deliver(ctx, repo, house.Version{Name: "two", Extra: extra})
	must(t, err)
	for name := range drills {
		w.active(t, ctx, name, "1.0.0")
	}

	for name := range drills { // nobody allowed any of it
		w.denied(t, ctx, name)
	}
	platform := strings.Replace(house.Platform, "target: {process: {}}", "target: {process: {}}, drills: {load: true, faults: [stop, errors]}", 1)
	_, err = h.Apply(ctx, model.ApplyRequest{Source: "platform", Files: []model.File{{Name: "platform.yaml", Content: platform}}})
	must(t, err)
	w.denied(t, ctx, "slower")

	t.Run("errors", func(t *testing.T) { w.tryErrors(t, ctx) })
	t.Run("load", func(t *testing.T) { w.tryLoad(t, ctx) })
	t.Run("stop", func(t *testing.T) { w.tryStop(t, ctx) })
	audited(t, ctx, h)
}

// denied wants a drill to be refused.
func (w works) denied(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	d := w.stands(t, ctx, w.start(t, ctx, name, "{}"), "faulted")
	if d.Error == nil || !strings.Contains(d.Error.Detail, "allows ") || d.Error.Status != http.StatusForbidden {
		t.Errorf("%s: %+v", name, d.Error)
	}
}

// tryErrors kills the control plane while the edge answers with errors. They go on without it,
// and end without it.
func (w works) tryErrors(t *testing.T, ctx context.Context) {
	w.stands(t, ctx, w.start(t, ctx, "breaker", "{}"), "completed")
	if status, made := w.ask(t, ctx); status != http.StatusServiceUnavailable || made != edgewire.OnPurpose {
		t.Fatalf("%d %q", status, made)
	}
	w.Kill()
	must(t, w.Up(ctx, ""))
	if status, made := w.ask(t, ctx); status != http.StatusServiceUnavailable || made != edgewire.OnPurpose {
		t.Errorf("after a kill: %d %q", status, made)
	}
	d := w.stands(t, ctx, w.start(t, ctx, "breaker", "{}"), "faulted")
	if d.Error == nil || !strings.Contains(d.Error.Detail, "already") {
		t.Errorf("a second fault at the same time: %+v", d.Error)
	}
	w.Kill()
	must(t, house.Wait(ctx, "the fault has ended by itself", func() (bool, error) {
		status, _ := w.ask(t, ctx)
		return status == http.StatusOK, nil
	}))
	must(t, w.Up(ctx, ""))
	if status, _ := w.ask(t, ctx); status != http.StatusOK {
		t.Errorf("it is back: %d", status)
	}
}

// ask asks the service through the edge.
func (w works) ask(t *testing.T, ctx context.Context) (status int, made string) {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+w.HTTP+"/", nil)
	must(t, err)
	r.Host = house.Host
	res, err := http.DefaultClient.Do(r)
	must(t, err)
	res.Body.Close()
	return res.StatusCode, res.Header.Get(edgewire.Header)
}

// tryStop has one instance stop, which is started again.
func (w works) tryStop(t *testing.T, ctx context.Context) {
	restarts := func() (n int) {
		lane, err := w.Lane(ctx, house.Service, house.Environment)
		must(t, err)
		for _, i := range lane.Instances {
			if i.State == "healthy" {
				n += i.Restarts
			}
		}
		return n
	}
	if n := restarts(); n != 0 {
		t.Fatalf("%d restarts already", n)
	}
	d := w.stands(t, ctx, w.start(t, ctx, "stopper", "{}"), "completed")
	if !strings.Contains(string(d.Output), `"instance":"app.dev.`) {
		t.Errorf("%s", d.Output)
	}
	must(t, house.Wait(ctx, "it is started again", func() (bool, error) { return restarts() == 1, nil }))
}

// tryLoad wants evidence that anybody can check with a public key.
func (w works) tryLoad(t *testing.T, ctx context.Context) {
	d := w.stands(t, ctx, w.start(t, ctx, "loader", "{}"), "completed")
	var out struct {
		Passed   bool
		Requests int
		Errors   int
		Why      string
		Evidence struct {
			Digest, Subject string
			Statement       json.RawMessage
		}
	}
	must(t, json.Unmarshal(d.Output, &out))
	if !out.Passed || out.Requests < 140 || out.Errors != 0 {
		t.Errorf("%s", d.Output)
	}
	dir := t.TempDir()
	statement, key := filepath.Join(dir, "load.dsse.json"), filepath.Join(dir, "slipway.pub")
	must(t, os.WriteFile(statement, out.Evidence.Statement, 0o600))
	public, err := w.Command(ctx, "key", "export")
	must(t, err)
	must(t, os.WriteFile(key, []byte(public), 0o600))
	said, err := w.Command(ctx, "verify", statement, "--key", key, "--digest", out.Evidence.Subject)
	must(t, err)
	if !strings.Contains(said, "valid") || !strings.Contains(said, "test-result") {
		t.Error(said)
	}
	if said, err := w.Command(ctx, "verify", statement, "--key", key, "--digest", out.Evidence.Digest); err == nil {
		t.Errorf("it is about another artifact: %s", said)
	}
}
