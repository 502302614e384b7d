package calendar

import (
	"testing"
	"time"
)

func TestFrozen(t *testing.T) {
	t.Parallel()
	freezes := []Freeze{
		{Name: "sale", From: at(t, "2026-11-27 00:00 +0000"), Until: at(t, "2026-11-30 00:00 +0000")},
		{Name: "audit", From: at(t, "2026-11-28 00:00 +0000"), Until: at(t, "2026-12-02 00:00 +0000")},
		{Name: "backwards", From: at(t, "2026-12-24 00:00 +0000"), Until: at(t, "2026-12-20 00:00 +0000")},
	}
	for moment, want := range map[string]string{
		"2026-11-26 23:59 +0000": "", "2026-11-27 00:00 +0000": "sale", "2026-11-28 12:00 +0000": "audit",
		"2026-11-30 00:00 +0000": "audit", "2026-12-02 00:00 +0000": "", "2026-12-22 00:00 +0000": "",
	} {
		f, is := Frozen(freezes, at(t, moment))
		if f.Name != want || is != (want != "") {
			t.Errorf("%s: %q, %v; want %q", moment, f.Name, is, want)
		}
	}
	for moment, want := range map[string]string{
		"2026-11-26 00:00 +0000": "2026-11-27 00:00 +0000", "2026-11-27 00:00 +0000": "2026-11-28 00:00 +0000", "2026-12-01 00:00 +0000": "",
	} {
		if got := NextFreeze(freezes, at(t, moment)); !got.Equal(at(t, want)) {
			t.Errorf("after %s comes %v, want %q", moment, got, want)
		}
	}
}

func TestNextWindow(t *testing.T) {
	t.Parallel()
	sale := Freeze{From: at(t, "2026-11-27 00:00 +0100"), Until: at(t, "2026-12-01 10:00 +0100")}
	long := Freeze{From: at(t, "2026-01-01 00:00 +0000"), Until: at(t, "2028-01-01 00:00 +0000")}
	for name, c := range map[string]struct {
		freezes         []Freeze
		now, from, till string
	}{
		"next one":                 {nil, "2026-11-22 12:00 +0100", "2026-11-23 09:00 +0100", "2026-11-23 16:00 +0100"},
		"in one":                   {nil, "2026-11-23 12:00 +0100", "2026-11-23 12:00 +0100", "2026-11-23 16:00 +0100"},
		"the rest after a freeze":  {[]Freeze{sale}, "2026-11-26 16:00 +0100", "2026-12-01 10:00 +0100", "2026-12-01 16:00 +0100"},
		"one freeze after another": {[]Freeze{sale, {From: sale.Until, Until: at(t, "2026-12-02 12:00 +0100")}}, "2026-11-26 16:00 +0100", "2026-12-02 12:00 +0100", "2026-12-02 16:00 +0100"},
		"until a freeze begins":    {[]Freeze{{From: at(t, "2026-11-23 11:00 +0100"), Until: sale.Until}}, "2026-11-22 12:00 +0100", "2026-11-23 09:00 +0100", "2026-11-23 11:00 +0100"},
		"none within a year":       {[]Freeze{long}, "2026-11-22 12:00 +0100", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, until, ok := NextWindow(load(t, "mon-thu", "09:00", "16:00", "Europe/Berlin"), c.freezes, at(t, c.now))
			if ok != (c.from != "") || !from.Equal(at(t, c.from)) || !until.Equal(at(t, c.till)) {
				t.Errorf("%v to %v, %v", from, until, ok)
			}
		})
	}
	if from, until, ok := NextWindow(Hours{}, nil, sale.From); !ok || !from.Equal(sale.From) || !until.IsZero() {
		t.Error("without windows and freezes it is now, for ever", from, until, ok)
	}
}

// A window inside a freeze of the same hours every week is never found, and the search ends.
func TestNextWindowEnds(t *testing.T) {
	t.Parallel()
	var freezes []Freeze
	for i := range 60 {
		monday := at(t, "2026-11-23 00:00 +0000").AddDate(0, 0, 7*i)
		freezes = append(freezes, Freeze{From: monday, Until: monday.Add(24 * time.Hour)})
	}
	if from, _, ok := NextWindow(load(t, "mon", "09:00", "16:00", "UTC"), freezes, at(t, "2026-11-22 00:00 +0000")); ok {
		t.Error("found", from)
	}
}
