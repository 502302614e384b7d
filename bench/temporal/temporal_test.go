package main

import (
	"os"
	"testing"
	"time"
)

// TestSmall runs a few workflows in each setup, to their end, on a real server.
func TestSmall(t *testing.T) {
	if os.Getenv("SLIPWAY_HEAVY") == "" {
		t.Skip("with SLIPWAY_HEAVY=1")
	}
	for name, tuned := range map[string]bool{"default": false, "tuned": true} {
		t.Run(name, func(t *testing.T) {
			r, err := measureFresh(t.TempDir(), 4, 2*time.Second, tuned)
			if err != nil {
				t.Fatal(err)
			}
			if r.Failed > 0 || r.Completed == 0 || r.Steps < int64(r.Completed) || r.CPUMsPerWorkflow <= 0 || r.Best < r.WorkflowsPerSecond*0.99 {
				t.Errorf("measured %+v", r)
			}
		})
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	took := make([]time.Duration, 100)
	for i := range took {
		took[99-i] = time.Duration(i+1) * time.Second
	}
	r := summary(64, 20, 10, 1280, 6400*time.Millisecond, took)
	if r.WorkflowsPerSecond != 12.8 || r.MeanMs != 5000 || r.CPUMsPerWorkflow != 25 || r.Completed != 100 {
		t.Errorf("got %+v", r)
	}
	if r.P50Ms == nil || *r.P50Ms != 51000 || r.P99Ms == nil || *r.P99Ms != 100000 {
		t.Errorf("percentiles: got %v and %v", r.P50Ms, r.P99Ms)
	}
	if r := summary(1024, 20, 10, 1280, 0, took); r.P50Ms != nil || r.P99Ms != nil {
		t.Error("a warm-up shorter than the mean of 80 s must not give percentiles")
	}
}
