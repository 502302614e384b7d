package store_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/store"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for address, code := range map[string]fault.Code{
		"":                                   fault.Invalid,
		"mysql://localhost/x":                fault.Invalid,
		"postgres://u:geheim@h:notone/":      fault.Invalid,
		"postgres://u:geheim@/x?host=" + dir: fault.Unavailable, // nobody listens there
		dir:                                  fault.Unavailable, // it is a folder
		filepath.Join(dir, "deep", "er.db"):  "",
		"sqlite://" + dir + "/with space.db": "",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		s, err := store.Open(ctx, address, store.Options{})
		cancel()
		if fault.CodeOf(err) != code {
			t.Errorf("%q: %v", address, err)
		}
		if err != nil && strings.Contains(err.Error(), "geheim") {
			t.Errorf("%q: the error shows the password: %v", address, err)
		}
		if err == nil {
			s.Close()
		}
	}
	info, err := os.Stat(filepath.Join(dir, "with space.db"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
}
