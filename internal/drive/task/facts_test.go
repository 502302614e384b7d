package task

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// bindings stands for the machine that counts changes of rights.
type bindings struct{}

func (bindings) Step(n int, _ machine.Event) (machine.Next[int], error) {
	return machine.Next[int]{State: n + 1}, nil
}
func (bindings) Desired(int) []machine.Desired    { return nil }
func (bindings) Summary(int) machine.Summary      { return machine.Summary{Status: "x"} }
func (bindings) Upgrade(int, []byte) (int, error) { return 0, errors.New("never") }

// house is a real engine with tasks in it.
type house struct {
	*testing.T
	engine *engine.Engine
	people access.Everybody
	look   func(context.Context) (*access.Directory, error) // how the directory is found
}

func newHouse(t *testing.T) *house {
	t.Helper()
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "s.db"), store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{T: t}
	h.look = func(context.Context) (*access.Directory, error) { return access.NewDirectory(h.people), nil }
	h.engine = engine.New(st, engine.Options{Log: slog.New(slog.DiscardHandler)})
	engine.Register(h.engine, "access", 1, bindings{})
	Driver{Directory: func(ctx context.Context) (*access.Directory, error) { return h.look(ctx) }}.Register(h.engine)
	h.engine.HandleEffect(notify.EffectNotice, engine.EffectFunc(func(context.Context, engine.EffectCall) (machine.Value, error) { return nil, nil }))
	if err := h.engine.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := errors.Join(h.engine.Stop(ctx), st.Close()); err != nil {
			t.Error(err)
		}
	})
	return h
}

func (h *house) submit(actor, kind string, data any) error {
	k, name, _ := strings.Cut(actor, ":")
	_, err := h.engine.Submit(h.Context(), engine.To{Machine: "task/t", Event: machine.Event{Type: kind, Actor: machine.Actor{Kind: k, Name: name}, Data: machine.Must(data)}})
	return err
}

func (h *house) open(change func(*task.Ask)) {
	h.Helper()
	a := task.Ask{Name: "t", Kind: task.Approval, Title: "Deploy", Subject: "deploy/tickets/prod", Environment: "prod", From: []string{"approver", "team:ops"},
		Quorum: 2, Standing: true, Digests: map[string]string{"artifact": "a"}, Excluded: map[string]string{"author": "they wrote it"}}
	if change != nil {
		change(&a)
	}
	if err := h.submit("system:test", task.EventOpened, a); err != nil {
		h.Fatal(err)
	}
}

func (h *house) state() task.State {
	h.Helper()
	s, _, err := engine.Load[task.State](h.Context(), h.engine, "task/t")
	if err != nil {
		h.Fatal(err)
	}
	return s
}

var yes = task.Answer{Decision: task.Approve, Digests: map[string]string{"artifact": "a"}}

// TestWho goes through all kinds of actors.
func TestWho(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.people = access.Everybody{
		People: []access.Person{{Name: "ada", Addresses: []string{"ada@example.com"}}, {Name: "lovelace", Addresses: []string{"ADA@example.com"}},
			{Name: "author", Addresses: []string{"a@example.com"}}, {Name: "second", Addresses: []string{"a@example.com"}},
			{Name: "gone", Disabled: true}, {Name: "dev"}, {Name: "olga"}, {Name: "new"}, {Name: "late"}, {Name: "sven"}},
		Teams: []access.Team{{Name: "ops", Members: []access.Member{{Person: "olga"}, {Person: "late"}}}, {Name: "approver", Members: []access.Member{{Person: "sven"}}}},
		Bindings: []access.Binding{{Subject: "person:ada", Role: access.Approver}, {Subject: "person:lovelace", Role: access.Approver},
			{Subject: "person:author", Role: access.Approver}, {Subject: "person:second", Role: access.Approver}, {Subject: "person:gone", Role: access.Approver},
			{Subject: "person:dev", Role: access.Approver, Environment: "staging"}},
	}
	h.open(nil)
	for _, c := range []struct{ actor, says string }{
		{"host:root", "is no person"},
		{"token:local", "is no person"},
		{"system:engine", "is no person"},
		{"person:nobody", "is no person"},
		{"person:gone", "is no person"},
		{"person:author", "they wrote it"},
		{"token:author/ci", "they wrote it"},
		{"person:second", "author, who shares an address with them"},
		{"person:dev", "is not asked"},  // an approver elsewhere
		{"person:sven", "is not asked"}, // a team cannot be called like a role to get its rights
		{"token:ada/cli", ""},
		{"person:ada", "has answered"},
		{"person:lovelace", "ada, who shares an address with lovelace, has answered"},
	} {
		err := h.submit(c.actor, task.EventAnswered, yes)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.actor, err, c.says)
		}
	}
	if g := h.state().Given; len(g) != 1 || g[0].Person != "ada" || g[0].Via != "cli" {
		t.Errorf("%+v", g)
	}
	for _, c := range []struct{ to, says string }{
		{"gone", "there is nobody"}, {"nobody", "there is nobody"}, {"second", "they wrote it"}, {"new", "one of those who may approve"}, {"late", ""},
	} {
		err := h.submit("person:olga", task.EventDelegated, task.Delegation{To: c.to})
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("to %s: %v, want %q", c.to, err, c.says)
		}
	}
	if err := h.submit("person:late", task.EventAnswered, yes); err != nil || h.state().Status != task.Approved {
		t.Errorf("%v, %s", err, h.state().Status)
	}
	if err := h.submit("person:olga", task.EventAnswered, yes); !fault.Is(err, fault.Refused) || !strings.Contains(err.Error(), "2 of 2 have approved") {
		t.Error(err)
	}
}

