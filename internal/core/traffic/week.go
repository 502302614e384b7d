package traffic

import (
	"math/bits"
	"time"

	"slipway.dev/internal/core/calendar"
)

const (
	enough  = 30 * 60     // seconds for which an hour must have been watched to be known
	plenty  = 4 * 60 * 60 // when it was watched for so many, half of it is forgotten
	perHour = 60 * 60
)

// count shares the requests of a span among its hours, by how much of each it has.
func (s State) count(c Counted) State {
	if s.Since.IsZero() {
		s.Environment, s.Since = c.Environment, c.From.UTC()
	}
	s.Until, s.Total = c.To.UTC(), s.Total+c.Requests
	span, given := c.To.Sub(c.From), uint64(0)
	for from := c.From.UTC(); from.Before(c.To); {
		to := from.Truncate(time.Hour).Add(time.Hour)
		if to.After(c.To) {
			to = c.To
		}
		upTo := share(c.Requests, to.Sub(c.From), span)
		s.add(hourOf(from), upTo-given, to.Sub(from))
		from, given = to, upTo
	}
	return s
}

// share gives n*part/whole; part is at most the whole.
func share(n uint64, part, whole time.Duration) uint64 {
	high, low := bits.Mul64(n, uint64(part))
	if part == whole {
		return n
	}
	q, _ := bits.Div64(high, low, uint64(whole))
	return q
}

func (s *State) add(hour int, requests uint64, watched time.Duration) {
	if s.Seconds[hour] >= plenty {
		s.Requests[hour] /= 2
		s.Seconds[hour] /= 2
	}
	s.Requests[hour] += requests
	s.Seconds[hour] += uint64(watched.Round(time.Second) / time.Second)
}

// hourOf gives the hour of the week of a time in UTC.
func hourOf(t time.Time) int { return (int(t.Weekday())+6)%7*24 + t.Hour() }

// Watched is how many of the week's 168 hours are known.
func (s State) Watched() (n int) {
	for _, seconds := range s.Seconds {
		if seconds >= enough {
			n++
		}
	}
	return n
}

// Known says whether a window can be proposed: each hour of the week was watched, and there
// was any request at all.
func (s State) Known() bool { return s.Total > 0 && s.Watched() == hours }

// Quiet proposes a window in a time zone that is so many seconds east of UTC. It is false
// while too little is known.
func (s State) Quiet(zone string, east int) (calendar.Window, bool) {
	if !s.Known() {
		return calendar.Window{}, false
	}
	return calendar.QuietHours(s.week(east/60), zone)
}

// week gives thousandths of requests an hour, by hour of the week in a zone that is so many
// minutes east of UTC.
func (s State) week(east int) (counts [hours]uint64) {
	var rate [hours]uint64
	for i := range rate {
		if s.Seconds[i] > 0 {
			rate[i] = s.Requests[i] * 1000 * perHour / s.Seconds[i]
		}
	}
	const week = hours * 60
	for i := range counts {
		begins := ((i*60-east)%week + week) % week
		past := uint64(begins % 60) // minutes of the UTC hour that are over when it begins
		counts[i] = (rate[begins/60]*(60-past) + rate[(begins/60+1)%hours]*past) / 60
	}
	return counts
}
