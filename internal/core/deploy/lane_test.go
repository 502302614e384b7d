package deploy

import (
	"testing"

	"slipway.dev/internal/core/machine/machinetest"
)

func TestScripts(t *testing.T) {
	t.Parallel()
	machinetest.Run(t, Lane{}, "testdata/*.txt")
}
