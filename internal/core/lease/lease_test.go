package lease

import (
	"fmt"
	"math/rand/v2"
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

// Whatever comes in whatever order, nobody gets a lease when as many as the limit have one,
// and who took one has it until it is given back.
func TestRandom(t *testing.T) {
	t.Parallel()
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 1))
		state, holds := State{}, map[string]bool{}
		for range 60 {
			name, limit := fmt.Sprint("d", r.IntN(6)), r.IntN(5)
			e := machine.Event{Type: EventGiven, At: time.Unix(0, 0), Data: machine.Must(Give{Deployment: name})}
			want := holds[name]
			if take := r.IntN(2) == 0; take {
				e.Type, e.Data = EventTaken, machine.Must(Take{Environment: "prod", Deployment: name, Limit: limit})
				want = !holds[name] && len(holds) < limit
			}
			next, err := Machine{}.Step(state, e)
			if (err == nil) != want {
				t.Fatalf("seed %d: %s of %s with limit %d while %d hold: %v", seed, e.Type, name, limit, len(holds), err)
			}
			if err != nil {
				continue
			}
			state = next.State
			if e.Type == EventTaken {
				holds[name] = true
			} else {
				delete(holds, name)
			}
			for d := range holds {
				if !state.Holds(d) || len(state.Holders) != len(holds) {
					t.Fatalf("seed %d: %d hold, the state has %v", seed, len(holds), state.Holders)
				}
			}
		}
	}
}

func TestUpgradeRefuses(t *testing.T) {
	t.Parallel()
	if _, err := (Machine{}).Upgrade(Version+1, []byte(`{}`)); err == nil {
		t.Error("a newer state was read")
	}
}

func FuzzStep(f *testing.F) {
	f.Add(EventTaken, []byte(`{"environment":"prod","deployment":"a","limit":1}`))
	f.Add(EventGiven, []byte(`{"deployment":"b"}`))
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		s := State{Environment: "prod", Limit: 2, Holders: []Holder{{Deployment: "b"}}}
		next, err := Machine{}.Step(s, machine.Event{Type: kind, Data: data})
		if err == nil && len(next.State.Holders) > max(len(s.Holders), next.State.Limit) || err != nil && fault.CodeOf(err) == "" {
			t.Errorf("%v, %v", next.State, err)
		}
	})
}
