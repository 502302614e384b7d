package release

import (
	"strings"
	"testing"
	"unicode/utf8"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/machine/machinetest"
)

func TestScripts(t *testing.T) { machinetest.Run(t, Machine{}, "testdata/*.txt") }

// Of a long log, the end is kept, and it stays text.
func TestErrorIsBounded(t *testing.T) {
	t.Parallel()
	s := State{Status: Building, Running: true}
	for _, length := range []int{1999, 2000, 2001} {
		log := strings.Repeat("é", length) + "the end"
		next, err := Machine{}.Step(s, machine.Event{Type: EffectBuild + ".failed", Data: machine.Must(machine.Outcome{Error: log})})
		got := next.State.Error
		if err != nil || next.State.Status != Failed || !utf8.ValidString(got) || len(got) > longestError+3 || !strings.HasSuffix(got, "the end") {
			t.Errorf("%v: %d bytes, ends %q", err, len(got), got[len(got)-10:])
		}
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	machinetest.Golden(t, Machine{}, Version, 1, "testdata/*.txt", "testdata/golden/v1.jsonl")
}
