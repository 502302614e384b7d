package maintenance

import (
	"slices"
	"time"

	"slipway.dev/internal/core/slo"
)

// Planned gives the spans of time, in order, that do not count for a flow in an environment:
// those of maintenance that touches it, or one of its services, and that was announced at
// least notice before it begins. Without notice (0) maintenance never counts as planned.
func Planned(list []State, flow string, services []string, environment string, notice time.Duration) []slo.Span {
	var spans []slo.Span
	for _, s := range list {
		if s.Environment == environment && s.Touches(flow, services) && s.InTime(notice) {
			spans = append(spans, s.span())
		}
	}
	return slo.Merge(spans)
}

// Touches says whether it is about a flow, or a service that takes part in it.
func (s State) Touches(flow string, services []string) bool {
	if len(s.Flows) == 0 && len(s.Services) == 0 {
		return true
	}
	return slices.Contains(s.Flows, flow) || slices.ContainsFunc(s.Services, func(name string) bool { return slices.Contains(services, name) })
}

// InTime says whether it keeps the notice that a flow demands.
func (s State) InTime(notice time.Duration) bool {
	return notice > 0 && s.From.Sub(s.AnnouncedAt) >= notice
}

// span is the time that it takes; one that was cancelled ends then, or is empty.
func (s State) span() slo.Span {
	span := slo.Span{From: s.From, Until: s.Until}
	if s.Status == Called && s.CancelledAt.Before(span.Until) {
		span.Until = s.CancelledAt
	}
	return span
}
