package slo

import (
	"slices"
	"time"

	"slipway.dev/internal/core/calendar"
)

// Span is from a moment until before another.
type Span struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// Merge gives spans in order, each moment in one at most. Empty ones are left out.
func Merge(spans []Span) []Span {
	spans = slices.DeleteFunc(slices.Clone(spans), func(s Span) bool { return !s.From.Before(s.Until) })
	slices.SortFunc(spans, func(a, b Span) int { return a.From.Compare(b.From) })
	var out []Span
	for _, s := range spans {
		if n := len(out); n > 0 && !s.From.After(out[n-1].Until) {
			if s.Until.After(out[n-1].Until) {
				out[n-1].Until = s.Until
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// Closed gives the spans between two times that are in no window, in order. Without windows
// there are none. The error names a time zone that is not known.
func Closed(windows []calendar.Window, from, until time.Time) ([]Span, error) {
	h, err := calendar.Load(windows)
	if err != nil {
		return nil, err
	}
	var out []Span
	for at := from; at.Before(until); {
		next := h.NextChange(at)
		if next.IsZero() || next.After(until) {
			next = until
		}
		if !h.Open(at) {
			out = append(out, Span{From: at, Until: next})
		}
		at = next
	}
	return out, nil
}

// overlap is how much of the time between two moments merged spans take.
func overlap(spans []Span, from, until time.Time) (sum time.Duration) {
	for _, s := range spans {
		begin, end := s.From, s.Until
		if begin.Before(from) {
			begin = from
		}
		if end.After(until) {
			end = until
		}
		sum += max(0, end.Sub(begin))
	}
	return sum
}
