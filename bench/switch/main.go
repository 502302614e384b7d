// Command switch counts the requests that fail while releases are switched under load:
//
//	go run ./bench/switch -o json
//
// It runs the product itself on a data directory of its own. Releases are committed one
// after the other and go in as blueGreen and as canary in turn, while strict clients ask
// the edge; a third of their requests are POST. In between the control plane is killed
// with SIGKILL in the middle of a deployment and started again, and the edge is replaced.
// p99Ratio is the 99th percentile while releases are switched over that of steady traffic
// before and after, in the same run.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// plan is what a run does.
type plan struct {
	switches, kills, replacements int

	rate    float64       // requests per second
	clients int           // connections
	steady  time.Duration // of traffic without switches, before and after each
}

// report is what came of it.
type report struct {
	Requests         uint64  `json:"requests"`
	Failed           uint64  `json:"failed"`
	Switches         int     `json:"switches"`
	Kills            int     `json:"kills"`
	EdgeReplacements int     `json:"edgeReplacements"`
	P99Ratio         float64 `json:"p99Ratio"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := plan{}
	output := flag.String("o", "json", "output: json")
	flag.IntVar(&p.switches, "switches", 200, "releases that are switched")
	flag.IntVar(&p.kills, "kills", 20, "how often the control plane is killed in the middle of one")
	flag.IntVar(&p.replacements, "replacements", 5, "how often the edge is replaced")
	flag.Float64Var(&p.rate, "rate", 600, "requests per second")
	flag.IntVar(&p.clients, "clients", 16, "connections")
	flag.DurationVar(&p.steady, "steady", 10*time.Second, "steady traffic before and after")
	flag.Parse()
	if err := bench(ctx, p, *output); err != nil {
		fmt.Fprintln(os.Stderr, "bench/switch:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, p plan, output string) error {
	if output != "json" {
		return errors.New("only -o json is there")
	}
	dir, err := os.MkdirTemp("", "bench-switch")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r, err := run(ctx, p, dir, os.Stderr)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}
