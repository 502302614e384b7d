package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"slipway.dev/internal/store"
)

// waiting is what runs cost that wait for an approval.
type waiting struct {
	BytesPerRun    float64 `json:"bytesPerRun"`    // resident memory, beyond that of an engine without any
	RestartSeconds float64 `json:"restartSeconds"` // from the start of the process until the engine leads
}

const runs = 100_000

const childEnv = "SLIPWAY_BENCH_WORKFLOW_CHILD"

const approval = "do: [{set: {set: {order: '${ .order }'}}}, {ask: {call: approval, with: {title: Refund?, from: [ops]}}}, {done: {set: {done: true}}}]"

// measureWaiting fills one store and leaves another empty; a process of its own starts an
// engine on each.
func measureWaiting(ctx context.Context, dir string) (w waiting, err error) {
	progress("making %d runs that wait for an approval", runs)
	full, empty := filepath.Join(dir, "waiting.db"), filepath.Join(dir, "empty.db")
	if err := fill(ctx, full); err != nil {
		return w, err
	}
	none, err := restart(empty)
	if err != nil {
		return w, err
	}
	many, err := restart(full)
	if err != nil {
		return w, err
	}
	w.RestartSeconds = many.Seconds
	w.BytesPerRun = max(0, float64(many.Resident-none.Resident)/runs)
	progress("restart with %d waiting: %.3f s, %.0f bytes each", runs, w.RestartSeconds, w.BytesPerRun)
	return w, nil
}

func fill(ctx context.Context, path string) error {
	h, err := open(ctx, path)
	if err != nil {
		return err
	}
	defer h.close()
	digest, err := h.define(ctx, approval)
	if err != nil {
		return err
	}
	const clients = 500
	errs := make([]error, clients)
	var group sync.WaitGroup
	for i := range clients {
		group.Go(func() {
			for j := i; j < runs && errs[i] == nil; j += clients {
				errs[i] = h.start(ctx, h.name(), digest, order)
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

type childReport struct {
	Seconds  float64
	Resident int64
}

func restart(path string) (r childReport, err error) {
	self, err := os.Executable()
	if err != nil {
		return r, err
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), childEnv+"="+path, fmt.Sprintf("%s_BEGAN=%d", childEnv, time.Now().UnixNano()))
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(bytes.TrimSpace(out), &r)
}

// child starts an engine, and looks at itself once all is quiet.
func child(path string) error {
	var began int64
	fmt.Sscan(os.Getenv(childEnv+"_BEGAN"), &began)
	ctx := context.Background()
	h, err := open(ctx, path)
	if err != nil {
		return err
	}
	defer h.close()
	r := childReport{Seconds: time.Since(time.Unix(0, began)).Seconds()}
	for prefix, want := range map[string]string{"run/": "waiting", "task/": "open"} {
		rows, err := h.engine.List(ctx, prefix, store.ListOptions{Limit: 1})
		if err != nil {
			return err
		}
		if strings.HasSuffix(path, "waiting.db") && (len(rows) != 1 || rows[0].Status != want) {
			return fmt.Errorf("the runs do not wait: %+v", rows)
		}
	}
	runtime.GC()
	debug.FreeOSMemory()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	fmt.Sscan(rest, &r.Resident)
	r.Resident *= 1024
	return json.NewEncoder(os.Stdout).Encode(r)
}
