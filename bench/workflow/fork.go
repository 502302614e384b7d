package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow/interp"
)

const (
	branches = 100
	payload  = 160 << 10
	rounds   = 15
)

// fork measures a run of a fork whose branches each see the whole payload and make a call, in
// milliseconds: the median of some rounds.
func fork(ctx context.Context, path string) (float64, error) {
	h, err := open(ctx, path)
	if err != nil {
		return 0, err
	}
	defer h.close()
	var b strings.Builder
	b.WriteString("do:\n  - each:\n      fork:\n        branches:\n")
	for i := range branches {
		fmt.Fprintf(&b, "          - b%[1]d: {call: metric, with: {name: '${ \"requests\" + .rows[%[1]d].name }'}, output: {as: .value}}\n", i)
	}
	b.WriteString("  - sum: {set: {sum: '${ add }'}}\n")
	digest, err := h.define(ctx, b.String())
	if err != nil {
		return 0, err
	}
	text := machine.Must(rows())
	input, _ := interp.Keep(text)
	if _, err := h.engine.Blobs().Put(ctx, text); err != nil {
		return 0, err
	}
	var took []time.Duration
	for range rounds {
		begin := time.Now()
		id, err := h.whole(ctx, digest, input, branches+1)
		if err != nil {
			return 0, err
		}
		took = append(took, time.Since(begin))
		if err := h.check(ctx, id, fmt.Sprintf(`{"sum":%d}`, 42*branches)); err != nil {
			return 0, err
		}
	}
	slices.Sort(took)
	ms := float64(took[len(took)/2].Microseconds()) / 1000
	progress("fork of %d branches over %d bytes: %.1f ms", branches, len(text), ms)
	return ms, nil
}

// rows is a value that is the payload long as JSON.
func rows() map[string]any {
	list := make([]map[string]string, branches)
	for i := range list {
		list[i] = map[string]string{"name": fmt.Sprint(i), "text": strings.Repeat("x", payload/branches-30)}
	}
	return map[string]any{"rows": list}
}
