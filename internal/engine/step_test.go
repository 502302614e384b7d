package engine_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

func tell(to string, o order) machine.Message {
	return machine.Message{To: to, Type: "do", Data: machine.Must(o)}
}

// TestSteps hands in submissions one after the other and looks at the machines.
func TestSteps(t *testing.T) {
	t.Parallel()
	type submission struct {
		to   []engine.To
		code fault.Code
		text string
	}
	deep := order{Note: "last"}
	for i := range 5 {
		deep = order{Note: fmt.Sprint(i), Messages: []machine.Message{tell("toy/"+string(rune('a'+i)), deep)}}
	}
	loop := engine.To{Machine: "loop/a", Event: machine.Event{Type: "go", Actor: someone}}
	for name, test := range map[string]struct {
		do   []submission
		want string // the machines' logs
	}{
		"a refused event changes nothing": {
			do: []submission{
				{to: []engine.To{do("toy/a", order{Note: "one"})}},
				{to: []engine.To{do("toy/a", order{Refuse: "not today"})}, code: fault.Refused, text: "toy/a does not take do: not today"},
			},
			want: "a@1[one] seen[do:1]",
		},
		"a submission is refused whole": {
			do: []submission{
				{to: []engine.To{do("toy/a", order{Note: "one"}), do("toy/b", order{Refuse: "no"})}, code: fault.Refused},
				{to: []engine.To{do("toy/a", order{Note: "two"})}},
			},
			want: "a@1[two] seen[do:1]",
		},
		"a panic is a refusal": {
			do:   []submission{{to: []engine.To{do("toy/a", order{Panic: true})}, code: fault.Internal, text: "as ordered"}},
			want: "",
		},
		"messages arrive in the same commit": {
			do:   []submission{{to: []engine.To{do("toy/x", deep)}}},
			want: "a@1[last] b@1[0] c@1[1] d@1[2] e@1[3] x@1[4]",
		},
		"a refused message comes back": {
			do:   []submission{{to: []engine.To{do("toy/a", order{Note: "one", Messages: []machine.Message{tell("toy/b", order{Refuse: "busy"})}})}}},
			want: `a@2[one message.refused {"to":"toy/b","type":"do","reason":"toy/b does not take do: busy"}] seen[do:1 message.refused:1]`,
		},
		"a message to nobody comes back": {
			do:   []submission{{to: []engine.To{do("toy/a", order{Note: "one", Messages: []machine.Message{tell("ghost/b", order{})}})}}},
			want: `a@2[one message.refused {"to":"ghost/b","type":"do","reason":"event \"do\" for \"ghost/b\": there are no machines of the kind \"ghost\""}] seen[do:1 message.refused:1]`,
		},
		"messages without end": {
			do:   []submission{{to: []engine.To{loop}, code: fault.Internal, text: "over 1000 messages"}},
			want: "",
		},
		"a guard that holds": {
			do: []submission{
				{to: []engine.To{do("toy/b", order{Note: "b"})}},
				{to: []engine.To{do("toy/a", order{Note: "a", Guards: []machine.Guard{{Machine: "toy/b", Step: 1}, {Machine: "toy/none", Step: 0}}})}},
			},
			want: "a@1[a] b@1[b]",
		},
		"a guard that never holds": {
			do:   []submission{{to: []engine.To{do("toy/a", order{Guards: []machine.Guard{{Machine: "toy/b", Step: 7}}})}, code: fault.Conflict}},
			want: "",
		},
		"a guard sees the submission's own steps": {
			do:   []submission{{to: []engine.To{do("toy/b", order{Note: "b"}), do("toy/a", order{Note: "a", Guards: []machine.Guard{{Machine: "toy/b", Step: 1}}})}}},
			want: "a@1[a] b@1[b]",
		},
		"what no database keeps": {
			do: []submission{
				{to: []engine.To{do("toy/a\x00b", order{})}, code: fault.Invalid},
				{to: []engine.To{do("toy/\xff", order{})}, code: fault.Invalid},
				{to: []engine.To{do("ghost/a", order{})}, code: fault.Invalid, text: "no machines of the kind"},
				{to: []engine.To{{Machine: "toy/a", Event: machine.Event{Type: "do", Actor: someone, Data: machine.Value("{")}}}, code: fault.Invalid},
				{to: []engine.To{{Machine: "toy/a", Event: machine.Event{Type: "do"}}}, code: fault.Invalid, text: "actor"},
				{to: []engine.To{{Machine: "toy/a", Event: machine.Event{Type: "do\n", Actor: someone}}}, code: fault.Invalid},
				{to: []engine.To{do("toy/a", order{Effects: []machine.Effect{{Kind: "x", Class: "perhaps"}}})}, code: fault.Internal},
				{to: []engine.To{do("toy/a", order{Desired: []machine.Desired{{Kind: "x", Key: "1"}, {Kind: "x", Key: "1"}}})}, code: fault.Internal, text: "twice"},
			},
			want: "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, filepath.Join(t.TempDir(), "s.db"))
			e := start(t, s, engine.Options{}, func(e *engine.Engine) { engine.Register(e, "loop", 1, looper{}) })
			for i, d := range test.do {
				_, err := e.Submit(t.Context(), d.to...)
				if fault.CodeOf(err) != d.code || err != nil && !strings.Contains(err.Error(), d.text) {
					t.Errorf("submission %d: %v", i, err)
				}
			}
			if got := logs(t, e); !strings.HasPrefix(got, test.want) || test.want == "" && got != "" {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if a, err := s.Verify(t.Context(), nil); err != nil || !a.Verified {
				t.Errorf("journal: %+v %v", a, err)
			}
		})
	}
}

