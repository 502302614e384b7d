package calendar

import (
	"fmt"
	"slices"
	"time"
)

// Hours are windows whose time zones have been looked up. Without windows it is always open.
type Hours struct{ windows []window }

type window struct {
	Window
	zone *time.Location
}

// day is all of one, as a Clock.
const day Clock = 24 * 60

// Load looks up the windows' time zones. The error names the window that cannot be used.
func Load(windows []Window) (Hours, error) {
	var h Hours
	for i, w := range windows {
		zone, err := time.LoadLocation(w.Zone)
		if err != nil {
			return Hours{}, fmt.Errorf("window %d: no time zone %q is known", i+1, w.Zone)
		}
		if w.From < 0 || w.From > day || w.To < 0 || w.To > day {
			return Hours{}, fmt.Errorf("window %d: %d to %d are not minutes of a day", i+1, w.From, w.To)
		}
		h.windows = append(h.windows, window{w, zone})
	}
	return h, nil
}

// Open says whether something may happen at t.
func (h Hours) Open(t time.Time) bool {
	return len(h.windows) == 0 || !h.openUntil(t).IsZero()
}

// NextOpen gives the first time from t on at which it is open; zero: never.
func (h Hours) NextOpen(t time.Time) time.Time {
	if h.Open(t) {
		return t
	}
	var next time.Time
	for _, w := range h.windows {
		if s, ok := w.next(t); ok && (next.IsZero() || s.from.Before(next)) {
			next = s.from
		}
	}
	return next
}

// NextChange gives the first time after t at which it opens or closes; zero: never. Windows
// that touch or overlap are one; if they go on for two months without a gap, they are
// taken to go on for ever.
func (h Hours) NextChange(t time.Time) time.Time {
	if len(h.windows) == 0 {
		return time.Time{}
	}
	if !h.Open(t) {
		return h.NextOpen(t)
	}
	for end := t; end.Sub(t) < 60*24*time.Hour; {
		later := h.openUntil(end)
		if later.IsZero() {
			return end
		}
		end = later
	}
	return time.Time{}
}

// Zone is the time zone of the first window, for showing times; UTC without one.
func (h Hours) Zone() *time.Location {
	if len(h.windows) == 0 {
		return time.UTC
	}
	return h.windows[0].zone
}

// openUntil gives the latest end of a window that is open at t; zero: none is.
func (h Hours) openUntil(t time.Time) time.Time {
	var end time.Time
	for _, w := range h.windows {
		if s, ok := w.next(t); ok && !t.Before(s.from) && s.to.After(end) {
			end = s.to
		}
	}
	return end
}

// next gives the first span of the window that ends after t. A span that begins two days
// before may still last; one that falls into a missing hour is there again a week later.
func (w window) next(t time.Time) (span, bool) {
	year, month, today := t.In(w.zone).Date()
	for i := -2; i <= 15; i++ {
		date := time.Date(year, month, today+i, 0, 0, 0, 0, time.UTC)
		if len(w.Weekdays) > 0 && !slices.Contains(w.Weekdays, date.Weekday()) {
			continue
		}
		if s := w.on(date); s.from.Before(s.to) && t.Before(s.to) {
			return s, true
		}
	}
	return span{}, false
}

// on gives the window's span that belongs to a date.
func (w window) on(date time.Time) span {
	to := w.To
	if to <= w.From {
		to += day
	}
	return span{first(date, w.From, w.zone), first(date, to, w.zone)}
}
