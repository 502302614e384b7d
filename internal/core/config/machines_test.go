package config

import (
	"fmt"
	"testing"

	"slipway.dev/internal/core/machine/machinetest"
)

func TestSourceScripts(t *testing.T) { machinetest.Run(t, Source{}, "testdata/source/*.txt") }

func TestResourceScripts(t *testing.T) { machinetest.Run(t, Resource{}, "testdata/resource/*.txt") }

func TestPolicyScripts(t *testing.T) { machinetest.Run(t, Policy{}, "testdata/policy/*.txt") }

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, version := range []int{1, 2} {
		machinetest.Golden(t, Source{}, SourceVersion, version, "testdata/source/*.txt", fmt.Sprintf("testdata/golden/source.v%d.jsonl", version))
		machinetest.Golden(t, Resource{}, ResourceVersion, version, "testdata/resource/*.txt", fmt.Sprintf("testdata/golden/resource.v%d.jsonl", version))
	}
	machinetest.Golden(t, Policy{}, PolicyVersion, 1, "testdata/policy/*.txt", "testdata/golden/policy.v1.jsonl")
}
