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
	dir := newShop(t).dir
	var all []manifest.Resource
	for _, name := range []string{"slipway.yaml", "platform/platform.yaml"} {
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
	var got []string
	for _, r := range all {
		got = append(got, r.ID())
	}
	slices.Sort(got)
	want := []string{
		"Environment/dev", "Service/concerts", "Service/payments", "Service/signin", "Service/telemetry", "Service/tickets",
		"Team/box-office", "Team/programme",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
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
