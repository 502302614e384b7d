// Command rollback measures how long users reach a bad release after somebody rolled it
// back:
//
//	go run ./bench/rollback -o json
//
// A release is deployed beside one that stays warm, and rolled back under steady traffic.
// The time is from sending the call to the last answer of the release that was left; the
// figure is the median of several rounds.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/e2e/house"
	"slipway.dev/internal/loadgen"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	output := flag.String("o", "json", "output: json")
	rounds := flag.Int("rounds", 15, "rounds; the figure is their median")
	rate := flag.Float64("rate", 500, "requests per second")
	flag.Parse()
	if err := bench(ctx, *rounds, *rate, *output); err != nil {
		fmt.Fprintln(os.Stderr, "bench/rollback:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, rounds int, rate float64, output string) (err error) {
	if output != "json" {
		return errors.New("only -o json is there")
	}
	dir, err := os.MkdirTemp("", "bench-rollback")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Fprintln(os.Stderr, "compiling")
	programs, err := house.Build(ctx, dir, false)
	if err != nil {
		return err
	}
	h, err := house.New(house.Options{Programs: programs})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	if err := h.Up(ctx, ""); err != nil {
		return err
	}
	repo, err := h.Found(ctx, filepath.Join(dir, "repo"), house.Version{Name: "v0"})
	if err != nil {
		return err
	}
	var last lastSeen
	traffic := h.Traffic(ctx, rate, 16, last.see)
	defer traffic.Stop()
	var taken []float64
	for i := range rounds {
		ms, err := round(ctx, h, repo, &last, fmt.Sprint("v", i+1))
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%.1f ms\n", ms)
		taken = append(taken, ms)
	}
	if err := traffic.Check(); err != nil {
		return err
	}
	slices.Sort(taken)
	return json.NewEncoder(os.Stdout).Encode(map[string]float64{"milliseconds": taken[len(taken)/2]})
}

// round deploys a release, rolls it back, and gives the time until its last answer in ms.
func round(ctx context.Context, h *house.House, repo *house.Repo, last *lastSeen, name string) (float64, error) {
	ctx, cancel := house.Soon(ctx)
	defer cancel()
	if _, err := h.Deliver(ctx, repo, house.Version{Name: name}); err != nil {
		return 0, err
	}
	if err := house.Wait(ctx, name+" answers", func() (bool, error) { return !last.of(name).IsZero(), nil }); err != nil {
		return 0, err
	}
	began := time.Now()
	if _, err := h.Rollback(ctx, model.RollbackRequest{Service: house.Service, Environment: house.Environment}); err != nil {
		return 0, err
	}
	err := house.Wait(ctx, "it is rolled back", func() (bool, error) {
		l, err := h.Lane(ctx, house.Service, house.Environment)
		return err == nil && l.Status == "idle" && time.Since(last.of(name)) > time.Second, nil
	})
	return float64(last.of(name).Sub(began).Microseconds()) / 1000, err
}

// lastSeen is when each version answered last.
type lastSeen struct {
	mu sync.Mutex
	at map[string]time.Time
}

func (l *lastSeen) see(a loadgen.Answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.at == nil {
		l.at = map[string]time.Time{}
	}
	l.at[a.Header.Get("Version")] = time.Now()
}

func (l *lastSeen) of(version string) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at[version]
}
