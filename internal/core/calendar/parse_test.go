package calendar

import (
	"slices"
	"testing"
	"time"
)

func TestParseWeekdays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]time.Weekday{
		"":                nil,
		"mon":             {time.Monday},
		"mon-thu, sat":    {time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Saturday},
		"SAT,Mon , sat":   {time.Monday, time.Saturday},
		"sat-mon":         {time.Monday, time.Saturday, time.Sunday},
		"mon-sun":         {time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday},
		"fri - fri":       {time.Friday},
		"tue-wed,wed-fri": {time.Tuesday, time.Wednesday, time.Thursday, time.Friday},
	} {
		got, err := ParseWeekdays(text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"monday", "mon-", "-", ",", "mon;tue", "mon-tue-wed", "mo", "1-5"} {
		if got, err := ParseWeekdays(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestParseClock(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Clock{"00:00": 0, "09:05": 545, "23:59": 1439, "24:00": 1440} {
		got, err := ParseClock(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "9:00", "09:60", "24:01", "25:00", "0900", "-1:00", "+9:00", "09:0", "09:00:00", " 09:00", "ab:cd"} {
		if got, err := ParseClock(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestWindowString(t *testing.T) {
	t.Parallel()
	for want, w := range map[string]Window{
		"mon-thu, sat 09:00 to 16:00 (Europe/Berlin)": parse(t, "mon-thu,sat", "09:00", "16:00", "Europe/Berlin"),
		"22:00 to 24:00 (UTC)":                        parse(t, "", "22:00", "24:00", ""),
		"sat, sun 22:00 to 04:00 (UTC)":               parse(t, "sat-sun", "22:00", "04:00", ""),
	} {
		if got := w.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
