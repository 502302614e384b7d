package slo

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/calendar"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/manifest"
)

func TestObjectives(t *testing.T) {
	t.Parallel()
	var spec manifest.Flow
	r := &spec.Targets.Reliability
	r.Availability, r.Latency = "99.9%", map[manifest.Name]manifest.Duration{"p99": "300ms", "p50": "20ms", "p999": "1s", "q1": "1s", "p": "1s"}
	r.Hours, r.Zone, r.Window, r.Minimum = "extended-business", "Europe/Berlin", "7d", 20
	week := []time.Weekday{1, 2, 3, 4, 5, 6}
	base := Objective{Flow: "buy", Window: 7 * day, Minimum: 20, Hours: []calendar.Window{{Weekdays: week, From: 7 * 60, To: 22 * 60, Zone: "Europe/Berlin"}}}
	of := func(name string, target float64, bound time.Duration) Objective {
		o := base
		o.Name, o.Target, o.Bound = name, target, bound
		return o
	}
	want := []Objective{of("availability", 0.999, 0), of("latency-p50", 0.5, 20*time.Millisecond), of("latency-p99", 0.99, 300*time.Millisecond), of("latency-p999", 0.999, time.Second)}
	if diff := cmp.Diff(want, Objectives(flow.Flow{Name: "buy", Spec: spec})); diff != "" {
		t.Error(diff)
	}
	*r = manifest.Reliability{Availability: "100%", Zone: "Asia/Tokyo", Windows: []manifest.Window{{Weekdays: "sun", From: "10:00", To: "12:00"}, {From: "22:00", To: "02:00", Zone: "UTC"}}}
	want = []Objective{{Flow: "buy", Name: "availability", Target: 1, Window: 30 * day, Minimum: 100, Hours: []calendar.Window{
		{Weekdays: []time.Weekday{0}, From: 600, To: 720, Zone: "Asia/Tokyo"}, {From: 1320, To: 120, Zone: "UTC"}}}}
	if diff := cmp.Diff(want, Objectives(flow.Flow{Name: "buy", Spec: spec})); diff != "" {
		t.Error(diff)
	}
	*r = manifest.Reliability{Hours: "business"}
	if got := Objectives(flow.Flow{Name: "buy", Spec: spec}); len(got) != 0 {
		t.Errorf("a flow without targets has %d objectives", len(got))
	}
	if h := hours(*r); len(h) != 1 || !slices.Equal(h[0].Weekdays, week[:5]) || h[0].From != 540 || h[0].To != 1020 {
		t.Errorf("business is %v", h)
	}
}
