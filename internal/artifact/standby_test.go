package artifact

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"oras.land/oras-go/v2/content/oci"
	"oras.land/oras-go/v2/registry"
)

// TestStandby opens a store while another has it open, as a standby does.
func TestStandby(t *testing.T) {
	t.Parallel()
	leader := newStore(t)
	var standby *Store
	r := request("echo x > $OUT/x", nil)
	r.Log = writerFunc(func(p []byte) (int, error) { return len(p), nil })
	r.Run = "echo started; cat in.txt > $OUT/x"
	checkout := request("", map[string]string{"in.txt": "kept"}).Checkout
	r.Checkout = func(ctx context.Context, dst string) error {
		err := checkout(ctx, dst)
		standby = openStore(t, leader.dir, Options{}) // in the middle of the build
		return err
	}
	res := build(t, leader, r)
	wantFile(t, filepath.Join(unpack(t, standby, res.Digest), "x"), "kept")
	other := build(t, standby, request("echo y > $OUT/y", nil)) // it leads now
	for _, d := range []string{res.Digest, other.Digest} {
		if _, err := leader.Provenance(t.Context(), d); err != nil {
			t.Errorf("%s: %v", d, err)
		}
	}
}

// TestOtherToolsReadTheLayout reads a store with the OCI library's own reader.
func TestOtherToolsReadTheLayout(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	res := build(t, s, request("echo x > $OUT/x", nil))
	layout, err := oci.NewFromFS(t.Context(), os.DirFS(filepath.Join(s.dir, "layout")))
	if err != nil {
		t.Fatal(err)
	}
	desc, err := layout.Resolve(t.Context(), res.Digest)
	if err != nil {
		t.Fatal(err)
	}
	found, err := registry.Referrers(t.Context(), layout, desc, "")
	if err != nil || len(found) != 1 || found[0].Digest.String() != res.Provenance {
		t.Errorf("referrers: %v, %v", found, err)
	}
}
