package engine_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

func effect(kind string, class machine.Class) order {
	return order{Effects: []machine.Effect{{Kind: kind, Class: class, Input: machine.Value(`"in"`)}}}
}

// asker has both Run and Ask.
type asker struct {
	run func(context.Context, engine.EffectCall) (machine.Value, error)
	ask func() (machine.Value, bool, error)
}

func (a asker) Run(ctx context.Context, c engine.EffectCall) (machine.Value, error) {
	return a.run(ctx, c)
}
func (a asker) Ask(context.Context, engine.EffectCall) (machine.Value, bool, error) { return a.ask() }

// eventually waits for the last line of a toy's log.
func eventually(t *testing.T, e *engine.Engine, id, want string) {
	t.Helper()
	var last string
	defer func() {
		if t.Failed() {
			t.Logf("the last was %s", last)
		}
	}()
	until(t, want, func() bool {
		s, _ := load(t, e, id)
		if len(s.Log) > 0 {
			last = s.Log[len(s.Log)-1]
		}
		return last == want
	})
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	e := start(t, open(t, filepath.Join(t.TempDir(), "s.db")), engine.Options{}, func(e *engine.Engine) {
		e.HandleEffect("well", engine.EffectFunc(func(_ context.Context, c engine.EffectCall) (machine.Value, error) {
			in, err := engine.Decode[string](c)
			return machine.Must(in + " " + c.ID + " " + c.Machine + " " + c.Kind), err
		}))
		e.HandleEffect("badly", engine.EffectFunc(func(context.Context, engine.EffectCall) (machine.Value, error) {
			return nil, errors.New("no luck")
		}))
		e.HandleEffect("panic", engine.EffectFunc(func(context.Context, engine.EffectCall) (machine.Value, error) { panic("oh") }))
		e.HandleEffect("garbage", engine.EffectFunc(func(context.Context, engine.EffectCall) (machine.Value, error) {
			return machine.Value("{"), nil
		}))
	})
	for kind, want := range map[string]string{
		"well":    `well.done {"effect":"toy/well#1.0","output":"in toy/well#1.0 toy/well well"}`,
		"badly":   `badly.failed {"effect":"toy/badly#1.0","error":"no luck"}`,
		"panic":   `panic.failed {"effect":"toy/panic#1.0","error":"the handler of panic panicked: oh"}`,
		"garbage": `garbage.failed {"effect":"toy/garbage#1.0","error":"its output is not JSON"}`,
		"nobody":  `nobody.failed {"effect":"toy/nobody#1.0","error":"this program has no handler for nobody"}`,
	} {
		submit(t, e, do("toy/"+kind, effect(kind, machine.Repeatable)))
		eventually(t, e, "toy/"+kind, want)
	}
}

