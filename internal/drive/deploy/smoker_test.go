package deploy

import (
	"context"
	"errors"
	"slices"
	"testing"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
)

func TestSmoker(t *testing.T) {
	w := newWorld(t)
	deps := w.deps()
	var asked []string
	deps.Check = func(_ context.Context, checks []config.Check, id, address, root string) error {
		asked = append(asked, checks[0].Name+" "+id+" "+address+" "+root)
		if id == two {
			return errors.New("check of two")
		}
		return nil
	}
	run := func(in deploy.SmokeInput) error {
		_, err := Smoker{deps}.Run(t.Context(), engine.EffectCall{Input: machine.Must(in)})
		return err
	}
	in := deploy.SmokeInput{Artifact: "sha256:artifact", Config: configDigest, Instances: []deploy.RoutedTarget{{ID: one, Address: "a:1"}, {ID: two, Address: "b:2"}, {ID: "three"}}}
	if err := run(in); err == nil || err.Error() != "check of two" {
		t.Error(err)
	}
	if want := []string{"answers " + one + " a:1 /root/of/sha256:artifact", "answers " + two + " b:2 /root/of/sha256:artifact"}; !slices.Equal(asked, want) {
		t.Errorf("%q", asked)
	}
	in.Config = "sha256:lost"
	if err := run(in); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

func TestSplitID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{"tickets.dev.12.0": true, "tickets.dev.12b.0": true, "tickets.dev.12": false, "": false, "a.b.c.d.e": false} {
		if s, e, ok := splitID(id); ok != want || ok && (s != "tickets" || e != "dev") {
			t.Errorf("%q: %s %s %v", id, s, e, ok)
		}
	}
}
