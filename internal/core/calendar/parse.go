package calendar

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// week is in the order in which people write it.
var week = []struct {
	name string
	day  time.Weekday
}{
	{"mon", time.Monday}, {"tue", time.Tuesday}, {"wed", time.Wednesday}, {"thu", time.Thursday},
	{"fri", time.Friday}, {"sat", time.Saturday}, {"sun", time.Sunday},
}

// ParseWeekdays reads days and ranges of days, as in "mon-thu, sat". A range may go past
// Sunday. It gives each day once, Monday first; "" is every day, which is none.
func ParseWeekdays(text string) ([]time.Weekday, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var on [7]bool
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		i, err := dayOfWeek(from)
		if err != nil {
			return nil, err
		}
		last, err := dayOfWeek(to)
		if err != nil {
			return nil, err
		}
		for ; i != last; i = (i + 1) % 7 {
			on[i] = true
		}
		on[last] = true
	}
	var days []time.Weekday
	for i, d := range week {
		if on[i] {
			days = append(days, d.day)
		}
	}
	return days, nil
}

func dayOfWeek(text string) (int, error) {
	name := strings.ToLower(strings.TrimSpace(text))
	for i, d := range week {
		if name == d.name {
			return i, nil
		}
	}
	return 0, fmt.Errorf(`%.20q is no weekday: they are mon, tue, wed, thu, fri, sat, sun, and ranges like "mon-thu"`, text)
}

// ParseClock reads a time of day like "09:00"; "24:00" is the end of the day.
func ParseClock(text string) (Clock, error) {
	wrong := fmt.Errorf(`%.20q is no time of day like "09:00", from 00:00 to 24:00`, text)
	hours, minutes, ok := strings.Cut(text, ":")
	if !ok || len(hours) != 2 || len(minutes) != 2 {
		return 0, wrong
	}
	h, err := strconv.ParseUint(hours, 10, 8)
	if err != nil {
		return 0, wrong
	}
	m, err := strconv.ParseUint(minutes, 10, 8)
	if err != nil || m > 59 || h*60+m > uint64(day) {
		return 0, wrong
	}
	return Clock(h*60 + m), nil
}

// String gives "09:00".
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// String gives "mon-thu 09:00 to 16:00 (Europe/Berlin)".
func (w Window) String() string {
	zone := w.Zone
	if zone == "" {
		zone = "UTC"
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s to %s (%s)", daysOf(w.Weekdays), w.From, w.To, zone))
}

// Days writes the window's days as ParseWeekdays reads them; "" is every day.
func (w Window) Days() string { return daysOf(w.Weekdays) }

// daysOf writes days as ParseWeekdays reads them.
func daysOf(days []time.Weekday) string {
	var parts []string
	for i := 0; i < len(week); i++ {
		if !slices.Contains(days, week[i].day) {
			continue
		}
		last := i
		for last+1 < len(week) && slices.Contains(days, week[last+1].day) {
			last++
		}
		switch {
		case last == i:
			parts = append(parts, week[i].name)
		case last == i+1:
			parts = append(parts, week[i].name, week[last].name)
		default:
			parts = append(parts, week[i].name+"-"+week[last].name)
		}
		i = last
	}
	return strings.Join(parts, ", ")
}
