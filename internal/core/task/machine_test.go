package task

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/machine/machinetest"
)

func TestScripts(t *testing.T) { machinetest.Run(t, Machine{}, "testdata/*.txt") }

func TestGolden(t *testing.T) {
	t.Parallel()
	machinetest.Golden(t, Machine{}, Version, 1, "testdata/*.txt", "testdata/golden/v1.jsonl")
}

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

func ask() Ask {
	return Ask{Name: "t", Kind: Approval, Title: "Deploy", Subject: "deploy/a/b", From: []string{"approver"}, Quorum: 2,
		Excluded: map[string]string{"ada": "she wrote it"}, Standing: true}
}

func opened(t testing.TB, a Ask) State {
	t.Helper()
	n, err := Machine{}.Step(State{}, machine.Event{Type: EventOpened, At: noon, Data: machine.Must(a)})
	if err != nil {
		t.Fatal(err)
	}
	return n.State
}

func answer(s State, a Answer, f Facts) (State, error) {
	n, err := Machine{}.Step(s, machine.Event{Type: EventAnswered, At: noon, Actor: machine.Actor{Kind: "person", Name: f.Person},
		Data: machine.Must(a), Facts: machine.Must(f)})
	return n.State, err
}

// TestBarred: the refusal of an author is told from that of somebody who was not asked.
func TestBarred(t *testing.T) {
	t.Parallel()
	s := opened(t, ask())
	for _, c := range []struct {
		who    Facts
		barred bool
	}{
		{Facts{Person: "ada", Groups: []string{"approver"}}, true},
		{Facts{Person: "lovelace", Same: []string{"ada"}, Groups: []string{"approver"}}, true},
		{Facts{Person: "bob"}, false},
		{Facts{}, false},
	} {
		_, err := answer(s, Answer{Decision: Approve}, c.who)
		var b *Barred
		if errors.As(err, &b) != c.barred || !fault.Is(err, fault.Denied) || c.barred && (b.Person != c.who.Person || !strings.Contains(err.Error(), "she wrote it")) {
			t.Errorf("%+v: %v", c.who, err)
		}
		if may := s.MayAnswer(c.who); may == nil {
			t.Errorf("%+v may answer", c.who)
		}
	}
	if err := s.MayAnswer(Facts{Person: "bob", Groups: []string{"approver"}}); err != nil {
		t.Error(err)
	}
}

func TestAccount(t *testing.T) {
	t.Parallel()
	for actor, want := range map[machine.Actor]string{
		{Kind: "person", Name: "ada"}: "ada", {Kind: "token", Name: "ada/ci"}: "ada", {Kind: "token", Name: "local"}: "",
		{Kind: "host", Name: "root"}: "", {Kind: "system", Name: "ada"}: "", {}: "",
	} {
		if got := Account(actor); got != want {
			t.Errorf("%s: %q", actor, got)
		}
	}
}

// TestProblem: what nobody could answer is not asked.
func TestProblem(t *testing.T) {
	t.Parallel()
	if p := ask().problem(noon); p != "" {
		t.Fatal(p)
	}
	for want, change := range map[string]func(*Ask){
		"name":             func(a *Ask) { a.Name = "a/b" },
		"kind":             func(a *Ask) { a.Kind = "dance" },
		"title":            func(a *Ask) { a.Title = " " },
		"16 KiB":           func(a *Ask) { a.Text = strings.Repeat("x", maxText+1) },
		"machine":          func(a *Ask) { a.Subject = "" },
		"who may answer":   func(a *Ask) { a.From = nil },
		"at least one":     func(a *Ask) { a.Quorum = 0 },
		"deadline":         func(a *Ask) { a.Deadline = noon },
		"expire":           func(a *Ask) { a.Expire = -1 },
		"needs a schema":   func(a *Ask) { a.Kind = Form },
		"tells nobody":     func(a *Ask) { a.Escalation = []Step{{}} },
		"schema is longer": func(a *Ask) { a.Schema = []byte(`"` + strings.Repeat("x", maxSchema) + `"`) },
	} {
		a := ask()
		change(&a)
		if p := a.problem(noon); !strings.Contains(p, want) {
			t.Errorf("got %q, want %q", p, want)
		}
	}
}

// TestBounded: however often somebody changes their mind, a task does not grow for ever.
func TestBounded(t *testing.T) {
	t.Parallel()
	s := opened(t, ask())
	who := Facts{Person: "bob", Groups: []string{"approver"}}
	for i := range maxGiven + 10 {
		var err error
		if s, err = answer(s, Answer{Decision: Approve, Comment: fmt.Sprint(i)}, who); err != nil {
			t.Fatal(err)
		}
		n, err := Machine{}.Step(s, machine.Event{Type: EventWithdrawn, At: noon, Facts: machine.Must(who)})
		if err != nil {
			t.Fatal(err)
		}
		s = n.State
	}
	if len(s.Given) != maxGiven || s.Given[maxGiven-1].Comment != fmt.Sprint(maxGiven+9) {
		t.Errorf("%d answers, the last %+v", len(s.Given), s.Given[len(s.Given)-1])
	}
	for what, a := range map[string]Answer{"comment": {Decision: Approve, Comment: strings.Repeat("x", maxComment+1)},
		"answer": {Decision: Approve, Value: []byte(`"` + strings.Repeat("x", maxValue) + `"`)}} {
		if _, err := answer(s, a, who); !fault.Is(err, fault.TooLarge) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
