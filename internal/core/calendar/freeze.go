package calendar

import "time"

// Horizon is how far NextWindow looks ahead.
const Horizon = 366 * 24 * time.Hour

// Frozen gives the freeze that holds at t; of several, the one that ends last.
func Frozen(freezes []Freeze, t time.Time) (Freeze, bool) {
	var frozen Freeze
	for _, f := range freezes {
		if !t.Before(f.From) && t.Before(f.Until) && f.Until.After(frozen.Until) {
			frozen = f
		}
	}
	return frozen, !frozen.Until.IsZero()
}

// NextFreeze gives when the next freeze begins after t; zero: none is known.
func NextFreeze(freezes []Freeze, t time.Time) time.Time {
	var next time.Time
	for _, f := range freezes {
		if f.From.After(t) && f.From.Before(f.Until) {
			next = earlier(next, f.From)
		}
	}
	return next
}

// NextWindow gives the first span from t on that is in a window and in no freeze. A zero end
// says that none is in sight. It is false if there is no such span within the Horizon.
func NextWindow(h Hours, freezes []Freeze, t time.Time) (from, until time.Time, ok bool) {
	for at := t; at.Sub(t) <= Horizon; {
		open := h.NextOpen(at)
		if open.IsZero() || open.Sub(t) > Horizon {
			break
		}
		frozen, is := Frozen(freezes, open)
		if !is {
			return open, earlier(h.NextChange(open), NextFreeze(freezes, open)), true
		}
		at = frozen.Until
	}
	return time.Time{}, time.Time{}, false
}

// earlier gives the first of two times, where zero is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
