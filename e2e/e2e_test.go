// Package e2e tries the whole product: the program as it is shipped, real repositories,
// builds, processes, databases and traffic.
package e2e

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"slipway.dev/e2e/house"
)

// built are the programs, compiled when the first test needs them and removed by TestMain.
var built struct {
	once sync.Once
	dir  string
	house.Programs
	err error
}

func TestMain(m *testing.M) {
	flag.Parse()
	// Tests mostly wait for processes, so that more of them than processors can run.
	if err := flag.Set("test.parallel", "5"); err != nil {
		panic(err)
	}
	code := m.Run()
	if built.dir != "" {
		os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

func programs(t *testing.T) house.Programs {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "slipway-e2e"); built.err == nil {
			built.Programs, built.err = house.Build(context.Background(), built.dir, true)
		}
	})
	must(t, built.err)
	return built.Programs
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// heavy says whether there is time for everything.
func heavy() bool { return os.Getenv("SLIPWAY_HEAVY") != "" }

// newHouse gives a house without a control plane; the test's end takes it down.
func newHouse(t *testing.T, o house.Options) *house.House {
	t.Helper()
	o.Programs = programs(t)
	h, err := house.New(o)
	must(t, err)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("what became of the deployments, and what they wait for:\n%s", h.Stands())
			t.Logf("the control plane printed:\n%s", h.Output())
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// found gives a house with a control plane, a watched repository and a first version that
// runs.
func found(t *testing.T, ctx context.Context, first house.Version) (*house.House, *house.Repo) {
	t.Helper()
	h := newHouse(t, house.Options{})
	must(t, h.Up(ctx, ""))
	r, err := h.Found(ctx, filepath.Join(t.TempDir(), "repo"), first)
	must(t, err)
	return h, r
}

// audited wants the journal's chain and checkpoints to be whole.
func audited(t *testing.T, ctx context.Context, h *house.House) {
	t.Helper()
	a, err := h.VerifyAudit(ctx)
	must(t, err)
	if !a.Verified || a.Entries == 0 || a.Checkpoints == 0 {
		t.Errorf("audit: %+v", a)
	}
}
