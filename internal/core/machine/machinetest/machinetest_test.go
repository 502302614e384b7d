package machinetest

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/machine"
)

// kettle boils water: it is on for a while, then rings.
type kettle struct{ shares bool }

type water struct {
	Liters int       `json:"liters,omitempty"`
	Until  time.Time `json:"until,omitzero"`
	By     []string  `json:"by,omitempty"`
}

func (k kettle) Step(s water, e machine.Event) (machine.Next[water], error) {
	switch e.Type {
	case "kettle.on":
		d, err := machine.Decode[struct{ Liters int }](e)
		if err != nil || d.Liters == 0 {
			return machine.Next[water]{}, errors.New("there is no water in it")
		}
		if !k.shares {
			s.By = append([]string{}, s.By...)
		} else if len(s.By) > 0 {
			s.By[0] = "somebody else"
		}
		s.Liters, s.Until, s.By = d.Liters, e.At.Add(time.Minute), append(s.By, e.Actor.Name)
		return machine.Next[water]{State: s, Effects: []machine.Effect{{Kind: "heat", Class: machine.Once}}}, nil
	case machine.Timer:
		s.Until = time.Time{}
		return machine.Next[water]{State: s, Messages: []machine.Message{{To: "bell/1", Type: "ring", Data: e.Facts}}}, nil
	}
	return machine.Next[water]{}, errors.New("unknown event")
}

func (kettle) Desired(s water) []machine.Desired {
	if s.Until.IsZero() {
		return nil
	}
	return []machine.Desired{machine.After("boiled", s.Until)}
}

func (kettle) Summary(s water) machine.Summary {
	return machine.Summary{Status: "fine", Done: s.Until.IsZero()}
}

func (kettle) Upgrade(int, []byte) (water, error) { return water{}, nil }

func TestRun(t *testing.T) { Run(t, kettle{}, "testdata/*.txt") }

// A script whose record is wrong must differ from what is replayed.
func TestReplayRecordsAnew(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/kettle.txt")
	if err != nil {
		t.Fatal(err)
	}
	wrong := strings.Replace(string(raw), "liters = 1", "liters = 7", 1)
	lines, err := parse(wrong)
	if err != nil {
		t.Fatal(err)
	}
	if got := replay(t, kettle{}, lines); got != string(raw) || got == wrong {
		t.Errorf("replayed:\n%s", got)
	}
}

// failures counts what a runner reports.
type failures struct {
	testing.TB
	n int
}

func (f *failures) Helper()               {}
func (f *failures) Errorf(string, ...any) { f.n++ }

func TestStepFindsAChangedState(t *testing.T) {
	t.Parallel()
	f := &failures{TB: t}
	e := machine.Event{Type: "kettle.on", Data: machine.Must(map[string]int{"Liters": 1})}
	if _, err := step(f, kettle{shares: true}, water{By: []string{"ada"}}, e); err != nil || f.n == 0 {
		t.Errorf("failures %d, error %v", f.n, err)
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]string{
		"hello":            `line 1: not a comment`,
		"\n> a $b\n\n":     `line 2: no let for $b`,
		"> a {\"b\"\n":     `event a: unexpected EOF`,
		"> +x a":           `invalid duration`,
		"> a b c":          `cannot read "b c"`,
		"let x 1\n> a [$x": `event a: unexpected EOF`,
	} {
		if _, err := parse(script); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("parse(%q) = %v, want %s", script, err, want)
		}
	}
}
