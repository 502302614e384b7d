package workflow_test

import (
	"fmt"
	"strings"
	"testing"

	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/workflow"
)

// TestWarnings wants what is allowed and most likely not meant to be told, and what Slipway
// cannot run to be refused later, and neither to be an error.
func TestWarnings(t *testing.T) {
	t.Parallel()
	d := parse(t, head+`use:
  functions: {f: {set: {a: 1}, output: {schema: {format: avro, document: {}}}}, grpc: {set: {a: 1}}}
do:
  - a: {set: {a: "Hello ${ .name }"}, then: d}
  - b: {set: {a: 1}}
  - d:
      switch:
        - one: {when: .x, then: f}
        - other: {then: continue}
  - e: {raise: {error: {type: https://example.com, status: 400}}}
  - f: {raise: {error: {type: https://example.com, status: 400}}, if: .x}
  - end: {run: {script: {language: perl, code: x}}}
  - g: {call: asyncapi, with: {document: {endpoint: https://example.com}, operation: a, protocol: kafka, message: {}}}
  - h: {call: mcp, with: {method: tools/list, transport: {stdio: {command: x}}}, then: exit}
  - i: {try: [], catch: {then: h}}
  - j: {run: {container: {image: x, ports: {"80": 80}}}, if: .x, then: l}
  - k: {input: {schema: {resource: {endpoint: https://example.com}}}, run: {shell: {command: "echo ${HOME} and more"}}}
  - l: {call: http, with: {method: get, endpoint: {uri: https://example.com, authentication: {oidc: {authority: https://example.com, grant: authorization_code}}}}}
`)
	if got, want := lines(d.Warnings), "3: nothing calls this function: `call:;5: this is not evaluated, as;6: the task `b` is never;13: nothing can go on at;16: the task `i` is never;17: the task `j` is never;18: the task `k` is never;19: the task `l` is never"; got != want {
		t.Errorf("warnings: %s\nwant %s", got, want)
	}
	if got, want := lines(d.Refusals()), "3: this can be read, and;13: this can be read, and;14: this can be read, and;15: this can be read, and;17: this can be read, and;18: this can be read, and;19: this can be read, and"; got != want {
		t.Errorf("refusals: %s\nwant %s", got, want)
	}
	loaded, err := workflow.Load(d.Canonical)
	if err != nil || len(loaded.Refusals()) != 7 || loaded.Refusals()[0].Line != 0 || loaded.Refusals()[0].Path == "" {
		t.Errorf("after Load: %v, %v", loaded.Refusals(), err)
	}
	for i, want := range []string{"avro", "perl", "kafka", "over http", "ports", "elsewhere", "authorization_code"} {
		if r := d.Refusals()[i]; !strings.Contains(r.Text, want) {
			t.Errorf("refusal %d: %s", i, r)
		}
	}
}

// lines gives the line of each problem and its first words.
func lines(ps manifest.Problems) string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = fmt.Sprintf("%d: %s", p.Line, strings.Join(strings.Fields(p.Text)[:5], " "))
	}
	return strings.Join(out, ";")
}

// TestExtendedRaise wants a task behind an error to be reached where extensions may do
// something else instead.
func TestExtendedRaise(t *testing.T) {
	t.Parallel()
	const tasks = "do: [{a: {raise: {error: {type: https://example.com, status: 400}}}}, {b: {set: {a: 1}}}]\n"
	if d := parse(t, head+tasks); len(d.Warnings) != 1 {
		t.Errorf("without extensions: %v", d.Warnings)
	}
	if d := parse(t, head+"use: {extensions: [{mock: {extend: raise, before: [{x: {set: {a: 1}, then: exit}}]}}]}\n"+tasks); len(d.Warnings) != 0 {
		t.Errorf("with extensions: %v", d.Warnings)
	}
}
