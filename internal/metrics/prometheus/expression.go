package prometheus

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/metrics"
)

// finest is how often a gauge is looked at within a step.
const finest = time.Minute

// expression writes a query in PromQL. A gauge is summed up first and looked at over the step
// then, so that series that end within it do not count twice.
func expression(q metrics.Query) (string, error) {
	selector, err := selector(q)
	if err != nil {
		return "", err
	}
	by := strings.Join(slices.Sorted(slices.Values(q.By)), ", ")
	if q.Of == metrics.Increase {
		return fmt.Sprintf("sum by (%s) (increase(%s[%s]))", by, selector, seconds(q.Step)), nil
	}
	over := map[metrics.Of]string{metrics.Last: "last_over_time", metrics.Max: "max_over_time", metrics.Mean: "avg_over_time"}[q.Of]
	// A moment less than the step: servers do not agree on whether its very beginning is part of it.
	return fmt.Sprintf("%s((sum by (%s) (%s))[%dms:%s])", over, by, selector, q.Step.Milliseconds()-1, seconds(min(finest, q.Step))), nil
}

func selector(q metrics.Query) (string, error) {
	var b strings.Builder
	b.WriteString(q.Name)
	b.WriteByte('{')
	var names []string
	for name := range q.Match {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		if i > 0 {
			b.WriteByte(',')
		}
		value := q.Match[name]
		if strings.ToValidUTF8(value, "") != value {
			return "", fault.New(fault.Invalid, "the value %q of label %s is not UTF-8", value, name)
		}
		b.WriteString(name)
		b.WriteByte('=')
		b.WriteString(strconv.Quote(value)) // PromQL reads strings as Go does
	}
	b.WriteByte('}')
	return b.String(), nil
}
