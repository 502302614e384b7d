package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"time"
)

// report is what is printed.
type report struct {
	L64   level `json:"64"`
	L1024 level `json:"1024"`
	About about `json:"about"`
}

// about says what was measured.
type about struct {
	Versions map[string]string `json:"versions"` // by module
	CPUs     int               `json:"cpus"`
	Setup    string            `json:"setup"`
	Durable  string            `json:"durable"`
	Method   string            `json:"method"`
}

func main() {
	out := flag.String("o", "json", "output: json")
	seconds := flag.Float64("seconds", 20, "how long the window of each measurement is, after the warm-up")
	dir := flag.String("dir", "", "folder on the disk to measure; default: a temporary one")
	tuned := flag.Bool("tuned", false, "with what the command line's flags and the worker's options allow")
	flag.Parse()
	if *out != "json" {
		fmt.Fprintln(os.Stderr, "bench/temporal: only -o json is there")
		os.Exit(2)
	}
	debug.SetGCPercent(400) // as bench/workflow
	if err := measureAll(*dir, time.Duration(*seconds*float64(time.Second)), *tuned); err != nil {
		fmt.Fprintln(os.Stderr, "bench/temporal:", err)
		os.Exit(1)
	}
}

func measureAll(dir string, window time.Duration, tuned bool) error {
	r := report{About: describe(tuned)}
	for _, part := range []struct {
		n  int
		to *level
	}{{64, &r.L64}, {1024, &r.L1024}} {
		var err error
		if *part.to, err = measureFresh(dir, part.n, window, tuned); err != nil {
			return fmt.Errorf("%d in flight: %w", part.n, err)
		}
		fmt.Fprintf(os.Stderr, "Temporal, %d in flight: %.1f workflows/s\n", part.n, part.to.WorkflowsPerSecond)
	}
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// measureFresh measures in a folder that it makes and removes.
func measureFresh(dir string, n int, window time.Duration, tuned bool) (level, error) {
	dir, err := os.MkdirTemp(dir, "temporal-bench-")
	if err != nil {
		return level{}, err
	}
	defer os.RemoveAll(dir)
	return measure(context.Background(), dir, n, window, tuned)
}

func describe(tuned bool) about {
	a := about{
		Versions: map[string]string{"go": runtime.Version()},
		CPUs:     runtime.GOMAXPROCS(0),
		Setup:    "as `temporal server start-dev --db-filename FILE --headless`, worker and clients in the same process",
		Durable:  "SQLite on a file, rollback journal, synchronous=FULL",
		Method:   "closed loop; steps that ended in a window after a warm-up, / 5 / seconds; more in doc.go",
	}
	if tuned {
		a.Setup += ", with one partition per task queue, 16 pollers of each kind and eager start"
		a.Durable = "SQLite on a file, write-ahead log, synchronous=FULL"
	}
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		switch m.Path {
		case "go.temporal.io/server", "go.temporal.io/sdk", "modernc.org/sqlite":
			a.Versions[m.Path] = m.Version
		}
	}
	return a
}
