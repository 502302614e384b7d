package house

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"slipway.dev/internal/loadgen"
)

// Traffic is strict clients at the edge, a third of whose requests are POST. It looks at
// every answer: its status, its body, and which version gave it.
type Traffic struct {
	*loadgen.Load
	version atomic.Value // string: that answered last

	mu    sync.Mutex
	wrong []string // the first answers that were not right
	seen  func(loadgen.Answer)
}

// Traffic starts to send. seen is nil, or told of every answer; it must be quick.
func (h *House) Traffic(ctx context.Context, rate float64, clients int, seen func(loadgen.Answer)) *Traffic {
	t := &Traffic{seen: seen}
	t.version.Store("")
	t.Load = loadgen.Start(ctx, loadgen.Options{Address: h.HTTP, Rate: rate, Clients: clients,
		Next: loadgen.Mix(Host, 1.0/3, "/", "/seats", "/orders/1"), Seen: t.look})
	return t
}

func (t *Traffic) look(a loadgen.Answer) {
	if t.seen != nil {
		t.seen(a)
	}
	if _, failed := a.Failed(); failed {
		return // the load counts it
	}
	version := a.Header.Get("Version")
	want := fmt.Sprintf("%s %s %s", a.Request.Method, a.Request.Path, a.Request.Body)
	if a.Status == http.StatusOK && version != "" && string(a.Body) == want {
		t.version.Store(version)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.wrong) < 10 {
		t.wrong = append(t.wrong, fmt.Sprintf("%s %s: %d of version %q: %.80q", a.Request.Method, a.Request.Path, a.Status, version, a.Body))
	}
}

// Version is the one that answered last.
func (t *Traffic) Version() string { return t.version.Load().(string) }

// Check says what went wrong so far.
func (t *Traffic) Check() error {
	var err error
	if r := t.Result(); r.Failed > 0 || r.AppErrors > 0 {
		err = fmt.Errorf("of %d requests %d failed: %v; %d errors of the app", r.Requests, r.Failed, r.Failures, r.AppErrors)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.wrong) > 0 {
		err = errors.Join(err, fmt.Errorf("wrong answers: %q", t.wrong))
	}
	return err
}
