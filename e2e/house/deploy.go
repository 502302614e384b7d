package house

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway.dev/client/model"
)

// What a house has.
const (
	Service      = "app"
	Environment  = "dev"
	Source       = "shop"
	BuildCommand = "cp app VERSION MODE $OUT/"
)

// Version is what is committed for a release of the service.
type Version struct {
	Name     string // what it answers with
	Strategy string // as in a manifest; empty: {blueGreen: {}}
	Mode     string // how the app misbehaves
	Observe  string // empty: 50ms
	Extra    string // more lines of the spec
	Flows    string // more manifests, in a file of their own; empty: as they are
}

// Platform is what an administrator applies first.
const Platform = `apiVersion: slipway.dev/v1
kind: Team
metadata: {name: crew}
spec: {members: [{name: Ada, email: ada@example.com}]}
---
apiVersion: slipway.dev/v1
kind: Environment
metadata: {name: dev}
spec: {host: "{host}", target: {process: {}}}
`

// Files are what is committed. One release is kept for rollbacks, and warm.
func (v Version) Files() map[string]string {
	strategy, observe := v.Strategy, v.Observe
	if strategy == "" {
		strategy = "{blueGreen: {}}"
	}
	if observe == "" {
		observe = "50ms"
	}
	files := map[string]string{"VERSION": v.Name + "\n", "MODE": v.Mode + "\n", "slipway.yaml": `apiVersion: slipway.dev/v1
kind: Service
metadata: {name: app, team: crew}
spec:
  source: {path: ., branch: main}
  build: {run: "` + BuildCommand + `"}
  run: {command: [./app], replicas: 2, stopGrace: 2s}
  routes: [{host: ` + Host + `}]
  health: {http: /healthz}
  smoke: [{http: {get: /smoke}}]
  rollback: {observe: ` + observe + `, warm: 1h, keep: 1}
  strategy: ` + strategy + "\n" + v.Extra}
	if v.Flows != "" {
		files[".slipway/flows.yaml"] = v.Flows
	}
	return files
}

// Found makes the house's repository with a first version, has it watched, and waits until
// it is deployed. A control plane must be up.
func (h *House) Found(ctx context.Context, dir string, first Version) (*Repo, error) {
	_, err := h.Apply(ctx, model.ApplyRequest{Source: "platform", Files: []model.File{{Name: "platform.yaml", Content: Platform}}})
	if err != nil {
		return nil, err
	}
	r, err := NewRepo(ctx, dir)
	if err != nil {
		return nil, err
	}
	if err := r.Copy(h.o.Programs.App, "app"); err != nil {
		return nil, err
	}
	commit, err := r.Version(ctx, first)
	if err != nil {
		return nil, err
	}
	if _, err := h.AddSource(ctx, model.Source{Name: Source, URL: dir, Branch: "main"}); err != nil {
		return nil, err
	}
	return r, h.expect(ctx, commit, "completed")
}

// Version commits a version and gives the commit.
func (r *Repo) Version(ctx context.Context, v Version) (string, error) {
	if err := r.Write(v.Files()); err != nil {
		return "", err
	}
	return r.Commit(ctx, v.Name)
}

// Ship commits a version and has the source looked at.
func (h *House) Ship(ctx context.Context, r *Repo, v Version) (commit string, err error) {
	if commit, err = r.Version(ctx, v); err != nil {
		return "", err
	}
	_, err = h.PollSource(ctx, Source)
	return commit, err
}

// Deliver ships a version and waits until it is deployed.
func (h *House) Deliver(ctx context.Context, r *Repo, v Version) (commit string, err error) {
	if commit, err = h.Ship(ctx, r, v); err != nil {
		return "", err
	}
	return commit, h.expect(ctx, commit, "completed")
}

func (h *House) expect(ctx context.Context, commit, outcome string) error {
	d, err := h.Settled(ctx, commit)
	if err == nil && d.Outcome != outcome {
		err = fmt.Errorf("%s ended as %s: %s", d.ID, d.Outcome, d.Reason)
	}
	return err
}

// final are the outcomes after which nothing more happens by itself.
var final = []string{"completed", "failed", "rolledBack", "rollbackFailed", "superseded", "aborted", "held"}

// Settled waits until the deployment of a commit has come to its end, and gives it.
// Errors of the API are waited out: its control plane may be down.
func (h *House) Settled(ctx context.Context, commit string) (d model.Deployment, err error) {
	var last string
	err = Wait(ctx, "the deployment of "+commit+" ends", func() (bool, error) {
		list, err := h.Deployments(ctx, model.DeploymentsQuery{Service: Service, Environment: Environment, Limit: 5})
		if err != nil {
			last = err.Error()
			return false, nil //nolint:nilerr // see above
		}
		for _, d = range list {
			if d.Commit == commit && d.Cause != "rollback" {
				last = d.Outcome + " " + d.Reason
				return slices.Contains(final, d.Outcome), nil
			}
		}
		return false, h.unbuilt(ctx, commit)
	})
	if err != nil {
		return d, fmt.Errorf("%w; last seen: %s\n%s", err, last, h.Output())
	}
	return d, nil
}

// Stands tells a person how the service stands and what became of its deployments, whatever
// has ended meanwhile: for tests that give up.
func (h *House) Stands() string {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	var text strings.Builder
	for _, command := range [][]string{{"status", Service}, {"history"}, {"release", "list", Service}, {"source", "list"}} {
		said, err := h.Command(ctx, command...)
		if err != nil {
			said = err.Error()
		}
		fmt.Fprintf(&text, "slipway %s\n%s\n", strings.Join(command, " "), said)
	}
	return text.String()
}

// unbuilt says why a commit will never be deployed.
func (h *House) unbuilt(ctx context.Context, commit string) error {
	r, err := h.Release(ctx, Service, commit[:12])
	if err == nil && (r.Status == "failed" || len(r.Problems) > 0) {
		return fmt.Errorf("release %s is %s: %s %v", r.ID, r.Status, r.Error, r.Problems)
	}
	return nil
}

// Quiet waits until just these instances run: the first two of each of the deployments.
func (h *House) Quiet(ctx context.Context, deployments ...string) error {
	var want []string
	for _, d := range deployments {
		want = append(want, d+".0", d+".1")
	}
	slices.Sort(want)
	var last []string
	err := Wait(ctx, "the right instances run", func() (ok bool, err error) {
		last, err = h.Running()
		return slices.Equal(last, want), err
	})
	if err != nil {
		return fmt.Errorf("%w: %s run, but should %s", err, strings.Join(last, " "), strings.Join(want, " "))
	}
	return nil
}

// Soon is a deadline for what takes a moment on a quiet machine.
func Soon(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, time.Minute)
}
