package workflow

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"time"
)

// iso8601 is the pattern of the specification's schema, in parts. That it may not end after P
// or T is looked at besides.
var iso8601 = regexp.MustCompile(`^P(?:([\d.]+)Y)?(?:([\d.]+)M)?(?:([\d.]+)W)?(?:([\d.]+)D)?` +
	`(T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?$`)

// longest is the longest duration, about 100 years: far more than anybody waits, and far
// from where nanoseconds overflow.
const longest = 100 * 365 * 24 * time.Hour

// unit of a duration: its name inline, and its place in iso8601, if it has both.
type unit struct {
	name   string
	part   int
	length time.Duration
}

var units = []unit{
	{"", 3, 7 * 24 * time.Hour},
	{"days", 4, 24 * time.Hour},
	{"hours", 6, time.Hour},
	{"minutes", 7, time.Minute},
	{"seconds", 8, time.Second},
	{"milliseconds", 0, time.Millisecond},
}

// DurationOf gives a duration of what an expression gave, or a definition has: an ISO 8601
// text like PT1H30M, or an object like {hours: 1, minutes: 30}. Days have 24 hours.
func DurationOf(v any) (time.Duration, error) {
	switch v := v.(type) {
	case string:
		return ParseDuration(v)
	case map[string]any:
		return inlineDuration(v)
	default:
		return 0, errors.New("a duration is a text like PT30S, or fields like {seconds: 30}")
	}
}

// ParseDuration reads an ISO 8601 duration. Years and months are refused, as they are not
// always equally long; weeks and days have seven days and 24 hours.
func ParseDuration(s string) (time.Duration, error) {
	parts := iso8601.FindStringSubmatch(s)
	if parts == nil || s[len(s)-1] == 'P' || s[len(s)-1] == 'T' {
		return 0, fmt.Errorf("%q is no ISO 8601 duration, like PT1H30M or P2D", short(s))
	}
	if parts[1] != "" || parts[2] != "" {
		return 0, fmt.Errorf("%q: years and months are not always equally long; say it in days or weeks, like P30D", short(s))
	}
	var sum float64
	for _, u := range units {
		part := parts[u.part]
		if u.part == 0 || part == "" {
			continue
		}
		f, err := strconv.ParseFloat(part, 64)
		if err != nil || part[0] == '.' || part[len(part)-1] == '.' {
			return 0, fmt.Errorf("%q is no ISO 8601 duration: %s is no number", short(s), short(part))
		}
		sum += math.Round(f * float64(u.length))
	}
	return bounded(sum)
}

func inlineDuration(v map[string]any) (time.Duration, error) {
	if len(v) == 0 {
		return 0, errors.New("a duration needs at least one of days, hours, minutes, seconds, milliseconds")
	}
	var sum float64
	found := 0
	for _, u := range units {
		amount, said := v[u.name]
		n, ok := amount.(int)
		switch {
		case !said || u.name == "":
			continue
		case !ok || n < 0:
			return 0, fmt.Errorf("%s of a duration is a whole number, and not %v", u.name, amount)
		}
		found++
		sum += float64(n) * float64(u.length)
	}
	if found < len(v) {
		return 0, errors.New("a duration has days, hours, minutes, seconds and milliseconds, and nothing else")
	}
	return bounded(sum)
}

func bounded(nanoseconds float64) (time.Duration, error) {
	if nanoseconds > float64(longest) {
		return 0, errors.New("a duration of more than 100 years is not meant")
	}
	return time.Duration(nanoseconds), nil
}

// duration is the shape of a duration, which may be an expression.
var duration = dynamicOr(constantDuration)

var constantDuration = textOr(checked(saidBy(func(n *node) error {
	_, err := ParseDuration(n.text())
	return err
})), checked(func(r *reader, n *node) {
	count := checked(func(r *reader, n *node) {
		if integer.check(r, n); n.form == isNumber && n.integer() < 0 {
			r.say(n, "%v is less than nothing", n.scalar)
		}
	})
	before := len(r.problems)
	object{what: "a duration", some: true, fields: fields{
		"days": count, "hours": count, "minutes": count, "seconds": count, "milliseconds": count,
	}}.check(r, n)
	if len(r.problems) == before {
		saidBy(func(n *node) error { _, err := DurationOf(n.value()); return err })(r, n)
	}
}))

// interval is the shape of a duration in a schedule. It is known before there is a run, and so
// long that runs do not pile up.
var interval = checked(func(r *reader, n *node) {
	if isExpression(n.text()) {
		r.say(n, "a schedule is the same for all runs: a duration without expressions is expected here")
		return
	}
	constantDuration.check(r, n)
	if d, err := DurationOf(n.value()); err == nil && d < time.Second {
		r.say(n, "a schedule goes from second to second: at least PT1S is expected here")
	}
})

// saidBy is a shape that an error speaks for.
func saidBy(check func(*node) error) func(*reader, *node) {
	return func(r *reader, n *node) {
		if err := check(n); err != nil {
			r.say(n, "%v", err)
		}
	}
}
