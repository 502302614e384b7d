package slo

import (
	"context"
	"time"

	"slipway.dev/internal/metrics"
)

// again is how many steps are read once more: figures may come late.
const again = 5

// single is up to how many flows are asked for one by one.
const single = 4

// fill reads what is missing of an environment's histories, up to end.
func (e *Evaluator) fill(ctx context.Context, environment string, end time.Time) {
	var all []*history
	for _, h := range e.sorted() {
		if h.environment == environment {
			all = append(all, h)
		}
	}
	if len(all) == 0 {
		return
	}
	source, err := e.Source(ctx, environment)
	if err == nil {
		err = fillTiers(ctx, source, environment, end, all, func(h *history) *tier { return h.fine })
	}
	if err == nil {
		err = fillTiers(ctx, source, environment, end, all, func(h *history) *tier { return h.coarse })
	}
	e.trouble(key{environment: environment}, err)
	for _, h := range all {
		if err == nil && h.columns.measure != nil {
			e.trouble(key{environment, h.flow.Name}, h.evaluated(ctx, source, end))
		}
		h.fine.advance(h.fine.slot(end))
		h.coarse.advance(h.coarse.slot(end))
	}
}

// trouble logs what is wrong with the figures of an environment, or of a flow there, when that
// changes.
func (e *Evaluator) trouble(of key, err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	switch before := e.troubles[of]; {
	case before == text:
	case text == "":
		e.Log.Info("figures can be read again", "environment", of.environment, "flow", of.flow)
	default:
		e.Log.Warn("figures cannot be read; nothing is known of what is judged by them meanwhile", "environment", of.environment, "flow", of.flow, "err", err)
	}
	if e.troubles[of] = text; text == "" {
		delete(e.troubles, of)
	}
}

// fillTiers reads what is missing of one tier of the histories: those that miss the same
// together.
func fillTiers(ctx context.Context, source metrics.Source, environment string, end time.Time, all []*history, which func(*history) *tier) error {
	type missing struct {
		step time.Duration
		from int64
	}
	groups := map[missing][]*history{}
	for _, h := range all {
		t := which(h)
		last := t.slot(end)
		if t.read == last {
			continue // its next step is not over
		}
		from := max(t.read-again, last-t.n)
		groups[missing{t.step, from}] = append(groups[missing{t.step, from}], h)
	}
	for m, group := range groups {
		a := asker{source: source, environment: environment, step: m.step}
		first := which(group[0])
		a.from, a.to = first.time(m.from), first.time(first.slot(end))
		parts := [][]*history{group}
		if len(group) <= single && len(group) < len(all) {
			parts = parts[:0]
			for _, h := range group {
				parts = append(parts, []*history{h})
			}
		}
		for _, part := range parts {
			if len(part) == 1 {
				a.flow = part[0].flow.Name
			}
			f, err := a.read(ctx, part)
			if err != nil {
				return err
			}
			for _, h := range part {
				h.take(which(h), m.from, f)
			}
		}
	}
	return nil
}

// take puts figures into a tier.
func (h *history) take(t *tier, from int64, f figures) {
	t.advance(from + int64(f.steps))
	for i := range f.steps {
		h.compose(t, from+int64(i), f, i)
	}
	t.read = from + int64(f.steps)
}
