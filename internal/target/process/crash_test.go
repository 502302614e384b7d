package process

import (
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/target"
	"slipway.dev/internal/target/targettest"
)

// A crash that is asked for is one however often it is asked for, and the app is started again.
func TestCrash(t *testing.T) {
	t.Parallel()
	tg := open(t, Options{Dir: t.TempDir()})
	in := targettest.Instance("tickets.dev.1.0", nil)
	if err := tg.Ensure(t.Context(), in, targettest.Build(t)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tg.Stop(t.Context(), in.ID); err != nil {
			t.Log(err)
		}
	})
	healthy := func(restarts int) (s target.Status) {
		t.Helper()
		for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
			if s, _ = tg.Status(t.Context(), in.ID); s.State == target.Healthy && s.Restarts == restarts {
				return s
			}
		}
		t.Fatalf("not healthy after %d restarts: %+v", restarts, s)
		return s
	}
	first := healthy(0)
	if err := tg.Crash(t.Context(), in.ID, 0); err != nil {
		t.Fatal(err)
	}
	second := healthy(1)
	if second.PID == first.PID || second.Exit == "" {
		t.Errorf("was %+v, is %+v", first, second)
	}
	if err := tg.Crash(t.Context(), in.ID, 0); err != nil {
		t.Fatal(err)
	}
	if third := healthy(1); third.PID != second.PID {
		t.Errorf("it crashed twice: %+v, %+v", second, third)
	}
	if err := tg.Crash(t.Context(), "tickets.dev.9.9", 0); !fault.Is(err, fault.NotFound) {
		t.Errorf("one that is not there: %v", err)
	}
}
