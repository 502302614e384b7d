package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"slipway.dev/internal/core/workflow/interp"
)

const pairs = 5

// entries is how many journal entries one workflow makes: its start, and the outcome of each call.
const entries = pairs + 1

// inTurn is a workflow that sets and calls so many times, one after the other.
func inTurn(pairs int) string {
	var b strings.Builder
	b.WriteString("do:\n")
	for i := range pairs {
		fmt.Fprintf(&b, "  - set%[1]d: {set: {turn: %[1]d, order: '${ $workflow.input.order }'}}\n  - call%[1]d: {call: metric, with: {name: requests, match: {turn: '${ .turn | tostring }'}}, output: {as: .value}}\n", i)
	}
	return b.String()
}

var order = interp.Datum{V: []byte(`{"order":"A-1234567","seats":["12A","12B"],"customer":{"name":"Ada","language":"en"}}`)}

// compare measures the bare journal, the engine and the bare journal again for each number in
// flight, so that what else the machine does falls on both.
func compare(ctx context.Context, fresh func() string, d time.Duration) (embedded, bare map[string]float64, err error) {
	embedded, bare = map[string]float64{}, map[string]float64{}
	for _, n := range inFlight {
		var before, rate, after, cpu float64
		for _, step := range []func() error{
			func() (err error) { before, err = journal(ctx, fresh(), n, d/2); return err },
			func() (err error) { rate, cpu, err = perSecond(ctx, fresh(), pairs, n, d); return err },
			func() (err error) { after, err = journal(ctx, fresh(), n, d/2); return err },
		} {
			if err := step(); err != nil {
				return nil, nil, err
			}
		}
		key := strconv.Itoa(n)
		embedded[key], bare[key] = rate, (before+after)/2/entries
		progress("%d in flight: %.0f workflows/s; the bare journal %.0f (%.2f); CPU %.0f µs each", n, rate, bare[key], rate/bare[key], cpu)
	}
	return embedded, bare, nil
}

// perSecond runs workflows for a while, with so many in flight. cpu is what each took of it, in µs.
func perSecond(ctx context.Context, path string, pairs, n int, d time.Duration) (rate, cpu float64, err error) {
	h, err := open(ctx, path)
	if err != nil {
		return 0, 0, err
	}
	defer h.close()
	digest, err := h.define(ctx, inTurn(pairs))
	if err != nil {
		return 0, 0, err
	}
	var count atomic.Int64
	errs := make([]error, n)
	var clients sync.WaitGroup
	begin, cpu := time.Now(), cpuMicros()
	for i := range n {
		clients.Go(func() {
			var last string
			for time.Since(begin) < d && errs[i] == nil {
				if last, errs[i] = h.whole(ctx, digest, order, int64(pairs)+1); errs[i] == nil {
					count.Add(1)
				}
			}
			if errs[i] == nil && last != "" {
				errs[i] = h.check(ctx, last, "42")
			}
		})
	}
	clients.Wait()
	seconds := time.Since(begin).Seconds()
	done := float64(count.Load())
	return done / seconds, (cpuMicros() - cpu) / done, errors.Join(errs...)
}

// cpuMicros is what this process has used so far.
func cpuMicros() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1000
}

// kestra measures executions of two tasks, as Kestra publishes them: per minute.
func kestra(ctx context.Context, path string, d time.Duration) (float64, error) {
	rate, cpu, err := perSecond(ctx, path, 1, 64, d)
	progress("two tasks: %.0f executions/min; CPU %.0f µs each", rate*60, cpu)
	return rate * 60, err
}
