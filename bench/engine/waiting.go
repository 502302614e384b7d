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

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// waiting is what 100,000 machines cost that wait for a timer.
type waiting struct {
	RestartSeconds  float64 `json:"restartSeconds"`  // from the start of the process until the engine leads
	BytesPerMachine float64 `json:"bytesPerMachine"` // resident memory, beyond that of an engine without any
}

const machines = 100_000

// sleeper waits for a day that does not come.
type sleeper struct{}

type sleeperState struct {
	Until time.Time `json:"until"`
	Note  string    `json:"note"`
}

func (sleeper) Step(_ sleeperState, ev machine.Event) (machine.Next[sleeperState], error) {
	s := sleeperState{Until: ev.At.AddDate(1, 0, 0), Note: "waits for an answer that takes its time"}
	return machine.Next[sleeperState]{State: s}, nil
}
func (sleeper) Desired(s sleeperState) []machine.Desired {
	return []machine.Desired{machine.After("give up", s.Until)}
}
func (sleeper) Summary(sleeperState) machine.Summary {
	return machine.Summary{Status: "waiting", Title: "an answer", Labels: map[string]string{"team": "bench"}}
}
func (sleeper) Upgrade(int, []byte) (s sleeperState, err error) { return s, nil }

const childEnv = "SLIPWAY_BENCH_ENGINE_CHILD"

// measureWaiting fills one store and leaves another empty; a process of its own starts
// an engine on each.
func measureWaiting(ctx context.Context, dir string) (w waiting, err error) {
	progress("making %d waiting machines", machines)
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
	w.BytesPerMachine = max(0, float64(many.Resident-none.Resident)/machines)
	progress("restart with %d waiting: %.3f s, %.0f bytes each", machines, w.RestartSeconds, w.BytesPerMachine)
	return w, nil
}

func startSleepers(ctx context.Context, path string) (*store.Store, *engine.Engine, error) {
	s, err := store.Open(ctx, path, store.Options{Log: quiet})
	if err != nil {
		return nil, nil, err
	}
	e := engine.New(s, engine.Options{Log: quiet})
	engine.Register(e, "sleeper", 1, sleeper{})
	return s, e, e.Start(ctx)
}

func fill(ctx context.Context, path string) error {
	s, e, err := startSleepers(ctx, path)
	if err != nil {
		return err
	}
	defer s.Close()
	defer e.Stop(ctx)
	const clients = 500
	errs := make([]error, clients)
	var group sync.WaitGroup
	for i := range clients {
		group.Go(func() {
			for j := i; j < machines && errs[i] == nil; j += clients {
				_, errs[i] = e.Submit(ctx, engine.To{Machine: fmt.Sprintf("sleeper/%d", j), Event: machine.Event{Type: "wait", Actor: machine.System("bench")}})
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
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
	s, e, err := startSleepers(ctx, path)
	if err != nil {
		return err
	}
	r := childReport{Seconds: time.Since(time.Unix(0, began)).Seconds()}
	rows, err := e.List(ctx, "sleeper/", store.ListOptions{Limit: 1})
	if err != nil {
		return err
	}
	if strings.HasSuffix(path, "waiting.db") && len(rows) != 1 {
		return errors.New("the machines are not there")
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
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		return err
	}
	if err := e.Stop(ctx); err != nil {
		return err
	}
	return s.Close()
}
