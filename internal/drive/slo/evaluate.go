package slo

import (
	"fmt"
	"slices"
	"time"

	"slipway.dev/internal/core/alert"
	"slipway.dev/internal/core/maintenance"
	"slipway.dev/internal/core/slo"
)

// told is what a machine is to be told.
type told struct {
	history *history // nil: of a flow that is gone
	slo.Observed
}

// evaluate says how all objectives stand at the end of a minute, and what that changes.
func (e *Evaluator) evaluate(planned []maintenance.State, end time.Time) ([]Standing, []told) {
	var standings []Standing
	var changes []told
	var buckets []slo.Bucket
	closed := closings{end: end, known: map[string][]slo.Span{}}
	for _, h := range e.sorted() {
		out := maintenance.Planned(planned, h.flow.Name, h.flow.Services(), h.environment, h.flow.Notice())
		o := h.observed()
		for i, objective := range h.objectives {
			buckets = h.buckets(i, end, buckets)
			status := slo.EvaluateBut(objective, buckets, slo.Merge(slices.Concat(closed.of(objective), out)), end).Hold(h.state.Held(objective.Name))
			o.Objectives = append(o.Objectives, slo.Of(objective, status))
			standings = append(standings, Standing{Objective: objective, Status: status, At: end})
		}
		if h.state.Changes(o) {
			changes = append(changes, told{h, o})
		}
	}
	return standings, changes
}

// observed gives what is told of a flow whatever its figures are.
func (h *history) observed() slo.Observed {
	t := h.flow.Spec.Targets.Operations
	return slo.Observed{
		Flow: h.flow.Name, Environment: h.environment, Criticality: string(h.flow.Criticality), Impact: string(h.flow.Spec.Impact),
		Runbook: string(t.Runbook), Team: h.flow.Escalation(),
	}
}

// decorate adds what the machines know.
func (e *Evaluator) decorate(standings []Standing) {
	for i := range standings {
		s := &standings[i]
		h := e.histories[key{s.Environment, s.Flow}]
		k := slices.IndexFunc(h.state.Objectives, func(o slo.Standing) bool { return o.Name == s.Name })
		if k < 0 {
			continue
		}
		s.Since = h.state.Objectives[k].Since
		if a := h.state.Objectives[k].Alert; a != nil {
			s.Alert, s.Task = a.Severity, alert.TaskName(h.environment, h.flow.Name, a.Number)
		}
	}
}

// closings are the spans outside of service hours, which many objectives share.
type closings struct {
	end   time.Time
	known map[string][]slo.Span
}

// of gives those of an objective's period. A time zone that is not known any more closes
// nothing out: it was checked with the manifest.
func (c closings) of(o slo.Objective) []slo.Span {
	if len(o.Hours) == 0 {
		return nil
	}
	k := fmt.Sprint(o.Window, o.Hours)
	spans, ok := c.known[k]
	if !ok {
		var err error
		if spans, err = slo.Closed(o.Hours, c.end.Add(-o.Window), c.end); err != nil {
			spans = nil
		}
		c.known[k] = spans
	}
	return spans
}
