package expr

import (
	"errors"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the tests must not depend on the machine's time zones
)

// friday is 23:30 on Friday 27 November 2026 in UTC: Saturday in Berlin.
var friday = time.Date(2026, 11, 27, 23, 30, 0, 0, time.UTC)

func input() Input {
	return Input{
		Release:     Release{ID: "r42", Commit: "c0ffee", Artifact: "sha256:aa", Order: 42, Migration: "expand", CommittedAt: friday.Add(-2 * time.Hour)},
		Environment: "prod",
		Service:     Service{Name: "tickets", Team: "box-office", Labels: map[string]string{"tier": "gold"}},
		Expedite:    true,
		Now:         friday,
		Extra:       map[string]any{"evidence": []any{map[string]any{"type": "test", "passed": true}}},
	}
}

func TestEval(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{ // "true", "false", or what the error has in it
		`true`: "true",
		`release.id == 'r42' && release.commit.startsWith('c0') && release.artifact != '' && release.order > 41`: "true",
		`release.migration in ['contract', 'irreversible']`:                                                      "false",
		`now - release.committedAt >= duration('2h')`:                                                            "true",
		`now.getDayOfWeek() == 5`:                                                                                "true",
		`now.getDayOfWeek('Europe/Berlin') == 5`:                                                                 "false",
		`now.getHours('+01:00') == 0`:                                                                            "true",
		`environment == 'prod' && service.name == 'tickets' && service.team == 'box-office'`:                     "true",
		`service.labels['tier'] == 'gold'`:                                                                       "true",
		`service.labels.tier == 'gold' && !has(service.labels.owner)`:                                            "true",
		`expedite`: "true",
		`evidence.exists(e, e.type == 'test' && e.passed)`:        "true",
		`service.labels['owner'] == 'ada'`:                        "no such key: owner",
		`flows.all(f, f.criticality != 'high')`:                   "nothing is known yet of flows",
		`environment != 'prod' || flows.size() == 0`:              "nothing is known yet of flows",
		`environment == 'prod' || flows.size() == 0`:              "true",
		`evidence[0].type`:                                        "it gives string, not true or false",
		`evidence[7].passed`:                                      "index out of bounds",
		`1 / (release.order - 42) == 0`:                           "division by zero",
		`'` + strings.Repeat("x", 1500) + `'.matches('(x+x+)+y')`: "false",
		loop(300): "it takes too long", loop(100): "true",
	} {
		e, err := Compile(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got, err := e.Eval(input())
		switch {
		case err != nil && !strings.Contains(err.Error(), want), err == nil && want != map[bool]string{true: "true", false: "false"}[got]:
			t.Errorf("%.80s: %v, %v; want %s", text, got, err, want)
		}
	}
}

// loop goes through a list of n for each of n.
func loop(n int) string {
	list := `[` + strings.Repeat("1,", n) + `]`
	return list + `.all(a, ` + list + `.all(b, a == b))`
}

// Rules see the flows that a service takes part in. What nobody knows of one is no 0.
func TestFlows(t *testing.T) {
	t.Parallel()
	share := func(f float64) *float64 { return &f }
	in := input()
	in.Extra[Flows] = FlowsOf([]Flow{
		{Name: "purchase", Criticality: "high", Team: "box-office", Process: "buying", State: "burning", Budget: share(0.25), Measured: share(0.9985)},
		{Name: "search", Criticality: "medium", Team: "programme", State: "unknown"},
		{Name: "list", Criticality: "low", State: "none"},
	})
	for text, want := range map[string]string{
		`flows.size() == 3 && flows[0].name == 'purchase' && flows[0].process == 'buying'`:   "true",
		`flows.all(f, f.criticality != 'high')`:                                              "false",
		`flows.exists(f, f.state == 'burning' && f.team == 'box-office')`:                    "true",
		`flows.filter(f, f.criticality == 'high').all(f, f.budget > 0.2 && f.measured < 1)`:  "true",
		`flows.all(f, !has(f.budget) || f.budget > 0.5)`:                                     "false",
		`flows.all(f, f.budget > 0.2)`:                                                       "no such key: budget",
		`flows.all(f, f.budget > 0.5)`:                                                       "false",
		`flows.exists(f, f.owner == 'ada')`:                                                  "no such key: owner",
		`flows.map(f, f.name).join(',') == ''`:                                               "cannot",
		`expedite || flows.all(f, f.state in ['ok', 'none'])`:                                "true",
		`flows.filter(f, f.state == 'unknown').size() == 1 && flows[1].process == ''`:        "true",
		`flows.filter(f, f.criticality == 'high').all(f, f.measured >= double('0.9985'))`:    "true",
		`flows.exists_one(f, f.criticality == 'high') && flows.exists_one(f, has(f.budget))`: "true",
	} {
		e, err := Compile(text)
		if err != nil {
			if want != "cannot" {
				t.Errorf("%s: %v", text, err)
			}
			continue
		}
		if !e.Flows() {
			t.Errorf("%s looks at flows", text)
		}
		got, err := e.Eval(in)
		if err != nil && !strings.Contains(err.Error(), want) || err == nil && want != map[bool]string{true: "true", false: "false"}[got] {
			t.Errorf("%s: %v, %v; want %s", text, got, err, want)
		}
	}
	if e, err := Compile(`service.name == 'flows'`); err != nil || e.Flows() {
		t.Error("a word is no variable")
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``:                                 "line 1, column 1: ",
		`release.idd == ''`:                "line 1, column 8: undefined field 'idd'",
		"true &&\n  enviroment == ''":      "line 2, column 3: undeclared reference to 'enviroment'",
		`release.order`:                    "line 1, column 1: the expression gives int, not true or false",
		`release.order > '7'`:              "line 1, column 15: found no matching overload",
		`now.getHours('Europe/Berln') > 9`: `line 1, column 14: no time zone "Europe/Berln" is known`,
		`now - release.committedAt > duration('2 weeks')`: "invalid duration argument",
		`service.name.matches('(')`:                       "invalid matches argument",
		`[1].all(a, [1].all(b, [1].all(c, true)))`:        "nesting",
		strings.Repeat("x", maxText+1):                    "longer than 2000 bytes",
		strings.Repeat("(", 1000):                         "recursion",
		`now() > timestamp('2026-01-01T00:00:00Z')`:       "undeclared reference to 'now'",
	} {
		err := Check(text)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: %v, want %s", text, err, want)
		}
	}
}

