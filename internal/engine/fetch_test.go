package engine_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store/pgtest"
)

// TestNoStepIsLostWithoutACache lets many clients step few machines that are forgotten at
// once, so that they are read again and again while messages step them.
func TestNoStepIsLostWithoutACache(t *testing.T) {
	t.Parallel()
	const clients, each, machines = 24, 25, 12
	for name, address := range map[string]string{"sqlite": filepath.Join(t.TempDir(), "s.db"), "postgres": pgtest.Start(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, address)
			e := start(t, s, engine.Options{CacheBytes: 1}, nil)
			var group sync.WaitGroup
			for i := range clients {
				group.Go(func() {
					for j := range each {
						first, second := fmt.Sprintf("toy/%d", (i+j)%machines), fmt.Sprintf("toy/%d", (i+j+1)%machines)
						if _, err := e.Submit(t.Context(), do(first, order{Messages: []machine.Message{tell(second, order{})}})); err != nil {
							t.Error(err)
						}
					}
				})
			}
			group.Wait()
			var steps int64
			for i := range machines {
				state, step := load(t, e, fmt.Sprintf("toy/%d", i))
				if int64(state.Seen["do"]) != step {
					t.Errorf("toy/%d took %d steps and knows of %d", i, step, state.Seen["do"])
				}
				steps += step
			}
			if steps != 2*clients*each {
				t.Errorf("%d steps of %d", steps, 2*clients*each)
			}
			if a, err := s.Verify(t.Context(), nil); err != nil || !a.Verified || a.Entries != steps {
				t.Errorf("journal: %+v %v", a, err)
			}
		})
	}
}
