package metrics

import (
	"slipway.dev/internal/metrics"
	"slipway.dev/internal/target"
)

// labels are those of all that is known of an instance.
func (in Instance) labels() map[string]string {
	return labelsOf("service", in.Service, "release", in.Release, "environment", in.Environment, "instance", in.ID)
}

// samples says what an instance uses; of one whose use is not known there is none of that.
func (in Instance) samples(used map[string]target.Usage) []metrics.Sample {
	labels := in.labels()
	out := []metrics.Sample{{Name: metrics.InstanceRestarts, Labels: labels, Value: float64(in.Restarts)}}
	if u, known := used[in.ID]; known {
		out = append(out, metrics.Sample{Name: metrics.InstanceCPU, Labels: labels, Value: u.CPUSeconds},
			metrics.Sample{Name: metrics.InstanceMemory, Labels: labels, Value: float64(u.MemoryBytes), Kind: metrics.Gauge})
	}
	return out
}

// countInstances says how many of each release there are, by their state. That none is healthy
// is said as well.
func countInstances(all []Instance) []metrics.Sample {
	type key struct{ service, release, environment, state string }
	n := map[key]int{}
	for _, in := range all {
		n[key{in.Service, in.Release, in.Environment, string(in.State)}]++
		n[key{in.Service, in.Release, in.Environment, string(target.Healthy)}] += 0
	}
	out := make([]metrics.Sample, 0, len(n))
	for k, count := range n {
		out = append(out, metrics.Sample{Name: metrics.Instances, Kind: metrics.Gauge, Value: float64(count),
			Labels: labelsOf("service", k.service, "release", k.release, "environment", k.environment, "state", k.state)})
	}
	return out
}
