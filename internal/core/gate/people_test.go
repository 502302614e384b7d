package gate

import (
	"fmt"
	"testing"

	"slipway.dev/internal/core/access"
)

func TestRemembering(t *testing.T) {
	t.Parallel()
	d := directory()
	r := Remembering(d)
	for range 2 {
		for _, group := range []string{"approver", "quality", "nobody"} {
			for _, s := range []access.Scope{{}, {Team: "box-office", Environment: "prod"}, {Team: "other", Environment: "dev"}} {
				if got, want := fmt.Sprint(r.Holders(group, s)), fmt.Sprint(d.Holders(group, s)); got != want {
					t.Errorf("%s in %v: %s, want %s", group, s, got, want)
				}
			}
		}
	}
}
