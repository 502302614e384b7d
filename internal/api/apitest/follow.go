package apitest

import (
	"context"
	"fmt"
	"slices"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// Logs gives three lines, and with Follow one more for each journal entry. The instance
// "breaks" fails after its first line.
func (f *Fake) Logs(ctx context.Context, q model.LogsQuery, say func(model.LogLine) error) error {
	f.mu.Lock()
	after := f.position
	f.mu.Unlock()
	if q.Release == "" {
		if _, err := f.Lane(ctx, q.Service, q.Environment); err != nil {
			return err
		}
	}
	origin := "tickets.dev.3.0"
	if q.Release != "" {
		origin = "build"
	}
	for i := range 3 {
		if err := say(model.LogLine{At: f.now, Origin: origin, Stream: "stdout", Text: fmt.Sprintf("line %d", i+1)}); err != nil {
			return err
		}
		if q.Instance == "breaks" {
			return fault.New(fault.Unavailable, "the log's disk is gone").WithHint("bring it back")
		}
	}
	if !q.Follow {
		return nil
	}
	return f.Watch(ctx, after, func(h model.Happening) error {
		return say(model.LogLine{At: h.At, Origin: origin, Stream: "stderr", Text: h.Type})
	})
}

// Watch tells each journal entry.
func (f *Fake) Watch(ctx context.Context, after int64, say func(model.Happening) error) error {
	f.mu.Lock()
	if after < 0 {
		after = f.position
	}
	f.mu.Unlock()
	for {
		f.mu.Lock()
		fresh, changed := slices.Clone(f.journal[min(after, f.position):]), f.changed
		f.mu.Unlock()
		for _, e := range fresh {
			after = e.Position
			if err := say(model.Happening{Position: e.Position, At: e.At, Actor: e.Actor, Machine: e.Machine, Type: e.Type,
				Status: "idle", Text: e.Type + " on " + e.Machine}); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}
