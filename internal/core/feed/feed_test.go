package feed

import (
	"testing"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

func TestFeedOnlyGoesOn(t *testing.T) {
	t.Parallel()
	s := State{}
	for _, step := range []struct {
		kind string
		to   int64
		code fault.Code
	}{
		{EventRead, 0, ""}, {EventRead, 5, ""}, {EventRead, 5, fault.Conflict}, {EventRead, 4, fault.Conflict}, {EventRead, 6, ""}, {"feed.reset", 9, fault.Invalid},
	} {
		next, err := Machine{}.Step(s, machine.Event{Type: step.kind, Data: machine.Must(State{Position: step.to})})
		if fault.CodeOf(err) != step.code {
			t.Fatalf("%+v: %v", step, err)
		}
		if err == nil {
			s = next.State
		}
	}
	if s.Position != 6 {
		t.Errorf("at %d", s.Position)
	}
	if _, err := (Machine{}).Step(s, machine.Event{Type: EventRead, Data: []byte(`"x"`)}); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}
