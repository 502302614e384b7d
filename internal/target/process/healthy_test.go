package process

import (
	"testing"

	"slipway.dev/internal/target"
	"slipway.dev/internal/target/targettest"
)

// A deployment goes back when its instances are not healthy any more. That they are looked
// at by another process must not look like that.
func TestHealthyWhenAdopted(t *testing.T) {
	t.Parallel()
	o := Options{Dir: t.TempDir()}
	in := targettest.Instance("tickets.dev.1.0", nil)
	first := begin(t, o, in)
	until(t, first, in.ID, healthy)
	first.Close()
	second := open(t, o)
	list, err := second.Adopt(t.Context())
	if err != nil || len(list) != 1 || list[0].State != target.Healthy {
		t.Fatalf("adopted: %+v, %v", list, err)
	}
	if err := second.Ensure(t.Context(), in, targettest.Build(t)); err != nil {
		t.Fatal(err)
	}
	if list, err := second.List(t.Context()); err != nil || len(list) != 1 || list[0].State != target.Healthy {
		t.Fatalf("ensured again: %+v, %v", list, err)
	}
}
