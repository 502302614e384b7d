package simulate_test

import (
	"strings"
	"testing"

	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/simulate"
)

const head = "workflow: {document: {dsl: 1.0.3, namespace: t, name: t, version: 1.0.0}, do: [{a: {set: {x: 1}}}]}\n"

func TestParseSuite(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                       "no documents",
		"scenarios: [{nome: a}]": "1:1: there is no field `nome`",
		head + "scenarios: [{}]": "2:1: a scenario needs a `name`",
		head + "scenarios:\n- name: a\n  stub: []":                       "4:1: there is no field `stub` here",
		head + "scenarios:\n- name: a\n  expect: {took: soon}":           "3:1: \"soon\" is no ISO 8601 duration",
		head + "scenarios:\n- name: a\n  answers: [{decision: perhaps}]": "3:1: the `decision` of an answer",
		head + "scenarios:\n- name: a\n  asks: [{do: dance}]":            "3:1: what is asked of a run",
		head + "scenarios:\n- name: a\n  stubs: {task: a}":               "4:1: a list is expected here, and not map",
		"scenarios: [": "did not find",
		"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nscenarios: [*e,*e,*e,*e,*e,*e,*e,*e]": "",
	} {
		s, problems := simulate.ParseSuite("w.test.yaml", []byte(text))
		if problems == nil || s != nil || !strings.Contains(problems.Error(), want) {
			t.Errorf("%s\ngives %v, want %s", text, problems, want)
		}
	}
}

// TestExpectations: a scenario that is not as expected says what is not.
func TestExpectations(t *testing.T) {
	t.Parallel()
	for expect, want := range map[string]string{
		"{output: {x: 2}}":            "output: got {\"x\":1}, want {\"x\":2}",
		"{status: faulted}":           "status: got completed, want faulted",
		"{error: {status: 500}}":      "error: there is none",
		"{path: [b]}":                 "path: got a, want b",
		"{not: [a]}":                  "not: a began",
		"{calls: [{call: http}]}":     "calls: got 0, want 1",
		"{events: [{type: t}]}":       "events: got 0, want 1",
		"{took: PT1S}":                "took: got 0s, want 1s",
		"{steps: 7}":                  "steps: got 1, want 7",
		"{output: {x: 1}, path: [a]}": "",
	} {
		s, problems := simulate.ParseSuite("w.test.yaml", []byte(head+"scenarios:\n- name: n\n  expect: "+expect+"\n"))
		if problems != nil {
			t.Fatal(problems)
		}
		def, err := simulate.Definition(s.Workflow)
		if err != nil {
			t.Fatal(err)
		}
		r := s.Scenarios[0].Test(def)
		if got := strings.Join(r.Failures, "\n"); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %s", expect, got)
		}
	}
}

// TestWaitingIsSmall: very many runs may wait for people.
func TestWaitingIsSmall(t *testing.T) {
	t.Parallel()
	def, err := simulate.Definition(map[string]any{"document": map[string]any{"dsl": "1.0.3", "namespace": "t", "name": "t", "version": "1.0.0"},
		"do": []any{map[string]any{"ask": map[string]any{"call": "approval", "with": map[string]any{"title": "T", "from": []any{"ops"}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := simulate.Run(def, map[string]any{"n": 1}, simulate.Options{})
	if err != nil || out.Status != interp.Waiting || out.Largest > 1000 {
		t.Errorf("%s, %d bytes, %v", out.Status, out.Largest, err)
	}
}