// TestRightsChangeMeanwhile takes a person's right away between the look into the directory
// and the step: the answer is judged anew, and refused.
func TestRightsChangeMeanwhile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	everybody := access.Everybody{People: []access.Person{{Name: "ada"}}, Bindings: []access.Binding{{Subject: "person:ada", Role: access.Approver}}}
	looks := 0
	h.look = func(ctx context.Context) (*access.Directory, error) {
		before := access.NewDirectory(everybody)
		if looks++; looks == 1 { // and right after that
			everybody.Bindings = nil
			_, err := h.engine.Submit(ctx, engine.To{Machine: access.BindingsID, Event: machine.Event{Type: "revoked", Actor: machine.System("test")}})
			return before, err
		}
		return before, nil
	}
	h.open(nil)
	if err := h.submit("person:ada", task.EventAnswered, yes); !fault.Is(err, fault.Denied) || looks != 2 {
		t.Errorf("after %d looks: %v", looks, err)
	}
}

// TestGone: who has lost the right, or turned out to be somebody else, does not keep others
// from approving.
func TestGone(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*access.Everybody){
		"disabled":   func(e *access.Everybody) { e.People[0].Disabled = true },
		"lost right": func(e *access.Everybody) { e.Bindings = e.Bindings[1:] },
		"is author": func(e *access.Everybody) {
			e.Mapped = map[string]string{"x@example.com": "p0"}
			e.People[3].Addresses = []string{"x@example.com"}
		},
		"is another": func(e *access.Everybody) {
			e.People[0].Addresses, e.People[1].Addresses = []string{"y@example.com"}, []string{"y@example.com"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			for _, p := range []string{"p0", "p1", "p2", "author"} {
				h.people.People = append(h.people.People, access.Person{Name: p})
				h.people.Bindings = append(h.people.Bindings, access.Binding{Subject: "person:" + p, Role: access.Approver})
			}
			h.open(nil)
			for _, p := range []string{"person:p0", "person:p1"} {
				if err := h.submit(p, task.EventAnswered, yes); err != nil {
					t.Fatal(err)
				}
			}
			if err := h.submit("person:p2", task.EventAnswered, yes); !fault.Is(err, fault.Refused) {
				t.Fatal(err)
			}
			change(&h.people)
			if err := h.submit("person:p2", task.EventAnswered, yes); err != nil {
				t.Fatal(err)
			}
			if s := h.state(); s.Status != task.Approved || s.Agreed() != 2 || s.Given[0].Void == "" && s.Given[1].Void == "" {
				t.Errorf("%+v", s)
			}
		})
	}
}

// TestAllAtOnce: 500 people approve at the same instant, some of them twice, with a second
// account or with a token. Exactly the quorum counts, none twice, and the rest learn why not.
func TestAllAtOnce(t *testing.T) {
	t.Parallel()
	const people, quorum = 500, 7
	h := newHouse(t)
	for i := range people {
		name := fmt.Sprintf("p%d", i)
		h.people.People = append(h.people.People, access.Person{Name: name, Addresses: []string{fmt.Sprintf("%d@example.com", i/2)}})
		h.people.Bindings = append(h.people.Bindings, access.Binding{Subject: "person:" + name, Role: access.Approver})
	}
	directory := access.NewDirectory(h.people)
	h.look = func(context.Context) (*access.Directory, error) { return directory, nil }
	h.open(func(a *task.Ask) { a.Quorum = quorum })
	var taken, full, twice atomic.Int64
	begin, done := make(chan struct{}), sync.WaitGroup{}
	for i := range people {
		for _, actor := range []string{fmt.Sprintf("person:p%d", i), fmt.Sprintf("token:p%d/cli", i)} {
			done.Go(func() {
				<-begin
				switch err := h.submit(actor, task.EventAnswered, yes); {
				case err == nil:
					taken.Add(1)
				case fault.Is(err, fault.Refused) && strings.Contains(err.Error(), "7 of 7 have approved"):
					full.Add(1)
				case fault.Is(err, fault.Refused) && strings.Contains(err.Error(), "has answered"):
					twice.Add(1)
				default:
					t.Errorf("%s: %v", actor, err)
				}
			})
		}
	}
	close(begin)
	done.Wait()
	s := h.state()
	if taken.Load() != quorum || s.Agreed() != quorum || s.Status != task.Approved || taken.Load()+full.Load()+twice.Load() != 2*people {
		t.Errorf("%d taken, %d counted, %d too late, %d twice; it is %s", taken.Load(), s.Agreed(), full.Load(), twice.Load(), s.Status)
	}
	var humans []string
	for _, g := range s.Given {
		p, _ := directory.Person(g.Person)
		humans = append(humans, p.Addresses[0])
	}
	slices.Sort(humans)
	if len(slices.Compact(humans)) != quorum {
		t.Errorf("somebody counts twice: %v", humans)
	}
	// One takes it back, and again exactly one of all the others gets in.
	if err := h.submit("person:"+s.Given[0].Person, task.EventWithdrawn, task.Withdrawal{}); err != nil {
		t.Fatal(err)
	}
	taken.Store(0)
	for i := range people {
		done.Go(func() {
			if h.submit(fmt.Sprintf("person:p%d", i), task.EventAnswered, yes) == nil {
				taken.Add(1)
			}
		})
	}
	done.Wait()
	if taken.Load() != 1 || h.state().Agreed() != quorum {
		t.Errorf("%d got in, %d count", taken.Load(), h.state().Agreed())
	}
}
