// Command edge measures what the edge costs beside nginx, HAProxy and no proxy at all:
//
//	go run ./bench/edge -o json
//
// One server in Go answers 1 kB; wrk asks with 64 kept connections, in turn directly and through
// each proxy, in several rounds; the figures are the medians. All proxies may use all
// processors and keep their connections to the backend. CPU is that of the proxy's
// processes, from /proc.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"
)

// Figures are what was measured of one contender.
type Figures struct {
	RPS       float64 `json:"rps"`
	CPUMicros float64 `json:"cpuMicros"` // of the proxy, per request; of the backend for "direct"
	P99Ms     float64 `json:"p99Ms"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if text, ok := os.LookupEnv(edgeEnv); ok {
		fail(runEdge(ctx, text))
		return
	}
	if address, ok := os.LookupEnv(backendEnv); ok {
		fail(runBackend(ctx, address))
		return
	}
	output := flag.String("o", "table", "table or json")
	rounds := flag.Int("rounds", 5, "rounds; the figures are the medians")
	duration := flag.Duration("d", 3*time.Second, "time per contender and round")
	flag.Parse()
	fail(needed("wrk", "nginx", "haproxy"))
	figures, err := measure(ctx, *rounds, *duration)
	fail(err)
	if *output == "json" {
		fail(json.NewEncoder(os.Stdout).Encode(figures))
		return
	}
	print(figures)
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/edge:", err)
		os.Exit(1)
	}
}

func needed(programs ...string) error {
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			return fmt.Errorf("%s is missing: apt-get install %s", p, p)
		}
	}
	return nil
}

func measure(ctx context.Context, rounds int, d time.Duration) (map[string]Figures, error) {
	dir, err := os.MkdirTemp("", "bench-edge")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	contenders, stop, err := start(ctx, dir)
	defer stop()
	if err != nil {
		return nil, err
	}
	taken := map[string][]Figures{}
	for range rounds {
		for _, c := range contenders {
			f, err := c.round(ctx, d)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			taken[c.name] = append(taken[c.name], f)
			fmt.Fprintf(os.Stderr, "%-8s %8.0f/s %6.1f µs %6.2f ms\n", c.name, f.RPS, f.CPUMicros, f.P99Ms)
		}
	}
	out := map[string]Figures{}
	for name, list := range taken {
		out[name] = Figures{
			RPS:       median(list, func(f Figures) float64 { return f.RPS }),
			CPUMicros: median(list, func(f Figures) float64 { return f.CPUMicros }),
			P99Ms:     median(list, func(f Figures) float64 { return f.P99Ms }),
		}
	}
	return out, nil
}

func median(list []Figures, of func(Figures) float64) float64 {
	list = slices.SortedFunc(slices.Values(list), func(a, b Figures) int { return cmp.Compare(of(a), of(b)) })
	return of(list[len(list)/2])
}

func print(figures map[string]Figures) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\trequests/s\tof nginx\tCPU µs\tp99 ms\t")
	for _, name := range []string{"direct", "slipway", "nginx", "haproxy"} {
		f := figures[name]
		fmt.Fprintf(w, "%s\t%.0f\t%.2f\t%.1f\t%.2f\t\n", name, f.RPS, f.RPS/figures["nginx"].RPS, f.CPUMicros, f.P99Ms)
	}
	w.Flush()
}
