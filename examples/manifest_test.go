package examples_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/examples"
	"slipway.dev/internal/core/manifest"
)

func TestManifests(t *testing.T) {
	t.Parallel()
	services := []string{"Service/concerts", "Service/payments", "Service/signin", "Service/telemetry", "Service/tickets"}
	teams := []string{"Team/box-office", "Team/programme"}
	for platform, environments := range map[string][]string{
		"platform":         {"Environment/dev"},
		"platform-promote": {"Environment/dev", "Environment/prod", "Environment/staging"},
	} {
		t.Run(platform, func(t *testing.T) {
			t.Parallel()
			got := resources(t, "slipway.yaml", platform+"/platform.yaml")
			if diff := cmp.Diff(slices.Concat(environments, services, teams), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// resources gives what files of the shop declare, once it is seen to be sound.
func resources(t *testing.T, files ...string) []string {
	t.Helper()
	dir := newShop(t).dir
	var all []manifest.Resource
	for _, name := range files {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		found, problems := manifest.Parse(name, content)
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	if problems := manifest.Check(all, nil, false); len(problems) > 0 {
		t.Error(problems)
	}
	var names []string
	for _, r := range all {
		names = append(names, r.ID())
	}
	slices.Sort(names)
	return names
}

// TestVariantsAreOfServices sees that each variant changes a file that is there.
func TestVariantsAreOfServices(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, v := range examples.Variants() {
		file := filepath.Join(s.dir, "services", v.Service, "version.go")
		before, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Apply(s.dir, "2"); err != nil {
			t.Fatal(err)
		}
		after, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if string(before) == string(after) {
			t.Errorf("%s changes nothing", v.Name)
		}
	}
}
