package interp

import (
	"testing"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow/jq"
)

// TestFuel has a loop of expensive expressions take many short steps, and then end: it must
// not keep the writer from all other machines, nor take a core for ever.
func TestFuel(t *testing.T) {
	t.Parallel()
	m, n, _ := begun(t, `do:
- each:
    for: {in: "[range(2000)]"}
    do:
    - costly: {set: {x: "${ [range(300000)] | length }"}}
`, `{}`)
	lib := m.Library.(*Memory)
	steps := 0
	for ; n.State.Root != nil; steps++ {
		lib.Add(n.Values...)
		before, wishes := n.State.Fuel, m.Desired(n.State)
		if len(wishes) != 1 {
			t.Fatalf("it desires %v", wishes)
		}
		var err error
		if n, err = m.Step(n.State, machine.Event{Type: machine.Timer, At: noon, Data: wishes[0].Spec}); err != nil {
			t.Fatal(err)
		}
		if steps == 2 {
			n.State.Fuel += maxFuel - 4*jq.Fuel // the rest would take a minute
			continue
		}
		if used := n.State.Fuel - before; used > 2*jq.Fuel {
			t.Fatalf("a step takes %d steps of expressions", used)
		}
	}
	if e := n.State.Error; n.State.Status != Faulted || e == nil || e.Type != Runtime || steps < 4 {
		t.Errorf("after %d steps it is %s: %+v", steps, n.State.Status, e)
	}
}
