package manifest

import (
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // the tests must not depend on the machine's time zones
)

func TestMomentIn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, zone, first, last string }{
		{"2026-12-20T18:00", "", "2026-12-20T18:00:00Z", ""},
		{"2026-12-20T18:00:30", "Europe/Berlin", "2026-12-20T17:00:30Z", ""},
		{"2026-07-20T18:00", "Europe/Berlin", "2026-07-20T16:00:00Z", ""},
		{"2026-07-20T18:00:00+05:30", "Europe/Berlin", "2026-07-20T12:30:00Z", ""}, // it says its offset itself
		{"2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"},
		{"2026-10-25T03:00", "Europe/Berlin", "2026-10-25T02:00:00Z", ""},
		{"2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30:00Z", ""}, // there is none
		{"2026-11-01T01:30", "America/New_York", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"},
		{"2026-04-05T01:45", "Australia/Lord_Howe", "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"}, // by half an hour
		{"2011-12-30T10:00", "Pacific/Apia", "2011-12-30T20:00:00Z", ""},                            // a day that was left out
	} {
		first, last, err := Moment(c.text).In(Zone(c.zone))
		if c.last == "" {
			c.last = c.first
		}
		if err != nil || first.Format(time.RFC3339) != c.first || last.Format(time.RFC3339) != c.last {
			t.Errorf("%s in %s: %s to %s, want %s to %s (%v)", c.text, c.zone, first.Format(time.RFC3339), last.Format(time.RFC3339), c.first, c.last, err)
		}
	}
	for _, bad := range []string{"", "2026-12-20", "2026-13-20T00:00", "now"} {
		if _, _, err := Moment(bad).In(""); err == nil {
			t.Errorf("%q is a time", bad)
		}
	}
	if _, _, err := Moment("2026-12-20T00:00").In("Europe/Atlantis"); err == nil {
		t.Error("there is a time in Atlantis")
	}
}

// What the pattern of a scalar lets through, its method must read.
func TestScalarsAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[Weekdays][]time.Weekday{
		"": nil, "sat": {time.Saturday}, "fri-mon": {time.Monday, time.Friday, time.Saturday, time.Sunday},
		"tue,mon - tue": nil, "mon-tue , thu": {time.Monday, time.Tuesday, time.Thursday}, "mon-mon": {time.Monday},
	} {
		if text != "" && !rules["Weekdays"].compiled.MatchString(string(text)) {
			if want != nil {
				t.Errorf("%q is refused", text)
			}
			continue
		}
		if got := text.Days(); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	for hour := range 25 {
		for minute := range 60 {
			text := time.Time{}.Add(time.Duration(hour*60+minute) * time.Minute).Format("15:04")
			if hour == 24 {
				text = "24" + text[2:]
			}
			want := hour*60 + minute
			if !rules["Clock"].compiled.MatchString(text) {
				if want <= 1440 {
					t.Errorf("%q is refused", text)
				}
				continue
			}
			if got := int(Clock(text).Minutes()); got != want {
				t.Errorf("%q: %d, want %d", text, got, want)
			}
		}
	}
}

func TestFreezeSpan(t *testing.T) {
	t.Parallel()
	f := Freeze{From: "2026-10-25T02:30", Until: "2026-10-25T02:45", Zone: "Europe/Berlin"}
	from, until, err := f.Span()
	if err != nil || from.Format(time.RFC3339) != "2026-10-25T00:30:00Z" || until.Format(time.RFC3339) != "2026-10-25T01:45:00Z" {
		t.Errorf("%s to %s (%v): it does not take in both hours", from, until, err)
	}
}
