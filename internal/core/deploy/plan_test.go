package deploy

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/config"
)

func TestPlan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		strategy config.Strategy
		replicas int
		want     []Stage
	}{
		"blueGreen":        {config.Strategy{Kind: "blueGreen"}, 3, []Stage{{3, 3, 100, 0}}},
		"rolling":          {config.Strategy{Kind: "rolling"}, 3, []Stage{{1, 2, 33, 0}, {2, 1, 66, 0}, {3, 0, 100, 0}}},
		"rolling, two":     {config.Strategy{Kind: "rolling", Batch: 2}, 3, []Stage{{2, 1, 66, 0}, {3, 0, 100, 0}}},
		"rolling, at once": {config.Strategy{Kind: "rolling", Batch: 9}, 3, []Stage{{3, 0, 100, 0}}},
		"rolling, one":     {config.Strategy{Kind: "rolling"}, 1, []Stage{{1, 0, 100, 0}}},
		"canary": {config.Strategy{Kind: "canary", Steps: []config.Step{{Weight: 10, Pause: time.Minute}, {Weight: 50}}}, 2,
			[]Stage{{2, 2, 10, time.Minute}, {2, 2, 50, 0}, {2, 2, 100, 0}}},
		"canary, all and nothing": {config.Strategy{Kind: "canary", Steps: []config.Step{{Weight: 0}, {Weight: 100, Pause: time.Minute}}}, 2, []Stage{{2, 2, 100, 0}}},
		"canary, unsaid": {config.Strategy{Kind: "canary"}, 1,
			[]Stage{{1, 1, 5, 30 * time.Second}, {1, 1, 25, 30 * time.Second}, {1, 1, 50, 30 * time.Second}, {1, 1, 100, 0}}},
		"unsaid": {config.Strategy{}, 1, []Stage{{1, 1, 100, 0}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, plan(c.strategy, c.replicas)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
