package config

import (
	"testing"

	"slipway.dev/internal/core/machine/machinetest"
)

func TestSourceScripts(t *testing.T) { machinetest.Run(t, Source{}, "testdata/source/*.txt") }

func TestResourceScripts(t *testing.T) { machinetest.Run(t, Resource{}, "testdata/resource/*.txt") }
