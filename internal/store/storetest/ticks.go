package storetest

import (
	"fmt"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/store"
)

func tick(deployment string, number int64, at time.Time) store.Tick {
	return store.Tick{Deployment: deployment, Number: number, At: at, Data: fmt.Appendf(nil, `{"n":%d}`, number)}
}

func keep(t testing.TB, st *store.Store, ticks ...store.Tick) {
	t.Helper()
	for _, tick := range ticks {
		if err := st.AppendTick(t.Context(), tick); err != nil {
			t.Fatal(err)
		}
	}
}

func told(t testing.TB, st *store.Store, deployment string) (list string) {
	t.Helper()
	err := st.Ticks(t.Context(), deployment, func(k store.Tick) error {
		list += fmt.Sprintf("%s %d %s %s; ", k.Deployment, k.Number, k.At.Format(time.TimeOnly), k.Data)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// ticks: they come back in order, each number once, and go together when the last is old.
func ticks(t *testing.T, s *suite) {
	st, _ := s.lead(t)
	minute := func(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }
	keep(t, st, tick("a.prod.1", 1, minute(1)), tick("a.prod.2", 1, minute(2)), tick("a.prod.1", 2, minute(3)), tick("a.prod.1", 10, minute(4)))
	if got, want := told(t, st, "a.prod.1"), `a.prod.1 1 12:01:00 {"n":1}; a.prod.1 2 12:03:00 {"n":2}; a.prod.1 10 12:04:00 {"n":10}; `; got != want {
		t.Errorf("%s", got)
	}
	twice := tick("a.prod.1", 2, minute(9))
	twice.Data = []byte("another")
	if err := st.AppendTick(t.Context(), twice); !fault.Is(err, fault.Conflict) {
		t.Errorf("a number that is there: %v", err)
	}
	stop := fault.New(fault.Refused, "enough")
	if err := st.Ticks(t.Context(), "a.prod.1", func(store.Tick) error { return stop }); !fault.Is(err, fault.Refused) {
		t.Errorf("an error of who reads: %v", err)
	}
	for _, step := range []struct {
		before   int
		one, two bool
	}{{2, true, true}, {3, true, false}, {4, true, false}, {5, false, false}} {
		if _, err := st.EraseBefore(t.Context(), minute(step.before), 10); err != nil {
			t.Fatal(err)
		}
		one, two := told(t, st, "a.prod.1"), told(t, st, "a.prod.2")
		if (one != "") != step.one || (two != "") != step.two {
			t.Errorf("before minute %d: %q and %q stay", step.before, one, two)
		}
	}
}
