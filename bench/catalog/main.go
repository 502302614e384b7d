// Command catalog measures how long it takes to check a large catalog: 10,000 services and
// 100,000 flows, with teams, use cases, processes and components, as YAML files. Each part is
// measured by itself, and `slipway check` as a user runs it, if -slipway names the program.
// It prints one JSON object; see docs/benchmarks.md.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
)

type report struct {
	Services int `json:"services"`
	Flows    int `json:"flows"`
	Files    int `json:"files"`
	Bytes    int `json:"bytes"`
	Cores    int `json:"cores"`

	Parse    float64 `json:"parseSeconds"`    // all files, on all cores
	Check    float64 `json:"checkSeconds"`    // manifest.Check
	Catalog  float64 `json:"catalogSeconds"`  // catalog.Of
	Findings float64 `json:"findingsSeconds"` // of all that there is
	Estimate float64 `json:"estimateSeconds"` // of every flow
	Found    int     `json:"findings"`
	Total    float64 `json:"totalSeconds"` // parse, check, catalog and findings
	CPU      float64 `json:"cpuSeconds"`   // that all of that took, on all cores

	Command float64 `json:"commandSeconds,omitempty"` // slipway check, as a user runs it; median of three
	Memory  int64   `json:"commandBytes,omitempty"`   // most memory that it had
}

func main() {
	out := flag.String("o", "json", "output: json")
	services := flag.Int("services", 10_000, "how many services")
	flows := flag.Int("flows", 100_000, "how many flows")
	slipway := flag.String("slipway", "", "program whose check is measured; default: none")
	keep := flag.String("keep", "", "folder to write the files to; default: a temporary one")
	profile := flag.String("cpuprofile", "", "write a CPU profile to this file")
	flag.Parse()
	if *out != "json" {
		fmt.Fprintln(os.Stderr, "bench/catalog: only -o json is there")
		os.Exit(2)
	}
	if err := run(context.Background(), *services, *flows, *slipway, *keep, *profile); err != nil {
		fmt.Fprintln(os.Stderr, "bench/catalog:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, services, flows int, slipway, keep, profile string) error {
	files := town(services, flows)
	r := report{Services: services, Flows: flows, Files: len(files), Cores: runtime.GOMAXPROCS(0)}
	for _, f := range files {
		r.Bytes += len(f.data)
	}
	if profile != "" {
		f, err := os.Create(profile)
		if err == nil {
			err = pprof.StartCPUProfile(f)
		}
		if err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	if err := inside(files, &r); err != nil {
		return err
	}
	if slipway != "" || keep != "" {
		if err := outside(ctx, files, slipway, keep, &r); err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}