// logs writes what all toys have seen.
func logs(t *testing.T, e *engine.Engine) string {
	t.Helper()
	rows, err := e.List(t.Context(), "toy/")
	if err != nil {
		t.Fatal(err)
	}
	var machines, seen []string
	total := map[string]int{}
	for _, r := range rows {
		s, step := load(t, e, r.ID)
		machines = append(machines, fmt.Sprintf("%s@%d%v", strings.TrimPrefix(r.ID, "toy/"), step, s.Log))
		for k, n := range s.Seen {
			total[k] += n
		}
	}
	if len(machines) == 0 {
		return ""
	}
	for k, n := range total {
		seen = append(seen, fmt.Sprintf("%s:%d", k, n))
	}
	slices.Sort(seen)
	return strings.Join(machines, " ") + " seen" + fmt.Sprint(seen)
}

// looper sends itself a message at every step.
type looper struct{}

func (looper) Step(n int, ev machine.Event) (machine.Next[int], error) {
	return machine.Next[int]{State: n + 1, Messages: []machine.Message{{To: "loop/a", Type: "go"}}}, nil
}
func (looper) Desired(int) []machine.Desired    { return nil }
func (looper) Summary(int) machine.Summary      { return machine.Summary{} }
func (looper) Upgrade(int, []byte) (int, error) { return 0, nil }

func TestAnEventIsTakenOnce(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "s.db"))
	e := start(t, s, engine.Options{}, nil)
	named := func(id string) engine.To {
		to := do("toy/a", order{Note: id})
		to.Event.ID = id
		return to
	}
	first := submit(t, e, named("x"))
	submit(t, e, do("toy/b", order{}))
	if again := submit(t, e, named("x")); fmt.Sprint(again) != fmt.Sprint(first) {
		t.Errorf("receipts %+v and %+v", first, again)
	}
	var all []engine.To // a repeat within one submission, and in a commit of its own
	for i := range 63 {
		all = append(all, named(fmt.Sprint(i)), named(fmt.Sprint(i)))
	}
	submit(t, e, all...)
	stop(t, e)
	e = start(t, s, engine.Options{}, nil)
	if again := submit(t, e, named("x")); fmt.Sprint(again) != fmt.Sprint(first) {
		t.Errorf("after a restart: receipts %+v and %+v", first, again)
	}
	submit(t, e, named("63"))
	if r := submit(t, e, named("x")); r.Steps[0] != 66 { // forgotten after 64 others
		t.Errorf("%+v", r)
	}
}

