package vault

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/machine/machinetest"
)

func TestScripts(t *testing.T) {
	t.Parallel()
	machinetest.Run(t, Secret{}, "testdata/secret*.txt")
	machinetest.Run(t, Keys{}, "testdata/key*.txt")
}

func setMany(t *testing.T, n int) SecretState {
	t.Helper()
	var s SecretState
	for i := range n {
		value := SecretValue{Name: "payment-key", Sealed: Sealed{Bytes: fmt.Appendf(nil, "sealed-%d", i+1)}}
		next, err := Secret{}.Step(s, machine.Event{Type: EventSecretSet, At: time.Unix(int64(i), 0).UTC(), Data: machine.Must(value)})
		if err != nil {
			t.Fatal(err)
		}
		s = next.State
	}
	return s
}

func TestOldVersionsAreBounded(t *testing.T) {
	t.Parallel()
	s := setMany(t, Kept+3)
	if len(s.Versions) != Kept {
		t.Fatalf("%d versions are kept, want %d", len(s.Versions), Kept)
	}
	if v, err := s.Current(); err != nil || v.Version != Kept+3 {
		t.Errorf("current: %+v, %v", v, err)
	}
	if v, err := s.Find(4); err != nil || string(v.Sealed.Bytes) != "sealed-4" {
		t.Errorf("the oldest kept: %+v, %v", v, err)
	}
	if _, err := s.Find(3); !fault.Is(err, fault.NotFound) {
		t.Errorf("one that is not kept: %v", err)
	}
}

func TestListingHoldsNoValue(t *testing.T) {
	t.Parallel()
	s := setMany(t, 2)
	l := string(machine.Must(s.Listing()))
	if !strings.Contains(l, `"version":2`) || strings.Contains(l, "sealed") || strings.Contains(l, "c2VhbGVk") {
		t.Fatalf("listing: %s", l)
	}
}

func TestRefs(t *testing.T) {
	t.Parallel()
	name, version, err := ParseRef(Ref("payment-key", 12))
	if name != "payment-key" || version != 12 || err != nil {
		t.Fatal(name, version, err)
	}
	for _, bad := range []string{"", "a", "@1", "a@", "a@0", "a@-1", "a@01", "a@+1", "a@1@2", "A@1", "../a@1", "-a@1", "a@x"} {
		if _, _, err := ParseRef(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestOversizedValueIsRefused(t *testing.T) {
	t.Parallel()
	value := SecretValue{Name: "x", Sealed: Sealed{Bytes: make([]byte, MaxInline+1)}}
	_, err := Secret{}.Step(SecretState{}, machine.Event{Type: EventSecretSet, Data: machine.Must(value)})
	if !fault.Is(err, fault.Invalid) {
		t.Fatal(err)
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	machinetest.Golden(t, Secret{}, SecretVersion, 1, "testdata/secret*.txt", "testdata/golden/secret.v1.jsonl")
	machinetest.Golden(t, Keys{}, KeysVersion, 1, "testdata/key*.txt", "testdata/golden/keys.v1.jsonl")
}
