package calendar

import (
	"testing"
	"time"
	_ "time/tzdata" // the tests must not depend on the machine's time zones
)

func load(t *testing.T, days, from, to, zone string) Hours {
	t.Helper()
	h, err := Load([]Window{parse(t, days, from, to, zone)})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func parse(t *testing.T, days, from, to, zone string) Window {
	t.Helper()
	weekdays, err := ParseWeekdays(days)
	if err != nil {
		t.Fatal(err)
	}
	w := Window{Weekdays: weekdays, Zone: zone}
	if w.From, err = ParseClock(from); err != nil {
		t.Fatal(err)
	}
	if w.To, err = ParseClock(to); err != nil {
		t.Fatal(err)
	}
	return w
}

// at reads a moment; "" is never.
func at(t *testing.T, text string) time.Time {
	t.Helper()
	if text == "" {
		return time.Time{}
	}
	moment, err := time.Parse("2006-01-02 15:04 -0700", text)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

// In Europe/Berlin the hour from 02:00 is missing on 29 March 2026, and doubled on 25 October.
func TestHours(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		days, from, to, zone string
		at                   string
		open                 bool
		nextOpen, nextChange string // nextOpen "": at
	}{
		"inside":                   {"mon-thu", "09:00", "16:00", "Europe/Berlin", "2026-11-23 12:00 +0100", true, "", "2026-11-23 16:00 +0100"},
		"its first moment":         {"mon-thu", "09:00", "16:00", "Europe/Berlin", "2026-11-23 09:00 +0100", true, "", "2026-11-23 16:00 +0100"},
		"its end is outside":       {"mon-thu", "09:00", "16:00", "Europe/Berlin", "2026-11-23 16:00 +0100", false, "2026-11-24 09:00 +0100", "2026-11-24 09:00 +0100"},
		"over the weekend":         {"mon-thu", "09:00", "16:00", "Europe/Berlin", "2026-11-26 16:30 +0100", false, "2026-11-30 09:00 +0100", "2026-11-30 09:00 +0100"},
		"the day of its zone":      {"mon", "09:00", "16:00", "Pacific/Auckland", "2026-11-22 21:00 +0000", true, "", "2026-11-23 03:00 +0000"},
		"UTC by default":           {"", "09:00", "16:00", "", "2026-11-23 09:30 +0100", false, "2026-11-23 09:00 +0000", "2026-11-23 09:00 +0000"},
		"past midnight, before":    {"fri", "22:00", "04:00", "Europe/Berlin", "2026-11-27 23:00 +0100", true, "", "2026-11-28 04:00 +0100"},
		"past midnight, after":     {"fri", "22:00", "04:00", "Europe/Berlin", "2026-11-28 03:59 +0100", true, "", "2026-11-28 04:00 +0100"},
		"not before that day":      {"fri", "22:00", "04:00", "Europe/Berlin", "2026-11-27 03:00 +0100", false, "2026-11-27 22:00 +0100", "2026-11-27 22:00 +0100"},
		"from = to is a day":       {"fri", "22:00", "22:00", "UTC", "2026-11-28 21:59 +0000", true, "", "2026-11-28 22:00 +0000"},
		"until midnight":           {"fri", "22:00", "24:00", "UTC", "2026-11-27 23:59 +0000", true, "", "2026-11-28 00:00 +0000"},
		"from midnight at the end": {"fri", "24:00", "02:00", "UTC", "2026-11-28 01:00 +0000", true, "", "2026-11-28 02:00 +0000"},
		"always":                   {"", "00:00", "24:00", "Europe/Berlin", "2026-11-27 23:59 +0000", true, "", ""},

		"on 29 February":      {"sat", "09:00", "16:00", "UTC", "2028-02-28 12:00 +0000", false, "2028-03-04 09:00 +0000", "2028-03-04 09:00 +0000"},
		"past a leap night":   {"tue", "22:00", "04:00", "UTC", "2028-02-29 23:00 +0000", true, "", "2028-03-01 04:00 +0000"},
		"past the year's end": {"thu", "22:00", "04:00", "UTC", "2027-01-01 01:00 +0000", true, "", "2027-01-01 04:00 +0000"},

		"spring: across the missing hour":    {"sun", "01:00", "04:00", "Europe/Berlin", "2026-03-29 01:59 +0100", true, "", "2026-03-29 04:00 +0200"},
		"spring: begins in the missing hour": {"sun", "02:30", "05:00", "Europe/Berlin", "2026-03-29 01:30 +0100", false, "2026-03-29 03:00 +0200", "2026-03-29 03:00 +0200"},
		"spring: ends in the missing hour":   {"sun", "01:00", "02:30", "Europe/Berlin", "2026-03-29 01:30 +0100", true, "", "2026-03-29 03:00 +0200"},
		"spring: within the missing hour":    {"sun", "02:15", "02:45", "Europe/Berlin", "2026-03-29 01:30 +0100", false, "2026-04-05 02:15 +0200", "2026-04-05 02:15 +0200"},
		"spring: past midnight":              {"sat", "23:00", "03:00", "Europe/Berlin", "2026-03-29 01:59 +0100", true, "", "2026-03-29 03:00 +0200"},
		"spring: the days after":             {"mon", "09:00", "16:00", "Europe/Berlin", "2026-03-28 12:00 +0100", false, "2026-03-30 09:00 +0200", "2026-03-30 09:00 +0200"},
		"autumn: across the doubled hour":    {"sun", "01:00", "04:00", "Europe/Berlin", "2026-10-25 01:30 +0200", true, "", "2026-10-25 04:00 +0100"},
		"autumn: begins in its first":        {"sun", "02:30", "05:00", "Europe/Berlin", "2026-10-25 01:30 +0200", false, "2026-10-25 02:30 +0200", "2026-10-25 02:30 +0200"},
		"autumn: goes on through its second": {"sun", "02:30", "05:00", "Europe/Berlin", "2026-10-25 02:15 +0100", true, "", "2026-10-25 05:00 +0100"},
		"autumn: ends in its first":          {"sun", "01:00", "02:30", "Europe/Berlin", "2026-10-25 02:15 +0200", true, "", "2026-10-25 02:30 +0200"},
		"autumn: does not open twice":        {"sun", "01:00", "02:30", "Europe/Berlin", "2026-10-25 02:15 +0100", false, "2026-11-01 01:00 +0100", "2026-11-01 01:00 +0100"},
		"midnight is missing":                {"sun", "00:00", "06:00", "America/Santiago", "2026-09-06 03:59 +0000", false, "2026-09-06 04:00 +0000", "2026-09-06 04:00 +0000"},
		"the day is missing":                 {"fri", "09:00", "16:00", "Pacific/Apia", "2011-12-29 12:00 -1000", false, "2012-01-06 09:00 +1400", "2012-01-06 09:00 +1400"},
		"half an hour of summer":             {"sun", "01:45", "02:15", "Australia/Lord_Howe", "2026-10-04 01:50 +1030", true, "", "2026-10-04 02:30 +1100"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, now := load(t, c.days, c.from, c.to, c.zone), at(t, c.at)
			if got := h.Open(now); got != c.open {
				t.Errorf("Open = %v", got)
			}
			next := now
			if !c.open {
				next = at(t, c.nextOpen)
			}
			if got := h.NextOpen(now); !got.Equal(next) {
				t.Errorf("NextOpen = %v, want %v", got, next)
			}
			if got, want := h.NextChange(now), at(t, c.nextChange); !got.Equal(want) {
				t.Errorf("NextChange = %v, want %v", got, want)
			}
		})
	}
}

