package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// temporal measures the same workflow on Temporal's own server. It is a program in a module of
// its own, so that the product does not depend on it; null where it is not there.
func temporal(ctx context.Context, d time.Duration) (map[string]float64, error) {
	dir := filepath.Join("bench", "temporal")
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		progress("temporal: skipped, there is no %s here (run it from the repository's root)", dir)
		return nil, nil
	}
	c := exec.CommandContext(ctx, "go", "run", ".", "-o", "json", "-seconds", fmt.Sprint(d.Seconds()))
	c.Dir, c.Stderr = dir, os.Stderr
	c.Env = append(os.Environ(), "GOWORK=off")
	out, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("bench/temporal: %w", err)
	}
	var rates map[string]float64
	if err := json.Unmarshal(out, &rates); err != nil {
		return nil, fmt.Errorf("what bench/temporal prints: %w", err)
	}
	for _, n := range inFlight {
		progress("temporal, %d in flight: %.1f workflows/s", n, rates[fmt.Sprint(n)])
	}
	return rates, nil
}
