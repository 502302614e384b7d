package slo

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"slipway.dev/internal/core/calendar"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/manifest"
)

// Defaults of a flow's reliability targets.
const (
	DefaultWindow  = 30 * 24 * time.Hour
	DefaultMinimum = 100
)

// Availability is the name of the objective that counts requests that fail. Those that count
// slow ones are named "latency-p99".
const Availability = "availability"

// Objective is one thing that a flow must reach in an environment: so large a share of its
// requests must be good, over a rolling window.
type Objective struct {
	Flow        string            `json:"flow"`
	Environment string            `json:"environment"`
	Name        string            `json:"name"`
	Target      float64           `json:"target"`          // share from 0 to 1 that must be good
	Bound       time.Duration     `json:"bound,omitempty"` // of a latency: good is what begins its answer within it; 0: good is what does not fail
	Window      time.Duration     `json:"window"`          // the period over which it is counted
	Hours       []calendar.Window `json:"hours,omitempty"` // it holds only in these; empty: always
	Minimum     int               `json:"minimum"`         // requests below which nothing is said of a window
}

// Objectives reads a flow's reliability targets: its availability first, then its latencies by
// name. They belong to no environment yet; see Objective.In. A flow without such targets has
// none.
func Objectives(f flow.Flow) []Objective {
	r := f.Spec.Targets.Reliability
	base := Objective{
		Flow: f.Name, Window: r.Window.Or(DefaultWindow).Truncate(time.Minute), Hours: hours(r), Minimum: cmp.Or(r.Minimum, DefaultMinimum),
	}
	base.Window = max(base.Window, time.Minute)
	var out []Objective
	if r.Availability != "" {
		o := base
		o.Name, o.Target = Availability, rounded(r.Availability.Share(), 12)
		out = append(out, o)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Latency)) {
		share, ok := percentile(string(name))
		if !ok {
			continue // the catalog refuses such a name
		}
		o := base
		o.Name, o.Target, o.Bound = "latency-"+string(name), share, r.Latency[name].Value()
		out = append(out, o)
	}
	return out
}

// In gives the objective for an environment.
func (o Objective) In(environment string) Objective {
	o.Environment = environment
	return o
}

// allowed is the share of requests that may be bad. What is left of 1 - 0.999 after rounding
// would otherwise decide whether one failure in a thousand is too many.
func (o Objective) allowed() float64 { return rounded(1-o.Target, 12) }

// percentile reads "p99" as 0.99 and "p999" as 0.999.
func percentile(name string) (float64, bool) {
	digits, ok := strings.CutPrefix(name, "p")
	if !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	share, err := strconv.ParseFloat("0."+digits, 64)
	return share, err == nil && share > 0
}

// hours gives the windows of the week in which the targets hold.
func hours(r manifest.Reliability) []calendar.Window {
	if len(r.Windows) > 0 {
		var out []calendar.Window
		for _, w := range r.Windows {
			out = append(out, calendar.Window{Weekdays: w.Weekdays.Days(), From: w.From.Minutes(), To: w.To.Minutes(), Zone: cmp.Or(string(w.Zone), string(r.Zone))})
		}
		return out
	}
	week := func(last time.Weekday) (days []time.Weekday) {
		for d := time.Monday; d <= last; d++ {
			days = append(days, d)
		}
		return days
	}
	switch r.Hours {
	case "business":
		return []calendar.Window{{Weekdays: week(time.Friday), From: 9 * 60, To: 17 * 60, Zone: string(r.Zone)}}
	case "extended-business":
		return []calendar.Window{{Weekdays: week(time.Saturday), From: 7 * 60, To: 22 * 60, Zone: string(r.Zone)}}
	}
	return nil
}
