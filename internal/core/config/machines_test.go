package config

import (
	"testing"

	"slipway.dev/internal/core/machine/machinetest"
)

func TestSourceScripts(t *testing.T) { machinetest.Run(t, Source{}, "testdata/source/*.txt") }

func TestResourceScripts(t *testing.T) { machinetest.Run(t, Resource{}, "testdata/resource/*.txt") }

func TestGolden(t *testing.T) {
	t.Parallel()
	machinetest.Golden(t, Source{}, SourceVersion, 1, "testdata/source/*.txt", "testdata/golden/source.v1.jsonl")
	machinetest.Golden(t, Resource{}, ResourceVersion, 1, "testdata/resource/*.txt", "testdata/golden/resource.v1.jsonl")
}
