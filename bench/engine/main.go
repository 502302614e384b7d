// Command engine measures the engine beside the bare group-commit journal: the same
// disk, driver and number of producers, in the same run. It prints one JSON object; see
// docs/benchmarks.md.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/pprof"
	"sort"
	"strconv"
	"syscall"
	"time"

	"slipway.dev/internal/store/pgtest"
)

// figures are what one run of so many at once gave.
type figures struct {
	EventsPerSecond float64 `json:"eventsPerSecond"` // journal entries
	P50Ms           float64 `json:"p50Ms"`           // limit: of one durable entry; engine: of a machine's 5 steps

	cpu float64 // µs of this process per entry; for the progress lines only
}

type report struct {
	Limit    map[string]any     `json:"limit"` // by database: eventsPerSecond at its best, and by number in flight
	SQLite   map[string]figures `json:"sqlite"`
	Postgres map[string]figures `json:"postgres"`
	Waiting  waiting            `json:"waiting"`
}

var inFlight = []int{1, 64, 1024}

func main() {
	out := flag.String("o", "json", "output: json")
	seconds := flag.Float64("seconds", 4, "how long each measurement takes")
	dir := flag.String("dir", "", "folder on the disk to measure; default: a temporary one here")
	profile := flag.String("cpuprofile", "", "write a CPU profile to this file")
	only := flag.String("only", "", "measure only sqlite, postgres or waiting")
	flag.Parse()
	if *out != "json" {
		fmt.Fprintln(os.Stderr, "bench/engine: only -o json is there")
		os.Exit(2)
	}
	if path := os.Getenv(childEnv); path != "" {
		exit(child(path))
	}
	debug.SetGCPercent(400) // as a server that has memory to spare; for the limit, too
	exit(run(*dir, *profile, *only, time.Duration(*seconds*float64(time.Second))))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/engine:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func run(dir, profile, only string, d time.Duration) error {
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
	r := report{Limit: map[string]any{}}
	if only == "" || only == "sqlite" {
		n := 0
		fresh := func() (string, error) { n++; return filepath.Join(dir, strconv.Itoa(n)+".db"), nil }
		if r.SQLite, r.Limit["sqlite"], err = compare(ctx, "sqlite", fresh, sqliteLimit, d); err != nil {
			return err
		}
	}
	if only == "" || only == "postgres" {
		progress("starting PostgreSQL")
		pg, err := pgtest.Run(ctx, pgtest.Options{Durable: true})
		if err != nil {
			return err
		}
		defer pg.Stop()
		fresh := func() (string, error) { return pg.Database(ctx) }
		if r.Postgres, r.Limit["postgres"], err = compare(ctx, "postgres", fresh, postgresLimit, d); err != nil {
			return err
		}
	}
	if only == "" || only == "waiting" {
		if r.Waiting, err = measureWaiting(ctx, dir); err != nil {
			return err
		}
	}
	return print(os.Stdout, r)
}

// compare measures limit, engine and limit again for each number in flight, so that what
// else the machine does falls on both.
func compare(ctx context.Context, name string, fresh func() (string, error), limit limitFunc, d time.Duration) (map[string]figures, any, error) {
	engines, limits, best := map[string]figures{}, map[string]any{}, 0.0
	for _, n := range inFlight {
		var pair [2]figures
		for i := range pair {
			address, err := fresh()
			if err != nil {
				return nil, nil, err
			}
			if pair[i], err = measureLimit(ctx, address, limit, n, d/2); err != nil {
				return nil, nil, err
			}
			if i == 1 {
				continue
			}
			if address, err = fresh(); err != nil {
				return nil, nil, err
			}
			if engines[strconv.Itoa(n)], err = measureEngine(ctx, address, n, d); err != nil {
				return nil, nil, err
			}
		}
		bare := figures{(pair[0].EventsPerSecond + pair[1].EventsPerSecond) / 2, (pair[0].P50Ms + pair[1].P50Ms) / 2, (pair[0].cpu + pair[1].cpu) / 2}
		limits[strconv.Itoa(n)] = bare
		best = max(best, bare.EventsPerSecond)
		got := engines[strconv.Itoa(n)]
		progress("%s, %d in flight: %.0f events/s of %.0f (%.2f); p50 %.2f ms, five bare commits %.2f ms (%.2f); CPU %.1f µs per event of %.1f", name, n,
			got.EventsPerSecond, bare.EventsPerSecond, got.EventsPerSecond/bare.EventsPerSecond, got.P50Ms, 5*bare.P50Ms, got.P50Ms/(5*bare.P50Ms), got.cpu, bare.cpu)
	}
	limits["eventsPerSecond"] = best
	return engines, limits, nil
}

func print(w io.Writer, r report) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// cpuMicros is what this process has used so far.
func cpuMicros() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1000
}

// median in milliseconds.
func median(list []time.Duration) float64 {
	if len(list) == 0 {
		return 0
	}
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	return float64(list[len(list)/2].Microseconds()) / 1000
}

var quiet = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
