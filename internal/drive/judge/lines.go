package judge

import (
	"context"
	"encoding/json"
	"strconv"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/judge"
	"slipway.dev/internal/store"
)

// Lines gives the recorded ticks of a canary, as judge.Replay takes them. fault.NotFound: none
// are kept.
func (j *Judge) Lines(ctx context.Context, deployment string) ([]judge.Line, error) {
	var lines []judge.Line
	flows := map[string]judge.Flow{}
	err := j.Ticks.Ticks(ctx, deployment, func(t store.Tick) error {
		var in row
		if err := json.Unmarshal(t.Data, &in); err != nil {
			return fault.New(fault.Internal, "tick %d of %s cannot be read", t.Number, deployment).Because(err)
		}
		first := len(lines) == 0
		for _, f := range in.Flows {
			if _, known := flows[f.Name]; !known { // the first line of a flow says what is known of it
				flows[f.Name] = f
				none := judge.LineCounts{Slow: slow(f, make([]uint64, len(f.Bounds)))}
				lines = append(lines, judge.Line{T: in.T.Seconds(), Flow: f.Name, Criticality: f.Criticality, Availability: f.Availability, Synthetic: f.Synthetic, Canary: none, Baseline: none})
			}
		}
		for _, tick := range in.Ticks {
			f := flows[tick.Flow]
			lines = append(lines, judge.Line{T: in.T.Seconds(), Flow: tick.Flow, Canary: line(f, tick.Canary), Baseline: line(f, tick.Baseline)})
		}
		if first && len(lines) > 0 {
			lines[0].Options = in.Options
		}
		return nil
	})
	if err == nil && len(lines) == 0 {
		err = fault.New(fault.NotFound, "no ticks of %s are kept", deployment).WithHint("only canaries that are judged have ticks, and they go with the journal's old data")
	}
	return lines, err
}

func line(f judge.Flow, c judge.Counts) judge.LineCounts {
	return judge.LineCounts{N: c.N, Errors: c.Errors, Slow: slow(f, c.Slow)}
}

// slow names the counts by their bounds. None: latency was not measured.
func slow(f judge.Flow, counts []uint64) map[string]uint64 {
	if len(counts) == 0 || len(counts) != len(f.Bounds) {
		return nil
	}
	out := make(map[string]uint64, len(counts))
	for i, k := range counts {
		out[strconv.FormatFloat(f.Bounds[i], 'g', -1, 64)] = k
	}
	return out
}
