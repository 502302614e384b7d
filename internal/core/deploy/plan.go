package deploy

import (
	"time"

	"slipway.dev/internal/core/config"
)

// Stage is one step of a rollout: so many new instances, so many old ones left, so much of
// the traffic on the new ones, and a pause with the traffic watched.
type Stage struct {
	New    int           `json:"new"`
	Old    int           `json:"old"`    // of as many as New is in the end
	Weight int           `json:"weight"` // percent
	Pause  time.Duration `json:"pause,omitempty"`
	Judged bool          `json:"judged,omitempty"` // Weight is where it begins; it grows with the evidence
}

// Stages are the steps of a rollout, for people. The first release of a service has nothing
// to share the traffic with.
func Stages(s config.Strategy, replicas int, first bool) []Stage {
	stages := plan(s, max(1, replicas))
	if first {
		return stages[len(stages)-1:]
	}
	return stages
}

// plan makes one thing of all strategies. The last stage has all instances new and all
// traffic on them.
func plan(s config.Strategy, replicas int) []Stage {
	last := Stage{New: replicas, Old: replicas, Weight: 100}
	switch s.Kind {
	case config.Activate:
		return []Stage{{Weight: 100}}
	case "rolling":
		return rolling(max(1, s.Batch), replicas)
	case "canary":
		var stages []Stage
		if s.Internal != nil { // at first only those who are matched
			stages = append(stages, Stage{New: replicas, Old: replicas, Pause: max(time.Second, s.Internal.For)})
		}
		if s.Judged {
			return append(stages, Stage{New: replicas, Old: replicas, Weight: firstWeight, Judged: true}, last)
		}
		for _, step := range s.Steps {
			if step.Weight > 0 && step.Weight < 100 {
				stages = append(stages, Stage{New: replicas, Old: replicas, Weight: step.Weight, Pause: step.Pause})
			}
		}
		return append(stages, last)
	default: // blueGreen
		return []Stage{last}
	}
}

// rolling starts a batch of new instances beside the old, then lets as many old ones go.
func rolling(batch, replicas int) []Stage {
	var stages []Stage
	for done := min(batch, replicas); ; done = min(done+batch, replicas) {
		stages = append(stages, Stage{New: done, Old: replicas - done, Weight: 100 * done / replicas})
		if done == replicas {
			return stages
		}
	}
}
