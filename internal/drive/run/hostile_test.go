package run

import (
	"strings"
	"testing"

	"slipway.dev/internal/core/workflow/interp"
)

// TestHostileWorkflows has workflows try to take the machine, and another get on meanwhile.
// Calls are in TestHostileCalls, secrets in TestSecretsStayInside, recursion in local.
func TestHostileWorkflows(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for name, c := range map[string]struct{ source, want string }{
		"endless loop":           {"do: [{a: {set: {n: 1}, then: b}}, {b: {set: {n: 2}, then: a}}]", "100"},
		"jq that never ends":     {"do: [{a: {set: {n: '${ [limit(1; repeat(1) | select(. == 2))] }'}}}]", "steps"},
		"jq recursion":           {"do: [{a: {set: {n: '${ def f: 1 + f; f }'}}}]", ""},
		"jq that makes a giant":  {"do: [{a: {set: {n: '${ [range(100000000)] | length }'}}}]", ""},
		"jq that multiplies":     {"do: [{a: {set: {n: '${ \"x\" * 1000000000 }'}}}]", ""},
		"output that never ends": {"do: [{a: {run: {shell: {command: 'yes'}}, timeout: {after: PT1S}}}]", ""},
		"fork bomb":              {"do: [{a: {run: {script: {language: bash, code: 'f() { f | f & }; f; sleep 60'}}, timeout: {after: PT2S}}}]", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := w.end(w.begin(c.source, nil))
			if s.Status != interp.Faulted || !strings.Contains(s.Error.Detail, c.want) {
				t.Errorf("%s: %+v %.100s", s.Status, s.Error, s.Output.V)
			}
			if got := w.output("do: [{a: {run: {shell: {command: 'echo still here'}}}}]", nil); got != `"still here"` {
				t.Errorf("afterwards: %s", got)
			}
		})
	}
}

// TestExpressionsInDataAreData has what looks like an expression arrive from outside.
func TestExpressionsInDataAreData(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	got := w.output("do: [{a: {run: {shell: {command: cat, stdin: '${ .text }'}}}}, {b: {set: {text: '${ . }', list: ['${ . }']}}}]", map[string]any{"text": "${ $secrets }"})
	if got != `{"list":["${ $secrets }"],"text":"${ $secrets }"}` {
		t.Error(got)
	}
}
