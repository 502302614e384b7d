package workflow_test

import (
	"testing"
	"time"

	"slipway.dev/internal/core/workflow"
)

func TestParseDuration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"PT30S":        30 * time.Second,
		"PT1H30M":      90 * time.Minute,
		"P2D":          48 * time.Hour,
		"P1W":          168 * time.Hour,
		"P1DT1S":       24*time.Hour + time.Second,
		"PT0.5S":       500 * time.Millisecond,
		"P0.5D":        12 * time.Hour,
		"PT0S":         0,
		"P1W2DT3H4M5S": 9*24*time.Hour + 3*time.Hour + 4*time.Minute + 5*time.Second,
		"P36500D":      36500 * 24 * time.Hour,
	} {
		if got, err := workflow.ParseDuration(text); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "P", "PT", "P1DT", "30s", "PT30", "P1Y", "P1M", "P1Y2M", "-PT1S", "PT-1S", "pt1s", "PT1S ", "PT1.2.3S", "PT.5S", "PT5.S",
		"P99999999D", "PT1S1M", "P1H",
	} {
		if got, err := workflow.ParseDuration(text); err == nil {
			t.Errorf("%q is taken as %v", text, got)
		}
	}
}

func TestDurationOf(t *testing.T) {
	t.Parallel()
	got, err := workflow.DurationOf(map[string]any{"days": 1, "hours": 2, "minutes": 3, "seconds": 4, "milliseconds": 5})
	if want := 26*time.Hour + 3*time.Minute + 4*time.Second + 5*time.Millisecond; err != nil || got != want {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	if got, err := workflow.DurationOf("PT5S"); err != nil || got != 5*time.Second {
		t.Errorf("%v, %v", got, err)
	}
	for _, v := range []any{
		nil, 5, true, []any{}, map[string]any{}, map[string]any{"weeks": 1}, map[string]any{"": 1}, map[string]any{"seconds": -1},
		map[string]any{"seconds": 1.5}, map[string]any{"seconds": "1"}, map[string]any{"days": 1 << 62}, map[string]any{"seconds": 1, "years": 1},
	} {
		if got, err := workflow.DurationOf(v); err == nil {
			t.Errorf("%v is taken as %v", v, got)
		}
	}
}
