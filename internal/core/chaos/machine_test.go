package chaos

import (
	"testing"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/machine/machinetest"
)

func TestScripts(t *testing.T) { machinetest.Run(t, Machine{}, "testdata/*.txt") }

func TestGolden(t *testing.T) {
	t.Parallel()
	machinetest.Golden(t, Machine{}, Version, 1, "testdata/*.txt", "testdata/golden/v1.jsonl")
}

func TestUpgradeRefuses(t *testing.T) {
	t.Parallel()
	if _, err := (Machine{}).Upgrade(Version+1, []byte(`{}`)); err == nil {
		t.Error("a newer state was read")
	}
}

// Whatever is asked for, nothing begins that the facts do not allow, nor lasts longer.
func FuzzBegin(f *testing.F) {
	f.Add([]byte(`{"id":"a","service":"s","environment":"dev","kind":"latency","share":0.2,"delay":5,"for":6}`), []byte(`{"faults":["latency"],"guard":{"machine":"m"}}`))
	f.Add([]byte(`{"id":"a","service":"s","environment":"dev","kind":"stop","for":6}`), []byte(`{"faults":["stop"],"instance":"i","longest":1,"guard":{"machine":"m"}}`))
	f.Fuzz(func(t *testing.T, data, facts []byte) {
		next, err := Machine{}.Step(State{}, machine.Event{Type: EventBegun, Data: data, Facts: facts})
		if err != nil {
			if fault.CodeOf(err) == "" {
				t.Error(err)
			}
			return
		}
		known, _ := machine.Decode[Facts](machine.Event{Data: facts})
		if began := next.State.Fault; known.allow(began.Begin) != nil || began.Begin.check() != nil || len(next.Guards) != 1 {
			t.Errorf("%+v began by %s", began, facts)
		}
	})
}
