package calendar

import "time"

// quietHours is how long a proposed window is.
const quietHours = 2

// QuietHours proposes a window: the two hours of the day with the least traffic in them, on
// every day on which they are at most a quarter busier than on the quietest. Counts are
// requests by hour of the week in the zone, Monday midnight first. It is false if none was
// counted: silence for a week says nothing.
func QuietHours(counts [168]uint64, zone string) (Window, bool) {
	var all uint64
	best := 0
	for i, n := range counts {
		all += n
		if traffic(counts, i) < traffic(counts, best) {
			best = i
		}
	}
	if all == 0 {
		return Window{}, false
	}
	least, hour := traffic(counts, best), best%24
	w := Window{From: Clock(hour * 60), To: Clock((hour + quietHours) % 24 * 60), Zone: zone}
	for d := range 7 {
		if float64(traffic(counts, d*24+hour)) <= 1.25*float64(least) {
			w.Weekdays = append(w.Weekdays, week[d].day)
		}
	}
	if len(w.Weekdays) == 7 {
		w.Weekdays = []time.Weekday(nil)
	}
	return w, true
}

// traffic counts what comes in the window that begins with an hour of the week.
func traffic(counts [168]uint64, hour int) uint64 {
	var n uint64
	for i := range quietHours {
		n += counts[(hour+i)%len(counts)]
	}
	return n
}
