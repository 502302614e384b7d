package workflow

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// cronParser reads what the specification shows: five fields, and names like @daily.
var cronParser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

// everyHour is set by the library in a field that is written as *.
const everyHour = 1 << 63

func parseCron(expr string) (*cron.SpecSchedule, error) {
	switch {
	case strings.Contains(expr, "TZ="):
		return nil, errors.New("a time zone is not said in the expression, but where the workflow is deployed")
	case strings.HasPrefix(expr, "@every"):
		return nil, errors.New("say it as `every: {minutes: 5}`")
	}
	s, err := cronParser.Parse(expr)
	if err != nil {
		return nil, fmt.Errorf("%q is no cron expression of five fields, like `30 4 * * 1-5`: %w", short(expr), err)
	}
	spec, ok := s.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("%q is no cron expression of five fields", short(expr))
	}
	return spec, nil
}

// cronExpression is one that comes true at some time.
var cronExpression = checked(func(r *reader, n *node) {
	if text.check(r, n); n.form != isText {
		return
	}
	s, err := parseCron(n.text())
	if err != nil {
		r.say(n, "%v", err)
	} else if s.Next(time.Unix(0, 0).UTC()).IsZero() {
		r.say(n, "%q never comes: no month has that day", short(n.text()))
	}
})

// NextCron gives the first time after some time that a cron expression comes true in a time
// zone; false if never (in five years), or if it is no cron expression.
//
// When clocks are changed, what runs in every hour runs on as time goes by. What is said for
// certain hours runs once: if that hour is left out, at the moment when it is; if it comes
// twice, in the first.
func NextCron(expr string, zone *time.Location, after time.Time) (time.Time, bool) {
	s, err := parseCron(expr)
	if err != nil {
		return time.Time{}, false
	}
	if s.Hour&everyHour != 0 {
		next := s.Next(after.In(zone))
		return next, !next.IsZero()
	}
	clock := onClock(after.In(zone))
	for {
		if clock = s.Next(clock); clock.IsZero() {
			return time.Time{}, false
		}
		if next := firstAt(clock, zone); next.After(after) {
			return next, true
		}
	}
}

// onClock is what a clock shows, as a time in a zone whose clocks are never changed.
func onClock(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// firstAt is when clocks of a zone first show something, or when they are set past it.
func firstAt(clock time.Time, zone *time.Location) time.Time {
	_, before := clock.Add(-24 * time.Hour).In(zone).Zone()
	_, later := clock.Add(24 * time.Hour).In(zone).Zone()
	for _, offset := range []int{max(before, later), min(before, later)} { // the larger one is the earlier time
		t := clock.Add(-time.Duration(offset) * time.Second).In(zone)
		if onClock(t).Equal(clock) {
			return t
		}
	}
	past := clock.Add(-time.Duration(before) * time.Second).In(zone)
	change, _ := past.ZoneBounds()
	return change
}
