// Command gate measures how long it takes to know how the doors of all environments stand:
// for many services at once, and for one after something happened. Engine, store, machines
// and gates are real; target, edge and registry are played. It prints one JSON object; see
// docs/benchmarks.md.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"time"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/release"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/drive/gate"
	"slipway.dev/internal/engine"
)

type report struct {
	Services  int     `json:"services"`
	Verdicts  int     `json:"verdicts"`  // services × environments
	AllMs     float64 `json:"allMs"`     // all verdicts, of a control plane that has been up
	ColdMs    float64 `json:"coldMs"`    // all verdicts, of one that has read nothing yet
	OneMicros float64 `json:"oneMicros"` // from an approval being durable until the verdict of its door is known; median
	OneP99    float64 `json:"oneP99Micros"`
}

func main() {
	out := flag.String("o", "json", "output: json")
	services := flag.Int("services", 10_000, "how many services")
	dir := flag.String("dir", "", "folder on the disk to use; default: a temporary one here")
	profile := flag.String("cpuprofile", "", "write a CPU profile to this file")
	flag.Parse()
	if *profile != "" {
		f, err := os.Create(*profile)
		if err == nil {
			err = pprof.StartCPUProfile(f)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench/gate:", err)
			os.Exit(1)
		}
		defer pprof.StopCPUProfile()
	}
	if *out != "json" {
		fmt.Fprintln(os.Stderr, "bench/gate: only -o json is there")
		os.Exit(2)
	}
	r, err := run(context.Background(), *dir, *services)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/gate:", err)
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(r)
}

func run(ctx context.Context, dir string, services int) (report, error) {
	r := report{Services: services}
	dir, err := os.MkdirTemp(dir, "slipway-bench-")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(dir)
	h, err := open(ctx, "sqlite://"+filepath.Join(dir, "db"), everybody())
	if err != nil {
		return r, err
	}
	defer h.store.Close()
	if err := h.engine.Start(ctx); err != nil {
		return r, err
	}
	run, stop := context.WithCancel(ctx)
	defer stop()
	go h.asker.Run(run)
	go h.asker.Follow(run)
	go gate.Promoter{Book: h.book, Log: quiet}.Run(run)
	fmt.Fprintf(os.Stderr, "bench/gate: %d services go through dev and staging to the door of prod …\n", services)
	if err := h.populate(ctx, services); err != nil {
		return r, err
	}
	fmt.Fprintln(os.Stderr, "bench/gate: measuring …")
	if err := h.measure(ctx, &r); err != nil {
		return r, err
	}
	stop()
	return r, h.engine.Stop(ctx)
}

func (h *house) measure(ctx context.Context, r *report) error {
	questions, err := h.questions(ctx, r.Services)
	if err != nil {
		return err
	}
	r.Verdicts = len(questions)
	cold := gate.NewBook(h.book.Deps)
	if r.ColdMs, err = all(ctx, cold, questions); err != nil {
		return err
	}
	var times []float64
	for range 5 {
		ms, err := all(ctx, cold, questions)
		if err != nil {
			return err
		}
		times = append(times, ms)
	}
	r.AllMs = median(times)
	times = nil
	for i := range min(r.Services, 1000) {
		micros, err := h.one(ctx, cold, questions[i*3+2])
		if err != nil {
			return err
		}
		times = append(times, micros)
	}
	r.OneMicros, r.OneP99 = median(times), times[len(times)*99/100]
	return nil
}

// questions asks for every service at every door: the release that is there, or waits.
func (h *house) questions(ctx context.Context, services int) ([]gate.Question, error) {
	var list []gate.Question
	for i := range services {
		for _, environment := range []string{"dev", "staging", "prod"} {
			lane, _, err := engine.Load[deploy.State](ctx, h.engine, deploy.MachineID(name(i), environment))
			if err != nil {
				return nil, err
			}
			q := gate.Question{Service: name(i), Environment: environment}
			if len(lane.Queue) > 0 {
				q.Deployment = lane.Queue[0].Deployment
			} else if q.Release, _, err = engine.Load[release.State](ctx, h.engine, release.MachineID(name(i), lane.Current.Release)); err != nil {
				return nil, err
			}
			list = append(list, q)
		}
	}
	return list, nil
}

// all takes the time for all verdicts, in ms.
func all(ctx context.Context, book *gate.Book, questions []gate.Question) (float64, error) {
	began := time.Now()
	for _, q := range questions {
		if _, err := book.Explain(ctx, q); err != nil {
			return 0, err
		}
	}
	return float64(time.Since(began)) / float64(time.Millisecond), nil
}

// one approves at a door, and takes the time from then until its verdict is known, in µs.
func (h *house) one(ctx context.Context, book *gate.Book, q gate.Question) (float64, error) {
	id := task.MachineID(q.Deployment)
	t, _, err := engine.Load[task.State](ctx, h.engine, id)
	if err != nil {
		return 0, err
	}
	_, err = h.engine.Submit(ctx, engine.To{Machine: id, Event: machine.Event{Type: task.EventAnswered, Actor: machine.Actor{Kind: "person", Name: "ada"},
		Data: machine.Must(task.Answer{Decision: "approve", Digests: t.Digests})}})
	if err != nil {
		return 0, err
	}
	began := time.Now()
	e, err := book.Explain(ctx, q)
	took := float64(time.Since(began)) / float64(time.Microsecond)
	if err == nil && len(e.Inputs) == 0 {
		err = fmt.Errorf("the approval of %s is not among what the decision used: %+v", q.Deployment, e.Conditions)
	}
	return took, err
}

func median(times []float64) float64 {
	slices.Sort(times)
	return times[len(times)/2]
}
