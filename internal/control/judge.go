package control

import (
	"bufio"
	"context"
	"encoding/json"
	"io"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/judge"
)

// Canaries has what was seen of canaries.
type Canaries interface {
	// Lines gives the recorded ticks of a deployment, in the order of their time; none: it was
	// not judged.
	Lines(ctx context.Context, deployment string) ([]judge.Line, error)
}

// Ticks writes what the judge saw of a canary, a JSON object per line.
func (c *Control) Ticks(ctx context.Context, deployment string, w io.Writer) error {
	if _, _, err := c.row(ctx, deployment); err != nil {
		return err
	}
	lines, err := c.Canaries.Lines(ctx, deployment)
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		return fault.New(fault.NotFound, "no ticks of %s are kept: it was not judged, or too long ago", deployment).
			WithHint("only a canary without steps is judged")
	}
	out := bufio.NewWriter(w)
	encoder := json.NewEncoder(out)
	for _, l := range lines {
		if err := encoder.Encode(l); err != nil {
			return err
		}
	}
	return out.Flush()
}

// judgementOf is what the judge said last of a canary; nil: nothing.
func judgementOf(j *deploy.Judged) *model.Judgement {
	if j == nil {
		return nil
	}
	out := &model.Judgement{Verdict: string(j.Verdict), Reason: j.Reason, Weight: j.Weight, Tick: j.Tick, UsersHit: j.UsersHit,
		Warnings: j.Warnings, Missing: j.Missing, Digest: j.Digest}
	for _, f := range j.Flows {
		out.Flows = append(out.Flows, model.FlowEvidence{Flow: f.Flow, Criticality: string(f.Criticality),
			Canary: model.Tally{Requests: f.Canary.N, Errors: f.Canary.Errors}, Baseline: model.Tally{Requests: f.Baseline.N, Errors: f.Baseline.Errors},
			Worse: f.Worse, Fine: f.Fine, Verdict: string(f.Verdict), Reason: f.Reason, Synthetic: f.Synthetic})
	}
	return out
}
