package run

import "testing"

func TestSetOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	got := w.output("do: [{a: {set: {n: '${ .n + 1 }'}}}]", map[string]any{"n": 1})
	if got != `{"n":2}` {
		t.Error(got)
	}
}

func TestShell(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	got := w.output("do: [{a: {run: {shell: {command: 'echo hello $1', arguments: [you]}}}}]", nil)
	if got != `"hello you"` {
		t.Error(got)
	}
}