func TestSeveralWindows(t *testing.T) {
	t.Parallel()
	h, err := Load([]Window{
		parse(t, "mon", "09:00", "12:00", "UTC"), parse(t, "mon", "11:00", "14:00", "UTC"), parse(t, "mon", "14:00", "15:00", "UTC"), parse(t, "wed", "09:00", "10:00", "UTC"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := h.NextChange(at(t, "2026-11-23 09:30 +0000")), at(t, "2026-11-23 15:00 +0000"); !got.Equal(want) {
		t.Errorf("windows that touch close at %v, want %v", got, want)
	}
	if got, want := h.NextOpen(at(t, "2026-11-23 15:00 +0000")), at(t, "2026-11-25 09:00 +0000"); !got.Equal(want) {
		t.Errorf("the next one opens at %v, want %v", got, want)
	}
}

func TestNoWindows(t *testing.T) {
	t.Parallel()
	h, err := Load(nil)
	now := at(t, "2026-11-23 09:30 +0000")
	if err != nil || !h.Open(now) || !h.NextOpen(now).Equal(now) || !h.NextChange(now).IsZero() {
		t.Error("without windows it is always open")
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]Window{
		"zone": {From: 1, To: 2, Zone: "Europe/Atlantis"}, "negative": {From: -1, To: 2}, "over a day": {From: 1, To: day + 1},
	} {
		if _, err := Load([]Window{w}); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

// TestAgainstEveryMinute walks a year with its summer time: the answers agree with one another
// at every quarter of an hour.
func TestAgainstEveryMinute(t *testing.T) {
	t.Parallel()
	h, err := Load([]Window{parse(t, "fri-sun", "23:15", "02:30", "Europe/Berlin"), parse(t, "tue", "08:00", "08:15", "America/New_York")})
	if err != nil {
		t.Fatal(err)
	}
	now, until := at(t, "2026-01-01 00:00 +0000"), at(t, "2027-01-01 00:00 +0000")
	change, was, opened := h.NextChange(now), h.Open(now), 0
	for ; now.Before(until); now = now.Add(15 * time.Minute) {
		if now.Equal(change) {
			was, change = !was, h.NextChange(now)
			if was {
				opened++
			}
		}
		if h.Open(now) != was || !h.NextChange(now).Equal(change) {
			t.Fatalf("%v: open %v, next change %v; walked: %v, %v", now, h.Open(now), h.NextChange(now), was, change)
		}
		if next := h.NextOpen(now); was && !next.Equal(now) || !was && !next.Equal(change) {
			t.Fatalf("%v: next open %v", now, next)
		}
	}
	if want := 3*52 + 52; opened < want-1 || opened > want+2 { // 2026 has 53 Thursdays, no 53rd Friday
		t.Errorf("it opened %d times, want about %d", opened, want)
	}
}
