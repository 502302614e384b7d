package trigger

import (
	"errors"
	"strings"
	"testing"

	"slipway.dev/internal/core/machine/machinetest"
)

// shelf has the long values of the scripts.
type shelf struct{}

func (shelf) Value(digest string) (any, error) {
	if digest != "sha256:long" {
		return nil, errors.New("there is no such value")
	}
	return map[string]any{"id": "9", "source": "/shop/c", "type": "order.paid", "data": strings.Repeat("long ", 1000)}, nil
}

func TestScripts(t *testing.T) {
	t.Parallel()
	machinetest.Run(t, Machine{Values: shelf{}}, "testdata/*.txt")
}

func TestGolden(t *testing.T) {
	t.Parallel()
	machinetest.Golden(t, Machine{Values: shelf{}}, Version, 1, "testdata/*.txt", "testdata/golden/v1.jsonl")
}

func TestUpgradeRefuses(t *testing.T) {
	t.Parallel()
	if _, err := (Machine{}).Upgrade(Version+1, []byte(`{}`)); err == nil {
		t.Error("a newer state was read")
	}
}
