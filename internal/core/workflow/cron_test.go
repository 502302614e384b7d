package workflow_test

import (
	"testing"
	"time"

	"slipway.dev/internal/core/workflow"
)

// TestNextCron is mostly about the nights in which clocks are changed: in Berlin on 2026-03-29
// from 2:00 to 3:00, and on 2026-10-25 from 3:00 back to 2:00; in Sydney at other times; on Lord Howe by half an hour.
func TestNextCron(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, zone, expr, after string
		want                    []string
	}{
		{"every day", "UTC", "0 0 * * *", "2026-01-01T12:00:00Z", []string{"2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"}},
		{"strictly after", "UTC", "0 0 * * *", "2026-01-02T00:00:00Z", []string{"2026-01-03T00:00:00Z"}},
		{"a name", "Europe/Berlin", "@daily", "2026-01-01T12:00:00Z", []string{"2026-01-01T23:00:00Z"}},
		{"weekdays", "Europe/Berlin", "30 4 * * 1-5", "2026-01-02T12:00:00Z", []string{"2026-01-05T03:30:00Z"}},
		{"29 February", "UTC", "0 0 29 2 *", "2026-01-01T00:00:00Z", []string{"2028-02-29T00:00:00Z"}},
		{"an hour that is left out", "Europe/Berlin", "30 2 * * *", "2026-03-28T12:00:00Z",
			[]string{"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}},
		{"left out, and the next one", "Europe/Berlin", "0 2,3 * * *", "2026-03-28T12:00:00Z",
			[]string{"2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"}},
		{"an hour that comes twice", "Europe/Berlin", "30 2 * * *", "2026-10-24T12:00:00Z",
			[]string{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
		{"in between", "Europe/Berlin", "30 2 * * *", "2026-10-25T00:45:00Z", []string{"2026-10-26T01:30:00Z"}},
		{"every hour, in the spring", "Europe/Berlin", "30 * * * *", "2026-03-29T00:00:00Z",
			[]string{"2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z"}},
		{"every hour, in the autumn", "Europe/Berlin", "30 * * * *", "2026-10-25T00:00:00Z",
			[]string{"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"}},
		{"every quarter in the autumn", "Europe/Berlin", "*/15 * * * *", "2026-10-25T00:50:00Z",
			[]string{"2026-10-25T01:00:00Z", "2026-10-25T01:15:00Z"}},
		{"half an hour left out", "Australia/Lord_Howe", "15 2 * * *", "2026-10-03T00:00:00Z", []string{"2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"}},
		{"the other half", "Australia/Sydney", "30 2 * * *", "2026-10-03T00:00:00Z", []string{"2026-10-03T16:00:00Z", "2026-10-04T15:30:00Z"}},
		{"never", "UTC", "0 0 31 2 *", "2026-01-01T00:00:00Z", []string{""}},
		{"not one", "UTC", "TZ=Mars", "2026-01-01T00:00:00Z", []string{""}},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(c.zone)
			if err != nil {
				t.Skipf("no time zones here: %v", err)
			}
			at, err := time.Parse(time.RFC3339, c.after)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range c.want {
				next, ok := workflow.NextCron(c.expr, zone, at)
				got := ""
				if ok {
					got = next.UTC().Format(time.RFC3339)
				}
				if got != want {
					t.Fatalf("after %s: %q, want %q", at.UTC().Format(time.RFC3339), got, want)
				}
				at = next
			}
		})
	}
}

// TestCronGoesOn goes through a year in a zone with changes: each is later than the one before.
func TestCronGoesOn(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skipf("no time zones here: %v", err)
	}
	for expr, want := range map[string]int{"*/30 1-3 * * *": 365*6 - 2, "0 * * * *": 365 * 24, "15 2 * * *": 365, "0 */6 * * *": 365 * 4} {
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, zone).Add(-time.Second)
		end := time.Date(2027, 1, 1, 0, 0, 0, 0, zone)
		got := 0
		for {
			next, ok := workflow.NextCron(expr, zone, at)
			if !ok || !next.After(at) {
				t.Fatalf("%s: %v after %v", expr, next, at)
			}
			if !next.Before(end) {
				break
			}
			got, at = got+1, next
		}
		if got != want {
			t.Errorf("%s: %d times a year, want %d", expr, got, want)
		}
	}
}
