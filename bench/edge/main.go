// Command edge measures what the edge costs beside nginx, HAProxy and no proxy at all:
//
//	go run ./bench/edge -o json
//
// One server in Go answers 1 kB; wrk asks with 64 kept connections, in turn directly and through
// each proxy, in several rounds; the figures are the medians. All proxies may use all
// processors and keep their connections to the backend. CPU is that of the proxy's
// processes, from /proc.
//
// Then the edge is asked with 500 patterns of flows and without, in turns: "flows" has the
// share of its throughput that is left. -only flows measures just that.
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

// Report is all that was measured.
type Report struct {
	Direct  *Figures     `json:"direct,omitempty"`
	Slipway *Figures     `json:"slipway,omitempty"`
	Nginx   *Figures     `json:"nginx,omitempty"`
	HAProxy *Figures     `json:"haproxy,omitempty"`
	Flows   *FlowFigures `json:"flows,omitempty"`
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
	only := flag.String("only", "", "proxies or flows; empty: both")
	flag.Parse()
	fail(needed("wrk", "nginx", "haproxy"))
	report, err := measure(ctx, *only, *rounds, *duration)
	fail(err)
	if *output == "json" {
		fail(json.NewEncoder(os.Stdout).Encode(report))
		return
	}
	print(report)
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

func measure(ctx context.Context, only string, rounds int, d time.Duration) (Report, error) {
	var report Report
	dir, err := os.MkdirTemp("", "bench-edge")
	if err != nil {
		return report, err
	}
	defer os.RemoveAll(dir)
	contenders, stop, err := start(ctx, dir)
	defer stop()
	if err != nil {
		return report, err
	}
	if only != "flows" {
		figures, err := compare(ctx, contenders, rounds, d)
		if err != nil {
			return report, err
		}
		report.Direct, report.Slipway, report.Nginx, report.HAProxy = figures["direct"], figures["slipway"], figures["nginx"], figures["haproxy"]
	}
	if only != "proxies" {
		flows, err := compareFlows(ctx, dir, contenders[0].address, contenders[1], rounds, d)
		if err != nil {
			return report, err
		}
		report.Flows = &flows
	}
	return report, nil
}

// compare asks all in turn.
func compare(ctx context.Context, contenders []contender, rounds int, d time.Duration) (map[string]*Figures, error) {
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
	out := map[string]*Figures{}
	for name, list := range taken {
		out[name] = &Figures{
			RPS:       median(list, func(f Figures) float64 { return f.RPS }),
			CPUMicros: median(list, func(f Figures) float64 { return f.CPUMicros }),
			P99Ms:     median(list, func(f Figures) float64 { return f.P99Ms }),
		}
	}
	return out, nil
}

func median[T any](list []T, of func(T) float64) float64 {
	list = slices.SortedFunc(slices.Values(list), func(a, b T) int { return cmp.Compare(of(a), of(b)) })
	return of(list[len(list)/2])
}

func print(r Report) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	if r.Nginx != nil {
		fmt.Fprintln(w, "\trequests/s\tof nginx\tCPU µs\tp99 ms\t")
		for _, c := range []struct {
			name string
			*Figures
		}{{"direct", r.Direct}, {"slipway", r.Slipway}, {"nginx", r.Nginx}, {"haproxy", r.HAProxy}} {
			fmt.Fprintf(w, "%s\t%.0f\t%.2f\t%.1f\t%.2f\t\n", c.name, c.RPS, c.RPS/r.Nginx.RPS, c.CPUMicros, c.P99Ms)
		}
	}
	w.Flush()
	if f := r.Flows; f != nil {
		fmt.Printf("left of the throughput with %d patterns of flows (by CPU): on 50 services %.2f (%.2f), on one %.2f (%.2f), and judged %.2f (%.2f)\n",
			f.Patterns, f.Spread.Ratio, f.Spread.CPURatio, f.One.Ratio, f.One.CPURatio, f.Judged.Ratio, f.Judged.CPURatio)
	}
}
