package engine_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// diary keeps all that it was ever told in one long value, and reads it again at each step.
type diary struct{ e *engine.Engine }

type diaryState struct {
	Digest string `json:"digest"`
}

func (d *diary) Step(s diaryState, ev machine.Event) (machine.Next[diaryState], error) {
	var next machine.Next[diaryState]
	var before machine.Value
	if s.Digest != "" {
		var err error
		if before, err = d.e.Value(context.Background(), s.Digest); err != nil {
			return next, err
		}
	}
	if ev.Type == "refused" {
		next.Values = []machine.Value{machine.Value("gone")}
		return next, fmt.Errorf("refused")
	}
	value := append(before[:len(before):len(before)], ev.Data...)
	next.State.Digest, next.Values = store.BlobDigest(value), []machine.Value{value}
	return next, nil
}

func (*diary) Desired(diaryState) []machine.Desired { return nil }
func (*diary) Summary(s diaryState) machine.Summary {
	return machine.Summary{Status: "open", Keeps: []string{s.Digest}}
}
func (*diary) Upgrade(int, []byte) (diaryState, error) { return diaryState{}, nil }

// TestValues has many steps a commit, each of which reads the value that the one before gave.
func TestValues(t *testing.T) {
	t.Parallel()
	path := "sqlite://" + t.TempDir() + "/s.db"
	s := open(t, path)
	d := &diary{}
	e := start(t, s, engine.Options{}, func(e *engine.Engine) {
		d.e = e
		engine.Register(e, "diary", 1, d)
	})
	tell := func(id, kind string) error {
		_, err := e.Submit(t.Context(), engine.To{Machine: id, Event: machine.Event{Type: kind, Actor: someone, Data: machine.Value(`"x"`)}})
		return err
	}
	const writers, each = 50, 20
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range each {
				if err := tell("diary/one", "told"); err != nil {
					t.Error(err)
				}
				if err := tell("diary/one", "refused"); err == nil {
					t.Error("it was taken")
				}
			}
		})
	}
	all.Wait()
	state, _, err := engine.Load[diaryState](t.Context(), e, "diary/one")
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.GetBlob(t.Context(), state.Digest)
	if want := strings.Repeat(`"x"`, writers*each); err != nil || string(b) != want {
		t.Errorf("%d bytes instead of %d: %v", len(b), len(want), err)
	}
	if n := e.Held(); n != 0 {
		t.Errorf("%d values are held for ever", n)
	}
}
