package train

import (
	"testing"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/machine/machinetest"
)

func TestScripts(t *testing.T) { machinetest.Run(t, Machine{}, "testdata/*.txt") }

func TestGolden(t *testing.T) {
	t.Parallel()
	machinetest.Golden(t, Machine{}, Version, 1, "testdata/[agh]*.txt", "testdata/golden/v1.jsonl")
}

func TestUpgradeRefuses(t *testing.T) {
	t.Parallel()
	if _, err := (Machine{}).Upgrade(Version+1, []byte(`{}`)); err == nil {
		t.Error("a newer state was read")
	}
}

func FuzzStep(f *testing.F) {
	ask := `{"id":"t1","environment":"prod","members":[{"service":"a","release":"r1","needs":["b"]},{"service":"b","release":"r1","needs":["a"]}]}`
	f.Add(EventRequested, []byte(ask))
	f.Add(EventMember, []byte(`{"service":"a","deployment":"a.prod.1","phase":"completed"}`))
	f.Add(EffectRollback+".failed", []byte(`{"error":"no"}`))
	members := []Member{{Service: "a", Deployment: "a.prod.1", Phase: "waiting", Ready: true}, {Service: "b"}}
	states := []State{{}, {ID: "t1", Environment: "prod", Status: Gathering, Members: members},
		{ID: "t1", Environment: "prod", Status: RollingBack, Members: []Member{{Service: "a", Deployment: "a.prod.1", Phase: "completed", Back: BackAsked, From: "r0"}}}}
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		for _, s := range states {
			next, err := Machine{}.Step(s, machine.Event{Type: kind, Data: data})
			if err != nil {
				continue
			}
			Machine{}.Desired(next.State)
			if in := next.State.Place; in < 0 || in >= len(next.State.Members) {
				t.Errorf("it is the turn of %d of %d", in, len(next.State.Members))
			}
		}
	})
}