func TestConcurrentSubmissionsShareCommits(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "s.db"))
	var commits atomic.Int64
	e := start(t, s, engine.Options{After: func(n int64) { commits.Store(n) }}, nil)
	const clients, each = 50, 20
	var group sync.WaitGroup
	for c := range clients {
		group.Go(func() {
			for i := range each {
				// Every other one is refused, and a machine of all takes each of the rest.
				_, err := e.Submit(t.Context(), do(fmt.Sprintf("toy/%d", c), order{Note: "x", Messages: []machine.Message{tell("toy/all", order{Note: "y"})}}),
					do("toy/all", order{Refuse: map[bool]string{true: "odd"}[i%2 == 1]}))
				if (err != nil) != (i%2 == 1) {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if all, step := load(t, e, "toy/all"); step != clients*each || len(all.Log) != clients*each {
		t.Errorf("toy/all took %d steps", step)
	}
	if a, err := s.Verify(t.Context(), nil); err != nil || !a.Verified || a.Entries != clients*each*3/2 {
		t.Errorf("journal: %+v %v", a, err)
	}
	if n := commits.Load(); n >= clients*each/2 {
		t.Errorf("%d commits for %d submissions", n, clients*each)
	}
}

// counter refuses to step on facts that are no longer so.
type counter struct{}

type facts struct{ Step int64 }

func (counter) Step(n int, ev machine.Event) (machine.Next[int], error) {
	f, err := machine.Decode[facts](machine.Event{Type: ev.Type, Data: ev.Facts})
	return machine.Next[int]{State: n + 1, Guards: []machine.Guard{{Machine: "toy/a", Step: f.Step}}}, err
}
func (counter) Desired(int) []machine.Desired    { return nil }
func (counter) Summary(int) machine.Summary      { return machine.Summary{} }
func (counter) Upgrade(int, []byte) (int, error) { return 0, nil }

func TestFactsAreGatheredAgainWhenAGuardFails(t *testing.T) {
	t.Parallel()
	var gathered int
	var e *engine.Engine
	gather := func(ctx context.Context, r engine.Reader, ev machine.Event) (machine.Value, error) {
		_, step, err := engine.Load[toyState](ctx, r, "toy/a")
		if engine.Subject(ctx) != "counter/x" || ev.Type != "count" {
			t.Errorf("facts for %s, %s", engine.Subject(ctx), ev.Type)
		}
		if gathered++; gathered < 3 { // changed in the meantime
			submit(t, e, do("toy/a", order{}))
		}
		return machine.Must(facts{step}), err
	}
	e = start(t, open(t, filepath.Join(t.TempDir(), "s.db")), engine.Options{}, func(e *engine.Engine) {
		engine.Register(e, "counter", 1, counter{})
		e.HandleFacts("counter", gather)
	})
	submit(t, e, do("toy/a", order{}))
	r := submit(t, e, engine.To{Machine: "counter/x", Event: machine.Event{Type: "count", Actor: someone}})
	list, err := e.Journal(t.Context(), r.Position-1, store.JournalFilter{})
	if gathered != 3 || err != nil || len(list) != 1 || string(list[0].Facts) != `{"Step":3}` {
		t.Errorf("gathered %d times; journal %+v %v", gathered, list, err)
	}
	if n, _, err := engine.Load[int](t.Context(), e, "counter/x"); n != 1 || err != nil {
		t.Errorf("counted %d, %v", n, err)
	}
	if _, _, err := engine.Load[string](t.Context(), e, "counter/x"); err == nil || errors.As(err, new(*fault.Error)) {
		t.Errorf("loaded as another type: %v", err)
	}
}

func TestStatesOfOtherVersions(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "s.db"))
	e := start(t, s, engine.Options{}, nil)
	submit(t, e, do("toy/a", order{Note: "old"}))
	stop(t, e)
	next := func(version int) *engine.Engine {
		e := engine.New(s, engine.Options{})
		engine.Register(e, "toy", version, toy{})
		if err := e.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		return e
	}
	e = next(2)
	submit(t, e, do("toy/a", order{Note: "new"}))
	if s, _ := load(t, e, "toy/a"); fmt.Sprint(s.Log) != "[upgraded from 1 new]" {
		t.Errorf("%v", s.Log)
	}
	stop(t, e)
	e = next(1)
	defer stop(t, e)
	if _, err := e.Submit(t.Context(), do("toy/a", order{})); !fault.Is(err, fault.Internal) || !strings.Contains(err.Error(), "newer slipway") {
		t.Errorf("an older program stepped a newer state: %v", err)
	}
}
