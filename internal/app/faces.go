package app

import (
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/smoke"
	"slipway.dev/internal/target"
	"slipway.dev/internal/version"
)

// logs finds the logs of instances and builds.
type logs struct{ h *house }

func (l logs) Instance(ctx context.Context, id string, o target.LogOptions) (io.ReadCloser, error) {
	return l.h.target.Logs(ctx, id, o)
}

func (l logs) Build(service, release string) (*os.File, error) {
	return l.h.releases.Logs.Open(service, release)
}

// info describes this control plane.
func (h *house) info(ctx context.Context) (model.System, error) {
	head, err := h.store.Head(ctx)
	if err != nil {
		return model.System{}, err
	}
	hello, err := h.edge.Hello(ctx) // as it is now
	v := version.Get()
	s := model.System{
		Version: v.Version, Commit: v.Commit, Go: v.Go, Store: storeKind(h.Store), Epoch: h.engine.Epoch(), Leading: true,
		Position: head, HTTP: hello.HTTP, HTTPS: hello.HTTPS, Page: h.shown(),
	}
	if err != nil {
		s.Warnings = append(s.Warnings, "the edge does not answer: "+err.Error())
	}
	if hello.Problem != "" {
		s.Warnings = append(s.Warnings, "the edge says: "+hello.Problem)
	}
	s.Confinement = "full"
	if missing := sandbox.Available().Missing(); len(missing) > 0 {
		s.Confinement = "partial"
		s.Warnings = append(s.Warnings, missing...)
	}
	return s, nil
}

// storeKind names the database of a store's address.
func storeKind(address string) string {
	if strings.HasPrefix(address, "postgres") {
		return "postgres"
	}
	return "sqlite"
}

// smokeLimits bound the commands of smoke checks, which should be quick and small.
var smokeLimits = sandbox.Limits{Memory: 512 << 20, Processes: 256}

// smokeOutput keeps the first of what a command prints, for the error that it may become.
type smokeOutput struct {
	mu   sync.Mutex
	text []byte
}

const maxSmokeOutput = 64 << 10 // bytes

func (o *smokeOutput) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text = append(o.text, p[:min(len(p), maxSmokeOutput-len(o.text))]...)
	return len(p), nil
}

// check runs smoke checks; commands among them run confined in the artifact's root.
func (h *house) check(ctx context.Context, checks []config.Check, id, address, root string) error {
	run := func(ctx context.Context, command, env []string) ([]byte, error) {
		var out smokeOutput
		r, err := sandbox.Run(ctx, sandbox.Spec{
			Dir: root, Command: command, Env: append(slices.Clone(env), "PATH="+os.Getenv("PATH")), Hide: []string{h.dirs.Root},
			UID: sandbox.Available().Guest(), Network: true, Limits: smokeLimits, Stdout: &out, Stderr: &out,
		})
		if err == nil {
			err = r.Err()
		}
		return out.text, err
	}
	return smoke.New(run).Run(ctx, smoke.Instance{ID: id, Address: address}, checks)
}
