package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// five is a machine of five steps: the first has an effect whose outcome makes the
// second, and so on. Five events, five commits, one after the other.
type five struct{}

type fiveState struct {
	Steps int `json:"steps"`
}

const steps = 5

func (five) Step(s fiveState, ev machine.Event) (machine.Next[fiveState], error) {
	s.Steps++
	next := machine.Next[fiveState]{State: s}
	if s.Steps < steps {
		next.Effects = []machine.Effect{{Kind: "bench.work", Input: json.RawMessage(fmt.Sprintf(`{"step":%d}`, s.Steps)), Class: machine.Repeatable}}
	}
	return next, nil
}
func (five) Desired(fiveState) []machine.Desired { return nil }
func (five) Summary(s fiveState) machine.Summary {
	if s.Steps == steps {
		return machine.Summary{Status: "done", Done: true}
	}
	return machine.Summary{Status: "working"}
}
func (five) Upgrade(int, []byte) (s fiveState, err error) { return s, nil }

func work(context.Context, engine.EffectCall) (machine.Value, error) { return nil, nil }

// waiters are told when a machine's fifth step is durable.
type waiters struct{ m sync.Map }

func (w *waiters) follow(ctx context.Context, e *engine.Engine) {
	for entry, err := range e.Watch(ctx, 0) {
		if err != nil {
			return
		}
		if entry.Step == steps {
			if done, ok := w.m.LoadAndDelete(entry.Machine); ok {
				close(done.(chan struct{}))
			}
		}
	}
}

func measureEngine(ctx context.Context, address string, n int, d time.Duration) (figures, error) {
	s, err := store.Open(ctx, address, store.Options{Log: quiet})
	if err != nil {
		return figures{}, err
	}
	defer s.Close()
	e := engine.New(s, engine.Options{Log: quiet, EffectsPerKind: 2048})
	engine.Register(e, "bench", 1, five{})
	e.HandleEffect("bench.work", engine.EffectFunc(work))
	if err := e.Start(ctx); err != nil {
		return figures{}, err
	}
	defer e.Stop(ctx)
	w := &waiters{}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	go w.follow(watching, e)
	took := make([][]time.Duration, n)
	errs := make(chan error, n)
	var clients sync.WaitGroup
	var number atomic.Int64
	begin, cpu := time.Now(), cpuMicros()
	for i := range n {
		clients.Go(func() {
			for now := time.Now(); now.Before(begin.Add(d)); {
				id := fmt.Sprintf("bench/%d", number.Add(1))
				done := make(chan struct{})
				w.m.Store(id, done)
				if _, err := e.Submit(ctx, engine.To{Machine: id, Event: machine.Event{Type: "bench.begin", Actor: machine.System("bench")}}); err != nil {
					errs <- err
					return
				}
				<-done
				later := time.Now()
				took[i] = append(took[i], later.Sub(now))
				now = later
			}
		})
	}
	clients.Wait()
	seconds := time.Since(begin).Seconds()
	cpu = cpuMicros() - cpu
	select {
	case err := <-errs:
		return figures{}, err
	default:
	}
	head, err := s.Head(ctx)
	var all []time.Duration
	for _, t := range took {
		all = append(all, t...)
	}
	return figures{EventsPerSecond: float64(head) / seconds, P50Ms: median(all), cpu: cpu / float64(head)}, err
}
