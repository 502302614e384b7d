package interp

import (
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

const nested = `do:
- prepare: {set: {n: "${ .n + 1 }", big: "${ [range(3000)] }"}}
- each:
    for: {in: "[10, 20]"}
    do:
    - guard:
        try:
        - ask: {call: http, with: {method: get, endpoint: "https://a.example"}, output: {as: "$task.input + {last: .}"}}
        - fork: {fork: {branches: [{left: {call: http, with: {method: get, endpoint: "https://l.example"}}}, {right: {wait: PT1M}}]}, output: {as: "$task.input"}}
        catch: {errors: {with: {status: 1}}}
- finish: {set: {n: "${ .n }", last: "${ .last }", size: "${ .big | length }"}}
`

// play answers the calls of a run: the answer is the output of each, in order; "" fails. It
// gives the state and the journal.
func play(t *testing.T, m Machine, lib *Memory, n machine.Next[State], events []machine.Event, answers ...string) (State, []machine.Event) {
	t.Helper()
	at := events[len(events)-1].At
	do := func(e machine.Event) {
		at = at.Add(time.Second)
		e.At = at
		events = append(events, e)
		var err error
		if n, err = m.Step(n.State, e); err != nil {
			t.Fatalf("%s: %v", e.Type, err)
		}
		lib.Add(n.Values...)
	}
	for n.State.Root != nil {
		var f *Frame
		for g := range n.State.Frames() {
			if g.Waiting == forEffect {
				f = g
				break
			}
		}
		if f == nil {
			wishes := m.Desired(n.State)
			do(machine.Event{Type: machine.Timer, Data: wishes[0].Spec})
			continue
		}
		if len(answers) == 0 {
			break
		}
		r := Result{Output: Datum{V: []byte(answers[0])}}
		if answers[0] == "" {
			r = Result{Problem: &Problem{Type: Communication, Status: 503}}
		}
		answers = answers[1:]
		do(machine.Event{Type: EffectCall + ".done", Data: machine.Must(machine.Outcome{Effect: f.For, Output: machine.Must(r)})})
	}
	return n.State, events
}

func TestResume(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, from, answers, want string }{
		{"where it failed", "/do/1/each[1]/do/0/guard/try/0/ask", `"c" 2`, `{"last":"c","n":2,"size":3000}`},
		{"the last turn, by its pointer", "/do/1/each/do/0/guard/try/0/ask", `"c" 2`, `{"last":"c","n":2,"size":3000}`},
		{"a list further up", "/do/1/each[1]/do/0/guard", `"d" 2`, `{"last":"d","n":2,"size":3000}`},
		{"a branch: what was beside it begins again", "/do/1/each/do/0/guard/try/1/fork/fork/branches/0/left", `1 "e" 2`, `{"last":"e","n":2,"size":3000}`},
		{"the first task", "/do/0/prepare", `"f" 1 "g" 2`, `{"last":"g","n":2,"size":3000}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m, n, e := begun(t, nested, `{"n": 1}`)
			lib := m.Library.(*Memory)
			lib.Add(n.Values...)
			s, events := play(t, m, lib, n, []machine.Event{e}, `"a"`, `1`, "")
			if s.Status != Faulted || s.Error.Instance != "/do/1/each/do/0/guard/try/0/ask" {
				t.Fatalf("%s %+v", s.Status, s.Error)
			}
			fresh := Remember(nil) // the store has forgotten what no state names
			def, err := lib.Definition(s.Definition)
			if err != nil {
				t.Fatal(err)
			}
			fresh.Define(def)
			found, values, err := Find(fresh, events, c.from)
			if err != nil {
				t.Fatal(err)
			}
			fresh.Add(values...)
			m = Machine{Library: fresh}
			resume := machine.Event{Type: EventResumed, At: s.EndedAt.Add(time.Hour), Actor: machine.System("test"), Data: machine.Must(found)}
			next, err := m.Step(s, resume)
			if err != nil {
				t.Fatal(err)
			}
			fresh.Add(next.Values...)
			s, events = play(t, m, fresh, next, append(events, resume), strings.Fields(c.answers)...)
			if s.Status != Completed || string(s.Output.V) != c.want || s.Error != nil {
				t.Errorf("%s %s %+v", s.Status, s.Output.V, s.Error)
			}
			for moment, err := range Replay(fresh, events) {
				if err != nil {
					t.Fatal(err)
				}
				if moment.State.Taken == s.Taken && string(machine.Must(moment.State)) != string(machine.Must(s)) {
					t.Errorf("replayed, it is\n%s\nand was\n%s", machine.Must(moment.State), machine.Must(s))
				}
			}
		})
	}
}

func TestResumeWithANewVersion(t *testing.T) {
	t.Parallel()
	m, n, e := begun(t, nested, `{"n": 1}`)
	lib := m.Library.(*Memory)
	lib.Add(n.Values...)
	s, events := play(t, m, lib, n, []machine.Event{e}, `"a"`, `1`, "")
	from := "/do/1/each/do/0/guard/try/0/ask"
	for text, ok := range map[string]bool{
		strings.Replace(nested, "last: \"${ .last }\"", "last: fixed", 1): true,
		strings.Replace(nested, "- ask:", "- asked:", 1):                  false,
		strings.Replace(nested, "- each:", "- all:", 1):                   false,
		"do:\n- other: {set: {x: 1}}\n":                                   false,
	} {
		def := parsed(t, text)
		lib.Define(def)
		found, values, err := Find(lib, events, from)
		if err != nil {
			t.Fatal(err)
		}
		lib.Add(values...)
		found.Definition = def.Digest
		eve := machine.Actor{Kind: "person", Name: "eve"}
		resume := machine.Event{Type: EventResumed, At: s.EndedAt, Actor: eve, Data: machine.Must(found)}
		next, err := m.Step(s, resume)
		if err == nil && next.State.As != eve {
			t.Errorf("it is resumed with the rights of %s", next.State.As)
		}
		if !ok {
			if !fault.Is(err, fault.Refused) {
				t.Errorf("%v, of\n%s", err, text)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		end, _ := play(t, m, lib, next, append(events, resume), `"c"`, `2`)
		if end.Status != Completed || string(end.Output.V) != `{"last":"fixed","n":2,"size":3000}` {
			t.Errorf("%s %s %+v", end.Status, end.Output.V, end.Error)
		}
	}
}

func TestResumeIsRefused(t *testing.T) {
	t.Parallel()
	m, n, e := begun(t, "do: [{w: {wait: PT1M}}]", `{}`)
	found, _, err := Find(m.Library, []machine.Event{e}, "/do/0/w")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Step(n.State, machine.Event{Type: EventResumed, At: noon, Data: machine.Must(found)}); !fault.Is(err, fault.Refused) {
		t.Errorf("resumed while it is under way: %v", err)
	}
	if _, _, err := Find(m.Library, []machine.Event{e}, "/do/9/none"); !fault.Is(err, fault.NotFound) {
		t.Errorf("found what never began: %v", err)
	}
	s := n.State
	s.Root, s.Status = nil, Cancelled
	found.State = []byte(strings.Replace(string(found.State), `"id":"r"`, `"id":"q"`, 1))
	if _, err := m.Step(s, machine.Event{Type: EventResumed, At: noon, Data: machine.Must(found)}); !fault.Is(err, fault.Invalid) {
		t.Errorf("took the state of another run: %v", err)
	}
}
