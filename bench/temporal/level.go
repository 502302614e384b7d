package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"
)

const (
	warmUp     = 10 * time.Second
	warmUpMost = 90 * time.Second // for the first workflow of every client to be started
)

// level is what was measured with a number in flight; see Method.
type level struct {
	WorkflowsPerSecond float64  `json:"workflowsPerSecond"`     // steps / 5 / seconds
	Best               float64  `json:"bestWorkflowsPerSecond"` // in the best fifth of the window
	Seconds            float64  `json:"seconds"`                // measured
	WarmUpSeconds      float64  `json:"warmUpSeconds"`          // before that
	Steps              int64    `json:"steps"`                  // activities whose outcome came back
	Completed          int      `json:"completed"`              // whole workflows
	Failed             int      `json:"failed"`                 // workflows, warm-up and all
	MeanMs             float64  `json:"meanMs"`                 // in flight / workflows per second
	P50Ms              *float64 `json:"p50Ms"`                  // null: the warm-up was shorter than the mean
	P99Ms              *float64 `json:"p99Ms"`
	CPUMsPerWorkflow   float64  `json:"cpuMsPerWorkflow"` // of the process: server, worker and clients
}

// measure runs workflows on a new server for the warm-up and the window, with n in flight.
func measure(ctx context.Context, dir string, n int, window time.Duration, tuned bool) (level, error) {
	server, address, err := startServer(dir, tuned)
	if err != nil {
		return level{}, err
	}
	defer func() { _ = server.Stop() }()
	s := &steps{}
	c, w, err := connect(address, s, tuned)
	if err != nil {
		return level{}, err
	}
	defer c.Close()
	defer w.Stop()
	ctx, cancel := context.WithCancel(ctx)
	var clients sync.WaitGroup
	defer clients.Wait()
	defer cancel()
	l := &load{client: c, steps: s, eager: tuned, ramp: make(chan struct{}, 16)}
	begin := time.Now()
	for i := range n {
		clients.Go(func() { l.run(ctx, i) })
	}
	if err := l.warm(ctx, n, min(warmUp, window)); err != nil {
		return level{}, err
	}
	return l.observe(n, begin, window)
}

// warm waits that long, and until all clients have a workflow in flight.
func (l *load) warm(ctx context.Context, n int, least time.Duration) error {
	begin := time.Now()
	for time.Since(begin) < least || l.begun.Load() < int64(n) {
		if time.Since(begin) > warmUpMost {
			return fmt.Errorf("%d of %d workflows were started in %s: try a faster disk, or a quieter machine", l.begun.Load(), n, warmUpMost)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return nil
}

// observe lets the load go on for the window and sums up.
func (l *load) observe(n int, begin time.Time, window time.Duration) (level, error) {
	from, stepsBefore, cpuBefore := time.Now(), l.steps.n.Load(), cpu()
	best := 0.0
	for range 5 {
		slice, before := time.Now(), l.steps.n.Load()
		time.Sleep(window / 5)
		best = max(best, float64(l.steps.n.Load()-before)/pairs/time.Since(slice).Seconds())
	}
	seconds, done, used := time.Since(from).Seconds(), l.steps.n.Load()-stepsBefore, cpu()-cpuBefore
	took, failed, err := l.since(from)
	if done == 0 {
		return level{}, fmt.Errorf("no step ended in %s; failures: %w", window, err)
	}
	if failed > 0 {
		fmt.Fprintf(os.Stderr, "bench/temporal: %d failed: %v\n", failed, err)
	}
	r := summary(n, seconds, from.Sub(begin).Seconds(), done, used, took)
	r.Failed, r.Best = failed, best
	return r, nil
}

// summary is pure arithmetic.
func summary(n int, seconds, warm float64, steps int64, used time.Duration, took []time.Duration) level {
	workflows := float64(steps) / pairs
	r := level{
		WorkflowsPerSecond: workflows / seconds, Seconds: seconds, WarmUpSeconds: warm, Steps: steps, Completed: len(took),
		MeanMs: float64(n) / (workflows / seconds) * 1000, CPUMsPerWorkflow: ms(used) / workflows,
	}
	if len(took) > 0 && warm*1000 >= r.MeanMs {
		slices.Sort(took)
		p50, p99 := ms(took[len(took)/2]), ms(took[len(took)*99/100])
		r.P50Ms, r.P99Ms = &p50, &p99
	}
	return r
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// cpu is what the process used so far, in user and system mode.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // the arguments are constant
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
