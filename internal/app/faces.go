package app

import (
	"context"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/control"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/drive/source"
	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/smoke"
	"slipway.dev/internal/target"
	"slipway.dev/internal/version"
	"slipway.dev/internal/web"
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
		Position: head, HTTP: hello.HTTP, HTTPS: hello.HTTPS, Page: h.scheme() + "://" + h.Listen + "/",
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

// board is what the page shows, as the page's own actor sees it.
type board struct{ h *house }

var pageActor = machine.Actor{Kind: "page", Name: "board"}

// Board gives the board.
func (b board) Board(ctx context.Context) (web.Board, error) {
	ctx = control.WithActor(ctx, pageActor)
	lanes, err := b.h.control.Lanes(ctx)
	if err != nil {
		return web.Board{}, err
	}
	finished, err := b.h.control.Deployments(ctx, model.DeploymentsQuery{Limit: 500})
	if err != nil {
		return web.Board{}, err
	}
	environments, err := b.environments(ctx)
	return web.Board{Environments: environments, Lanes: lanes, Finished: finished}, err
}

// environments gives them in the order in which releases go through them.
func (b board) environments(ctx context.Context) ([]string, error) {
	owned, err := source.Owned(ctx, b.h.engine)
	if err != nil {
		return nil, err
	}
	after := map[string][]string{}
	for _, o := range owned {
		if o.Kind != manifest.KindEnvironment {
			continue
		}
		spec, err := o.Environment()
		if err != nil {
			return nil, err
		}
		after[string(spec.After)] = append(after[string(spec.After)], o.Name)
	}
	var order []string
	for next := []string{""}; len(next) > 0; {
		var following []string
		for _, name := range next {
			following = append(following, after[name]...)
			delete(after, name)
		}
		order, next = append(order, following...), following
	}
	for _, from := range slices.Sorted(maps.Keys(after)) { // behind one that was removed
		order = append(order, after[from]...)
	}
	return order, nil
}

// Changes tells of changes, at most a few in a second.
func (b board) Changes(ctx context.Context) <-chan struct{} {
	changes := make(chan struct{}, 1)
	go func() {
		defer close(changes)
		var position int64
		for every(ctx, 150*time.Millisecond) {
			head, err := b.h.engine.Await(ctx, position)
			if err != nil {
				return
			}
			position = head
			select {
			case changes <- struct{}{}:
			default:
			}
		}
	}()
	return changes
}
