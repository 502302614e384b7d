package shape

import (
	"fmt"
	"strings"
	"time"

	"slipway.dev/internal/core/workflow"
)

// schedule says when a workflow runs by itself.
func schedule(s *workflow.Schedule) string {
	switch {
	case s == nil:
		return ""
	case s.Every != nil:
		return "every " + duration(s.Every)
	case s.Cron != "":
		return plain("cron " + s.Cron)
	case s.After != nil:
		return duration(s.After) + " after the last run"
	case s.On != nil:
		return "on " + consume(*s.On)
	}
	return ""
}

// consume says which events are waited for.
func consume(c workflow.Consume) string {
	switch {
	case c.One != nil:
		return event(*c.One)
	case len(c.All) > 0:
		return "all of " + events(c.All)
	case len(c.Any) > 0:
		return "any of " + events(c.Any)
	}
	return "any event"
}

func until(c workflow.Consume) string {
	switch {
	case c.Forever:
		return "for ever"
	case c.UntilEvents != nil:
		return "until " + consume(*c.UntilEvents)
	case c.Until != nil:
		return "until " + expression(c.Until)
	}
	return ""
}

func events(filters []workflow.EventFilter) string {
	names := make([]string, len(filters))
	for i, f := range filters {
		names[i] = event(f)
	}
	return strings.Join(names, ", ")
}

// event names an event by what is best known of it.
func event(f workflow.EventFilter) string {
	for _, key := range []string{"type", "source", "subject", "data"} {
		if t := f.With[key]; t != nil {
			return show(t.Raw())
		}
	}
	return "any event"
}

// errorsOf says which errors are caught.
func errorsOf(c *workflow.Catch) string {
	kind := show(c.With["type"])
	if i := strings.LastIndexByte(kind, '/'); i >= 0 && i+1 < len(kind) {
		kind = kind[i+1:]
	}
	words := strings.Join(strings.Fields(strings.Join([]string{kind, show(c.With["status"]), show(c.With["title"])}, " ")), " ")
	return plain(or(words, show(c.With["instance"]), show(c.With["detail"]), "any error"))
}

func retry(r *workflow.Retry) string {
	words := []string{"retry"}
	if r.Count > 0 {
		words = append(words, fmt.Sprintf("%d×", r.Count))
	}
	if d := duration(r.Delay); d != "" {
		words = append(words, "after "+d)
	}
	if r.Backoff != "" && r.Backoff != "constant" {
		words = append(words, r.Backoff)
	}
	if d := duration(r.Total); d != "" {
		words = append(words, "for "+d)
	}
	if c := conditions(r.When, r.ExceptWhen); c != "" {
		words = append(words, c)
	}
	return plain(strings.Join(words, " "))
}

// duration is "1 h 30 min", or an expression.
func duration(d *workflow.Duration) string {
	switch {
	case d == nil:
		return ""
	case d.Expression != nil:
		return show(d.Expression.Raw())
	case d.Constant <= 0:
		return "0 s"
	}
	var words []string
	left := d.Constant
	for _, unit := range []struct {
		long time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}, {time.Millisecond, "ms"}} {
		if n := left / unit.long; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, unit.name))
			left %= unit.long
		}
	}
	if len(words) == 0 {
		return d.Constant.String()
	}
	return strings.Join(words, " ")
}
