// Command workflow measures runs of workflows: on the embedded engine, beside the bare
// journal with the same entries, and on Temporal's own server started in process, all on a SQLite file on the
// same disk and in the same run. It prints one JSON object; see docs/benchmarks.md.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"time"
)

// report is what is printed. Embedded, Bare and Temporal are in workflows per second, by the
// number in flight; one workflow is five times `set` and `call`, each call durable before the next.
type report struct {
	Embedded             map[string]float64 `json:"embedded"`
	Bare                 map[string]float64 `json:"bare"`     // the journal alone, with as many entries
	Temporal             map[string]float64 `json:"temporal"` // null: not measured
	KestraShapePerMinute float64            `json:"kestraShapePerMinute"`
	Fork100Ms            float64            `json:"fork100Ms"`
	Waiting              waiting            `json:"waiting"`
}

var inFlight = []int{64, 1024}

func main() {
	out := flag.String("o", "json", "output: json")
	seconds := flag.Float64("seconds", 5, "how long each measurement takes")
	dir := flag.String("dir", "", "folder on the disk to measure; default: a temporary one")
	only := flag.String("only", "", "measure only embedded, temporal, kestra, fork or waiting")
	profile := flag.String("cpuprofile", "", "write a CPU profile to this file")
	flag.Parse()
	if *out != "json" {
		fmt.Fprintln(os.Stderr, "bench/workflow: only -o json is there")
		os.Exit(2)
	}
	if path := os.Getenv(childEnv); path != "" {
		exit(child(path))
	}
	debug.SetGCPercent(400) // as a server that has memory to spare; for the bare journal, too
	exit(measure(*dir, *only, *profile, time.Duration(*seconds*float64(time.Second))))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/workflow:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func measure(dir, only, profile string, d time.Duration) error {
	ctx := context.Background()
	dir, err := os.MkdirTemp(dir, "slipway-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	var r report
	var failed error // what fails costs its own figures only
	n := 0
	fresh := func() string { n++; return filepath.Join(dir, strconv.Itoa(n)+".db") }
	for _, part := range []struct {
		name string
		do   func() error
	}{
		{"embedded", func() (err error) { r.Embedded, r.Bare, err = compare(ctx, fresh, d); return err }},
		{"kestra", func() (err error) { r.KestraShapePerMinute, err = kestra(ctx, fresh(), d); return err }},
		{"fork", func() (err error) { r.Fork100Ms, err = fork(ctx, fresh()); return err }},
		{"waiting", func() (err error) { r.Waiting, err = measureWaiting(ctx, dir); return err }},
		{"temporal", func() (err error) { r.Temporal, err = temporal(ctx, dir); return err }},
	} {
		if only != "" && only != part.name {
			continue
		}
		if err := part.do(); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", part.name, err))
		}
	}
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "  ")
	return errors.Join(failed, e.Encode(r))
}

func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

var quiet = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