// TestRecovery stops an engine while effects of each class are under way.
func TestRecovery(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		class machine.Class
		ask   func() (machine.Value, bool, error)
		runs  int64
		want  string
	}{
		"repeatable":             {machine.Repeatable, nil, 2, `work.done {"effect":"toy/a#1.0","output":"again"}`},
		"once":                   {machine.Once, nil, 1, `work.unknown {"effect":"toy/a#1.0","error":"the control plane ended while this was under way; it may or may not have happened"}`},
		"askable, it succeeded":  {machine.Askable, func() (machine.Value, bool, error) { return machine.Must("so"), true, nil }, 1, `work.done {"effect":"toy/a#1.0","output":"so"}`},
		"askable, it failed":     {machine.Askable, func() (machine.Value, bool, error) { return nil, true, errors.New("bad") }, 1, `work.failed {"effect":"toy/a#1.0","error":"bad"}`},
		"askable, it never was":  {machine.Askable, func() (machine.Value, bool, error) { return nil, false, nil }, 2, `work.done {"effect":"toy/a#1.0","output":"again"}`},
		"askable, without a way": {machine.Askable, nil, 1, `work.unknown {"effect":"toy/a#1.0","error":"it cannot be found out what became of this: the handler of work has no way to ask"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, filepath.Join(t.TempDir(), "s.db"))
			var runs atomic.Int64
			run := func(ctx context.Context, _ engine.EffectCall) (machine.Value, error) {
				if runs.Add(1) == 1 {
					<-ctx.Done()
					return nil, ctx.Err()
				}
				return machine.Must("again"), nil
			}
			handle := func(e *engine.Engine) {
				if test.ask != nil {
					e.HandleEffect("work", asker{run, test.ask})
				} else {
					e.HandleEffect("work", engine.EffectFunc(run))
				}
			}
			e := start(t, s, engine.Options{}, handle)
			submit(t, e, do("toy/a", effect("work", test.class)))
			until(t, "the effect is under way", func() bool { return runs.Load() == 1 })
			stop(t, e)
			if l, _ := s.Journal(t.Context(), 1, store.JournalFilter{}); len(l) != 0 {
				t.Errorf("stopping made an outcome: %+v", l)
			}
			e = start(t, s, engine.Options{}, handle)
			eventually(t, e, "toy/a", test.want)
			stop(t, e)
			if n := runs.Load(); n != test.runs {
				t.Errorf("it ran %d times, not %d", n, test.runs)
			}
			e = start(t, s, engine.Options{}, handle) // it is over
			if _, step := load(t, e, "toy/a"); step != 2 {
				t.Errorf("step %d", step)
			}
		})
	}
}

// deaf takes only its first event.
type deaf struct{}

func (deaf) Step(n int, ev machine.Event) (machine.Next[int], error) {
	if ev.Type != "go" {
		return machine.Next[int]{}, fmt.Errorf("%s is not for me", ev.Type)
	}
	return machine.Next[int]{State: 1, Effects: []machine.Effect{{Kind: "work", Class: machine.Repeatable}}}, nil
}
func (deaf) Desired(int) []machine.Desired    { return nil }
func (deaf) Summary(int) machine.Summary      { return machine.Summary{} }
func (deaf) Upgrade(int, []byte) (int, error) { return 0, nil }

func TestARefusedOutcomeIsParked(t *testing.T) {
	t.Parallel()
	var runs atomic.Int64
	e := start(t, open(t, filepath.Join(t.TempDir(), "s.db")), engine.Options{}, func(e *engine.Engine) {
		engine.Register(e, "deaf", 1, deaf{})
		e.HandleEffect("work", engine.EffectFunc(func(context.Context, engine.EffectCall) (machine.Value, error) {
			runs.Add(1)
			return nil, nil
		}))
	})
	submit(t, e, engine.To{Machine: "deaf/a", Event: machine.Event{Type: "go", Actor: someone}})
	until(t, "the effect is parked", func() bool { return len(e.Parked()) == 1 })
	p := e.Parked()[0]
	if p.Effect != "deaf/a#1.0" || p.Event != "work.done" || !strings.Contains(p.Error, "not for me") || runs.Load() != 1 {
		t.Errorf("%+v after %d runs", p, runs.Load())
	}
}

func TestEffectsOfAKindAreBounded(t *testing.T) {
	t.Parallel()
	var running, most atomic.Int64
	open2 := make(chan struct{})
	e := start(t, open(t, filepath.Join(t.TempDir(), "s.db")), engine.Options{}, func(e *engine.Engine) {
		e.HandleEffect("work", engine.EffectFunc(func(context.Context, engine.EffectCall) (machine.Value, error) {
			if n := running.Add(1); n > most.Load() {
				most.Store(n)
			}
			<-open2
			running.Add(-1)
			return nil, nil
		}), engine.AtMost(2))
	})
	for i := range 6 {
		submit(t, e, do(fmt.Sprintf("toy/%d", i), effect("work", machine.Repeatable)))
	}
	until(t, "two run", func() bool { return running.Load() == 2 })
	close(open2)
	for i := range 6 {
		eventually(t, e, fmt.Sprintf("toy/%d", i), fmt.Sprintf(`work.done {"effect":"toy/%d#1.0"}`, i))
	}
	if most.Load() != 2 {
		t.Errorf("%d ran at once", most.Load())
	}
}

func TestLongValuesLiveAsBlobs(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "s.db"))
	long := machine.Must(strings.Repeat("y", 3*store.Inline))
	got := make(chan machine.Value, 1)
	e := start(t, s, engine.Options{}, func(e *engine.Engine) {
		e.HandleEffect("long", engine.EffectFunc(func(_ context.Context, c engine.EffectCall) (machine.Value, error) {
			got <- c.Input
			return nil, nil
		}))
	})
	kept, err := e.Blobs().Put(t.Context(), []byte("kept"))
	if err != nil {
		t.Fatal(err)
	}
	submit(t, e, do("toy/a", order{Keeps: []string{kept}, Effects: []machine.Effect{{Kind: "long", Input: long, Class: machine.Repeatable}}}))
	if in := <-got; string(in) != string(long) {
		t.Errorf("its input has %d bytes", len(in))
	}
	if b, err := e.Blobs().Get(t.Context(), kept); err != nil || string(b) != "kept" {
		t.Errorf("%q %v", b, err)
	}
	refs := func() (n int) {
		s.View(t.Context(), func(tx store.Tx) error {
			return tx.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM blob_ref WHERE machine = 'toy/a'`).Scan(&n)
		})
		return n
	}
	eventually(t, e, "toy/a", `long.done {"effect":"toy/a#1.0"}`)
	if n := refs(); n != 1 {
		t.Errorf("%d blobs are held, not only the kept one", n)
	}
	submit(t, e, do("toy/a", order{}))
	if n := refs(); n != 0 {
		t.Errorf("%d blobs are still held", n)
	}
}
