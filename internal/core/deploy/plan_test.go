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
		"blueGreen":        {config.Strategy{Kind: "blueGreen"}, 3, []Stage{{3, 3, 100, 0, false}}},
		"rolling":          {config.Strategy{Kind: "rolling"}, 3, []Stage{{1, 2, 33, 0, false}, {2, 1, 66, 0, false}, {3, 0, 100, 0, false}}},
		"rolling, two":     {config.Strategy{Kind: "rolling", Batch: 2}, 3, []Stage{{2, 1, 66, 0, false}, {3, 0, 100, 0, false}}},
		"rolling, at once": {config.Strategy{Kind: "rolling", Batch: 9}, 3, []Stage{{3, 0, 100, 0, false}}},
		"rolling, one":     {config.Strategy{Kind: "rolling"}, 1, []Stage{{1, 0, 100, 0, false}}},
		"canary": {config.Strategy{Kind: "canary", Steps: []config.Step{{Weight: 10, Pause: time.Minute}, {Weight: 50}}}, 2,
			[]Stage{{2, 2, 10, time.Minute, false}, {2, 2, 50, 0, false}, {2, 2, 100, 0, false}}},
		"canary, all and nothing": {config.Strategy{Kind: "canary", Steps: []config.Step{{Weight: 0}, {Weight: 100, Pause: time.Minute}}}, 2, []Stage{{2, 2, 100, 0, false}}},
		"canary, judged":          {config.Strategy{Kind: "canary", Judged: true}, 2, []Stage{{2, 2, 1, 0, true}, {2, 2, 100, 0, false}}},
		"canary, judged, internal": {config.Strategy{Kind: "canary", Judged: true, Internal: &config.Internal{Header: "X", For: time.Minute}}, 2,
			[]Stage{{2, 2, 0, time.Minute, false}, {2, 2, 1, 0, true}, {2, 2, 100, 0, false}}},
		"canary, internal": {config.Strategy{Kind: "canary", Internal: &config.Internal{Header: "X"}, Steps: []config.Step{{Weight: 5}}}, 2,
			[]Stage{{2, 2, 0, time.Second, false}, {2, 2, 5, 0, false}, {2, 2, 100, 0, false}}},
		"unsaid": {config.Strategy{}, 1, []Stage{{1, 1, 100, 0, false}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, plan(c.strategy, c.replicas)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
