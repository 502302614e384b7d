package manifest

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"slipway.dev/internal/core/calendar"
	"slipway.dev/internal/core/gate/expr"
)

// Days gives each day once, Monday first; none: every day.
func (w Weekdays) Days() []time.Weekday {
	days, _ := calendar.ParseWeekdays(string(w))
	return days
}

// Minutes is the time of day in minutes after midnight, from 0 to 1440; 0 for "".
func (c Clock) Minutes() calendar.Clock {
	m, _ := calendar.ParseClock(string(c))
	return m
}

// Location is UTC for "".
func (z Zone) Location() (*time.Location, error) { return time.LoadLocation(string(z)) }

// The forms of a Moment, with an offset and without.
var (
	absolute = time.RFC3339
	local    = []string{"2006-01-02T15:04:05", "2006-01-02T15:04"}
)

// In gives the first and the last time that the moment may mean in a zone: they differ only
// for a local time that clocks show twice, because they are set back. A local time that
// clocks leave out is read as if they had not yet been set forward.
func (m Moment) In(zone Zone) (first, last time.Time, err error) {
	if t, err := time.Parse(absolute, string(m)); err == nil {
		return t.UTC(), t.UTC(), nil
	}
	at, err := zone.Location()
	if err != nil {
		return first, last, err
	}
	for _, form := range local {
		shown, err := time.Parse(form, string(m))
		if err == nil {
			first, last = shownIn(shown, at)
			return first, last, nil
		}
	}
	return first, last, fmt.Errorf("%q is not a time", m)
}

// shownIn gives when clocks in a zone show a time, which is given as if the zone were UTC.
func shownIn(shown time.Time, zone *time.Location) (first, last time.Time) {
	var found []time.Time
	var before time.Time // as if the clocks were as they are a day before
	for _, days := range []int{-1, 1} {
		_, offset := shown.AddDate(0, 0, days).In(zone).Zone()
		t := shown.Add(-time.Duration(offset) * time.Second)
		if days < 0 {
			before = t
		}
		if _, there := t.In(zone).Zone(); there == offset {
			found = append(found, t)
		}
	}
	if len(found) == 0 {
		return before, before
	}
	return slices.MinFunc(found, time.Time.Compare), slices.MaxFunc(found, time.Time.Compare)
}

func checkZone(s string) error {
	if s == "Local" {
		return errors.New("it depends on the machine; name the zone")
	}
	if _, err := Zone(s).Location(); err != nil {
		return errors.New("there is no such time zone")
	}
	return nil
}

func checkMoment(s string) error {
	if _, _, err := Moment(s).In(""); err != nil {
		return errors.New("there is no such time")
	}
	return nil
}

func checkCEL(s string) error {
	if err := expr.Check(s); err != nil {
		return fmt.Errorf("it is not an expression in CEL that gives true or false: %w", err)
	}
	return nil
}

func checkURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" {
		return errors.New("it is not an address")
	}
	return nil
}
