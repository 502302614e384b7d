package slo

import (
	"context"
	"errors"
	"math"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/slo"
	"slipway.dev/internal/metrics"
)

// perLook bounds how many steps of the past are asked for by expressions in one look, for each
// flow: each of them is two questions.
const perLook = 30

// evaluated asks for what measures a flow by expressions: the steps since the last look, and
// some more of the past, the latest first, until all of it is known that is kept.
func (h *history) evaluated(ctx context.Context, source metrics.Source, end time.Time) error {
	evals, ok := source.(Evals)
	if !ok {
		return fault.New(fault.Refused, "the flow %s is measured by expressions, and the figures of %s are kept here", h.flow.Name, h.environment).
			WithHint("name a Prometheus server in the Environment's metrics, or leave reliability.measure out")
	}
	left := perLook
	for _, p := range []*past{&h.fine.past, &h.coarse.past} {
		t := h.fine
		if p == &h.coarse.past {
			t = h.coarse
		}
		last := t.slot(end)
		if p.from == 0 {
			p.from, p.until = last, last
		}
		t.advance(last)
		p.until = max(p.until, last-perLook)
		for ; p.until < last; p.until++ {
			if err := h.ask(ctx, evals, t, p.until); err != nil {
				return err
			}
		}
		for ; p.from > last-t.n && left > 0; left-- {
			if err := h.ask(ctx, evals, t, p.from-1); err != nil {
				return err
			}
			p.from--
		}
	}
	return nil
}

// past is which steps were asked for by expressions: from, and before until.
type past struct{ from, until int64 }

// ask asks for one step.
func (h *history) ask(ctx context.Context, evals Evals, t *tier, slot int64) error {
	window := "[" + slo.Period(t.step) + "]"
	value := func(expr string) (float64, error) {
		v, known, err := evals.Eval(ctx, strings.ReplaceAll(expr, "[window]", window), t.time(slot+1))
		if !known {
			v = math.NaN()
		}
		return v, err
	}
	good, err := value(string(h.columns.measure.Good))
	total, err2 := value(string(h.columns.measure.Total))
	if err := errors.Join(err, err2); err != nil {
		return fault.New(fault.CodeOf(err), "the flow %s cannot be measured by its expressions", h.flow.Name).Because(err)
	}
	if total == 0 {
		good = 0 // an expression for the good ones may have none to add up
	}
	t.put(0, slot, total)
	for k, o := range h.objectives {
		if o.Bound == 0 {
			t.put(h.columns.bad+k, slot, max(0, total-good))
		}
	}
	return nil
}
