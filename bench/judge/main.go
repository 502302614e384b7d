// Command judge plays the same simulated canaries to Slipway's judge and to the rules of
// others, as documented: how many healthy ones are rolled back, how soon a bad one is, how
// many users it has hit by then, and how soon a healthy one is through. It prints one JSON
// object; see docs/judge.md.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
)

type report struct {
	Runs       int                `json:"runs"` // of each scenario
	Rules      map[string]*figure `json:"rules"`
	Tick100x12 float64            `json:"tick100x12ms"` // one tick of 100 flows with 12 latency bounds and 1,000 requests each
	TickHuge   float64            `json:"tickHugeMs"`   // one tick of one flow with 12 latency bounds and 1e9 requests on each side
}

// figure is what was found of one rule. What it cannot see, or what it never found in half of
// all runs, is null.
type figure struct {
	FalseRollback map[string]float64  `json:"falseRollback,omitempty"` // share, by traffic
	Detect        map[string]found    `json:"detect"`
	Promoted      *promoted           `json:"promoted,omitempty"`   // at 100 requests/s
	PromotedBy    map[string]promoted `json:"promotedBy,omitempty"` // by traffic
}

type found struct {
	Share    float64  `json:"share"`    // rolled back
	Promoted float64  `json:"promoted"` // let through
	Seconds  *float64 `json:"seconds"`  // median until the rollback
	Hit      *float64 `json:"hit"`      // median of the users whose request failed, or was slowed, until then
	HitMean  *float64 `json:"hitMean"`
}

type promoted struct {
	Share   float64  `json:"share"`   // of healthy canaries
	Seconds *float64 `json:"seconds"` // median
}

func main() {
	out := flag.String("o", "json", "output: json")
	runs := flag.Int("runs", 2000, "runs of each scenario")
	seed := flag.Uint64("seed", 1, "of the random numbers")
	profile := flag.String("cpuprofile", "", "write a CPU profile to this file")
	flag.Parse()
	if *out != "json" || *runs < 1 {
		fmt.Fprintln(os.Stderr, "bench/judge: only -o json is there, and -runs is at least 1")
		os.Exit(2)
	}
	if *profile != "" {
		f, err := os.Create(*profile)
		if err == nil {
			err = pprof.StartCPUProfile(f)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench/judge:", err)
			os.Exit(1)
		}
		defer pprof.StopCPUProfile()
	}
	_ = json.NewEncoder(os.Stdout).Encode(measure(*runs, *seed))
}

func measure(runs int, seed uint64) report {
	r := report{Runs: runs, Rules: map[string]*figure{}, Tick100x12: tick(100, 1000), TickHuge: tick(1, 2e9)}
	for i, s := range scenarios() {
		fmt.Fprintf(os.Stderr, "bench/judge: %s, %d times …\n", s.name, runs)
		for rule, outcomes := range s.play(runs, seed+uint64(i)<<32) {
			f := r.Rules[rule]
			if f == nil {
				f = &figure{FalseRollback: map[string]float64{}, Detect: map[string]found{}, PromotedBy: map[string]promoted{}}
				r.Rules[rule] = f
			}
			s.enter(f, outcomes)
		}
	}
	return r
}
