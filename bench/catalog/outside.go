package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// rounds is how often the command is run.
const rounds = 3

// outside writes the files and checks them as a user does.
func outside(ctx context.Context, files []file, slipway, keep string, r *report) error {
	dir := keep
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "slipway-bench-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f.name), []byte(f.data), 0o644); err != nil {
			return err
		}
	}
	if slipway == "" {
		return nil
	}
	var took []float64
	for range rounds {
		cmd := exec.CommandContext(ctx, slipway, "check", dir)
		begin := time.Now()
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("slipway check: %w: %s", err, out)
		}
		took = append(took, time.Since(begin).Seconds())
		if use, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			r.Memory = max(r.Memory, use.Maxrss*1024)
		}
	}
	slices.Sort(took)
	r.Command = took[rounds/2]
	return nil
}