func TestTimed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`now.getHours() > 9`: true, `expedite || now > release.committedAt`: true, `release.id == 'now'`: false,
	} {
		e, err := Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		if e.Timed() != want {
			t.Errorf("%s: %v", text, e.Timed())
		}
	}
}

func FuzzCheck(f *testing.F) {
	for _, text := range []string{
		`release.migration != 'irreversible'`, `now.getDayOfWeek('Europe/Berlin') != 5`, `evidence.all(e, e.x)`, `"`, `[1,2].map(x, x+1)`, "\x00", `{'a': 1}.a == 1`, `a.b.c`, `!`,
		`service.labels.exists(k, k.matches('^a+$'))`, `duration('1s') > duration(environment)`, `expr.Release{id: 'x'} == release`, `dyn(release).what`, `1 ? 2 : 3`,
	} {
		f.Add(text)
	}
	in := input()
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Compile(text)
		if err != nil {
			var at *Error
			if !errors.As(err, &at) || at.Line < 1 || at.Column < 1 || at.Text == "" {
				t.Errorf("the error says nothing: %#v", err)
			}
			return
		}
		first, firstErr := e.Eval(in)
		again, againErr := e.Eval(in)
		if first != again || (firstErr == nil) != (againErr == nil) {
			t.Errorf("%v, %v, then %v, %v", first, firstErr, again, againErr)
		}
	})
}
