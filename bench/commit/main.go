// Command commit measures what slipway adds to the way from a commit to users:
//
//	go run ./bench/commit -o json
//
// A version is committed and a signed webhook sent, as a forge does. The time is from
// before `git commit` to the first answer of the new version at the edge: fetch, checkout,
// confined build, artifact and provenance, start of two instances, their health and smoke
// checks, and the switch. Of that is taken away what the app needs by itself, measured in
// the same rounds without slipway: to run the build's command, and from its start until
// it answers. The figure is the median of several rounds.
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
	"syscall"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/e2e/house"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	output := flag.String("o", "json", "output: json")
	rounds := flag.Int("rounds", 11, "rounds; the figure is their median")
	flag.Parse()
	if err := bench(ctx, *rounds, *output); err != nil {
		fmt.Fprintln(os.Stderr, "bench/commit:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, rounds int, output string) (err error) {
	if output != "json" {
		return errors.New("only -o json is there")
	}
	dir, err := os.MkdirTemp("", "bench-commit")
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
	repo, err := hooked(ctx, h, filepath.Join(dir, "repo"))
	if err != nil {
		return err
	}
	var overheads []float64
	for i := range rounds {
		ctx, cancel := house.Soon(ctx)
		defer cancel()
		whole, err := deliver(ctx, h, repo, fmt.Sprint("v", i+1))
		if err != nil {
			return err
		}
		own, err := alone(ctx, repo.Dir, filepath.Join(dir, "out"))
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "commit to first answer %s, of that the app's own %s\n", whole.Round(time.Millisecond), own.Round(time.Millisecond))
		overheads = append(overheads, (whole - own).Seconds())
	}
	slices.Sort(overheads)
	return json.NewEncoder(os.Stdout).Encode(map[string]float64{"overheadSeconds": overheads[len(overheads)/2]})
}

// key signs the webhooks.
const key = "a secret of both sides"

// hooked gives a watched repository whose pushes are told by webhooks.
func hooked(ctx context.Context, h *house.House, dir string) (*house.Repo, error) {
	if err := h.Up(ctx, ""); err != nil {
		return nil, err
	}
	if _, err := h.SetSecret(ctx, "hook", []byte(key)); err != nil {
		return nil, err
	}
	repo, err := h.Found(ctx, dir, house.Version{Name: "v0"})
	if err != nil {
		return nil, err
	}
	if _, err := h.RemoveSource(ctx, house.Source); err != nil {
		return nil, err
	}
	_, err = h.AddSource(ctx, model.Source{Name: house.Source, URL: dir, Branch: "main", WebhookSecret: "hook"})
	return repo, err
}
