// Package metrics is the port to figures over time. Two hands serve it: ring, which keeps them
// here, and prometheus, which asks a server with Prometheus' query API. metricstest is the
// suite that both pass.
package metrics

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"time"

	"slipway.dev/internal/core/fault"
)

// Kind says how the values of a series follow one another.
type Kind int

// The kinds. A Counter only grows, and begins at 0 again when what counts is started anew; a
// Gauge is what it is.
const (
	Counter Kind = iota
	Gauge
)

// Sample is one value of one series. Labels must not be changed once it is given away.
type Sample struct {
	Name   string
	Labels map[string]string
	Value  float64
	Kind   Kind
}

// Of says what is wanted of the values in a step. Series that a Query throws together are
// summed up first.
type Of string

// What may be wanted. Increase is for counters, and knows of their resets. The others are for
// gauges.
const (
	Increase Of = "increase"
	Last     Of = "last"
	Max      Of = "max"
	Mean     Of = "mean"
)

// Query asks for series with a name. Step i is the time after From + i·Step, up to and with
// From + (i+1)·Step; the last one ends at To or before it.
type Query struct {
	Name  string
	Match map[string]string // labels that must have these values; "" is as good as missing
	By    []string          // one row for each combination of these labels' values; none: one row
	From  time.Time
	To    time.Time
	Step  time.Duration // whole seconds
	Of    Of
}

// Row is the answer for one combination of the labels in Query.By.
type Row struct {
	Labels map[string]string // those of Query.By that are not empty
	Values []float64         // one for each step; NaN: nothing is known of that step
}

// Source answers queries. Series that nobody has written give no row. The rows are sorted by
// their labels. The error is fault.Invalid for a query that cannot be answered, and
// fault.Unavailable when who should know is away: then nothing is known, which is not zero.
type Source interface {
	Range(ctx context.Context, q Query) ([]Row, error)
}

// MaxSteps is how many steps a query may have: as many as a Prometheus server gives.
const MaxSteps = 11_000

// Steps is how many steps the query has.
func (q Query) Steps() int {
	if q.Step <= 0 {
		return 0
	}
	return int(q.To.Sub(q.From) / q.Step)
}

// End is when step i ends.
func (q Query) End(i int) time.Time { return q.From.Add(time.Duration(i+1) * q.Step) }

var (
	metricName = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*$`)
	labelName  = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
)

// Check says what is wrong with a query: fault.Invalid, or nil.
func (q Query) Check() error {
	switch {
	case !metricName.MatchString(q.Name):
		return fault.New(fault.Invalid, "%q is no name of a metric", q.Name)
	case q.Step < time.Second || q.Step%time.Second != 0:
		return fault.New(fault.Invalid, "a step must be whole seconds, not %s", q.Step)
	case q.Steps() < 1:
		return fault.New(fault.Invalid, "from %s to %s is shorter than a step of %s", q.From.Format(time.RFC3339), q.To.Format(time.RFC3339), q.Step)
	case q.Steps() > MaxSteps:
		return fault.New(fault.Invalid, "%d steps are more than %d", q.Steps(), MaxSteps).WithHint("ask for longer steps, or a shorter time")
	}
	switch q.Of {
	case Increase, Last, Max, Mean:
	default:
		return fault.New(fault.Invalid, "%q is nothing that can be asked of a metric: increase, last, max or mean", q.Of)
	}
	for name := range q.Match {
		if !labelName.MatchString(name) {
			return fault.New(fault.Invalid, "%q is no name of a label", name)
		}
	}
	for _, name := range q.By {
		if !labelName.MatchString(name) {
			return fault.New(fault.Invalid, "%q is no name of a label", name)
		}
	}
	return nil
}

// CompareLabels orders label sets: by their names and values in the order of names.
func CompareLabels(a, b map[string]string) int { return slices.Compare(flat(a), flat(b)) }

func flat(labels map[string]string) []string {
	out := make([]string, 0, 2*len(labels))
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		out = append(out, name, labels[name])
	}
	return out
}
