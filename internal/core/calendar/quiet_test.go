package calendar

import (
	"testing"
	"time"
)

func TestQuietHours(t *testing.T) {
	t.Parallel()
	fill := func(f func(day, hour int) uint64) (counts [168]uint64) {
		for i := range counts {
			counts[i] = f(i/24, i%24)
		}
		return counts
	}
	busyWeek := func(day, hour int) uint64 { // nights are quiet, those of the weekend less so
		switch {
		case hour < 3 || hour > 4:
			return 1000
		case day >= 5:
			return 500
		default:
			return uint64(100 + day)
		}
	}
	for name, c := range map[string]struct {
		counts [168]uint64
		want   string
		ok     bool
	}{
		"nights of weekdays":  {fill(busyWeek), "mon-fri 03:00 to 05:00 (Europe/Berlin)", true},
		"across midnight":     {fill(func(_, hour int) uint64 { return uint64(min(hour, 23-hour) * 10) }), "23:00 to 01:00 (Europe/Berlin)", true},
		"all the same":        {fill(func(int, int) uint64 { return 7 }), "00:00 to 02:00 (Europe/Berlin)", true},
		"one day without any": {fill(func(day, _ int) uint64 { return uint64(1 - day/6) }), "sun 00:00 to 02:00 (Europe/Berlin)", true},
		"nothing counted":     {[168]uint64{}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, ok := QuietHours(c.counts, "Europe/Berlin")
			if ok != c.ok || ok && w.String() != c.want {
				t.Errorf("%s, %v; want %s", w, ok, c.want)
			}
			if _, err := Load([]Window{w}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestQuietHoursBeginOnTheirDay(t *testing.T) {
	t.Parallel()
	var counts [168]uint64
	for i := range counts {
		counts[i] = 10
	}
	counts[6*24+23], counts[0] = 0, 0 // from Sunday 23:00 to Monday 01:00
	if w, ok := QuietHours(counts, ""); !ok || len(w.Weekdays) != 1 || w.Weekdays[0] != time.Sunday || w.From.String() != "23:00" || w.To.String() != "01:00" {
		t.Error(w, ok)
	}
}
