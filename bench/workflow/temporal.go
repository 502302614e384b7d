package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// temporal measures the same workflow on Temporal's own server, with its file in dir. It is a
// program in a module of its own, so that the product does not depend on it; null where it is not
// there. It has its own time for each measurement: at tens of workflows/s ours would be too short.
func temporal(ctx context.Context, dir string) (map[string]float64, error) {
	module := filepath.Join("bench", "temporal")
	if _, err := os.Stat(filepath.Join(module, "go.mod")); err != nil {
		progress("temporal: skipped, there is no %s here (run it from the repository's root)", module)
		return nil, nil
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	progress("compiling Temporal's server, which takes minutes the first time")
	c := exec.CommandContext(ctx, "go", "run", ".", "-o", "json", "-dir", dir)
	c.Dir, c.Stderr = module, os.Stderr
	c.Env = append(os.Environ(), "GOWORK=off")
	out, err := c.Output()
	if err != nil { // the other figures are not lost for it
		progress("temporal: not measured: bench/temporal: %v", err)
		return nil, nil
	}
	var levels map[string]struct {
		WorkflowsPerSecond float64 `json:"workflowsPerSecond"`
	}
	if err := json.Unmarshal(out, &levels); err != nil {
		return nil, fmt.Errorf("what bench/temporal prints: %w", err)
	}
	rates := map[string]float64{}
	for _, n := range inFlight {
		key := strconv.Itoa(n)
		if rates[key] = levels[key].WorkflowsPerSecond; rates[key] <= 0 {
			return nil, fmt.Errorf("bench/temporal measured nothing with %d in flight: %s", n, out)
		}
		progress("temporal, %d in flight: %.1f workflows/s", n, rates[key])
	}
	return rates, nil
}
