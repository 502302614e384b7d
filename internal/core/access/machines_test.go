package access

import (
	"testing"

	"slipway.dev/internal/core/machine/machinetest"
)

func TestScripts(t *testing.T) {
	t.Parallel()
	machinetest.Run(t, PersonMachine{}, "testdata/person*.txt")
	machinetest.Run(t, SessionMachine{}, "testdata/session*.txt")
	machinetest.Run(t, TokenMachine{}, "testdata/token*.txt")
	machinetest.Run(t, BindingsMachine{}, "testdata/bindings*.txt")
	machinetest.Run(t, WatchMachine{}, "testdata/watch*.txt")
}
