package main

import (
	"testing"
)

// TestNothingFails is a small run of the benchmark; it looks at what came out, not at time.
func TestNothingFails(t *testing.T) {
	t.Parallel()
	p := plan{switches: 10, kills: 2, replacements: 1, rate: 300, clients: 8}
	r, err := run(t.Context(), p, t.TempDir(), t.Output())
	if err != nil {
		t.Fatal(err)
	}
	if r.Failed != 0 || r.Requests == 0 || r.Switches != 10 || r.Kills != 2 || r.EdgeReplacements != 1 || r.P99Ratio <= 0 {
		t.Errorf("%+v", r)
	}
}
