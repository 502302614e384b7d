package count

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestUnitIsTheFirstOfUserStepAndMinute(t *testing.T) {
	t.Parallel()
	u := NewUnits()
	ann, key := u.Hash('u', "ann"), u.Hash('k', "ann")
	if ann == key {
		t.Error("a user and a key of the same name are one")
	}
	minute := time.Unix(60*1_000_000, 0)
	for _, c := range []struct {
		user, step uint64
		at         time.Duration
		first      bool
	}{
		{ann, 1, 0, true}, {ann, 1, 0, false}, {ann, 1, 59 * time.Second, false}, {ann, 2, 0, true}, {key, 1, 0, true},
		{ann, 1, time.Minute, true}, {ann, 1, 2*time.Minute - 1, false}, {ann, 2, time.Minute, true}, {key, 1, 30 * time.Second, false},
	} {
		if got := u.First(c.user, c.step, minute.Add(c.at)); got != c.first {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// At no clock minute does an empty table look full, or as if somebody had been there.
func TestUnitsAtAnyMinute(t *testing.T) {
	t.Parallel()
	u := NewUnits()
	for m := range int64(3 << minuteBits) {
		if at := time.Unix(60*m, 0); !u.First(7, 7, at) || u.First(7, 7, at) {
			t.Fatalf("minute %d", m)
		}
	}
}

// More users than the table has room for: some count more often, none is missed, and those
// that come again at once are known.
func TestUnitsWhenFull(t *testing.T) {
	t.Parallel()
	u := NewUnits()
	at := time.Unix(1e9, 0)
	for i := range uint64(2 * unitSlots) {
		if !u.First(mix(i), 1, at) {
			t.Fatalf("user %d of many was missed", i)
		}
		if u.First(mix(i), 1, at) {
			t.Fatalf("user %d counts twice in a row", i)
		}
	}
}

func TestUnitsOfManyAtOnce(t *testing.T) {
	t.Parallel()
	u := NewUnits()
	at := time.Unix(1e9, 0)
	const users = 20_000
	var firsts atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range users {
				if u.First(u.Hash('u', fmt.Sprint(i)), 1, at) {
					firsts.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if n := firsts.Load(); n < users || n > users+users/100 {
		t.Errorf("%d users are %d", users, n)
	}
}
