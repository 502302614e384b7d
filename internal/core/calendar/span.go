package calendar

import "time"

// span is from a moment until before another.
type span struct{ from, to time.Time }

// east is more than any zone is ahead of UTC.
const east = 15 * time.Hour

// first gives the first moment at which clocks in the zone show c, or later, on the date. In
// a missing hour that is its end, and of a doubled hour it is the first of the two: so each
// window opens once a day, and closes once.
func first(date time.Time, c Clock, zone *time.Location) time.Time {
	shown := date.Add(time.Duration(c) * time.Minute) // as if the zone were UTC
	t := shown.Add(-east).In(zone)
	for {
		_, offset := t.Zone()
		start, end := t.ZoneBounds()
		at := shown.Add(-time.Duration(offset) * time.Second).In(zone)
		if at.Before(start) {
			at = start
		}
		if end.IsZero() || at.Before(end) {
			return at
		}
		t = end
	}
}
