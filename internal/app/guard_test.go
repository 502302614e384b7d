package app

import (
	"slices"
	"testing"
)

func TestEdgeKnowsNoPassword(t *testing.T) {
	t.Parallel()
	got := edgeEnviron([]string{
		"PATH=/bin", "SLIPWAY_STORE=postgres://slipway:s3cret@db/slipway", "PGPASSWORD=s3cret", "https_proxy=http://proxy", "AWS_SECRET_ACCESS_KEY=s3cret",
	})
	if want := []string{"PATH=/bin", "https_proxy=http://proxy"}; !slices.Equal(got, want) {
		t.Errorf("the edge gets %q, want %q", got, want)
	}
	if edgeEnviron(nil) == nil {
		t.Error("nil means the whole environment")
	}
}
