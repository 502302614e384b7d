package edgeclient_test

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/edgeclient"
	"slipway.dev/internal/wire/edgewire"
)

// serve answers on a unix socket. What a real edge answers is tested in internal/edge.
func serve(t *testing.T, h http.HandlerFunc) *edgeclient.Client {
	t.Helper()
	dir, err := os.MkdirTemp("", "edgeclient")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "edge.sock")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: h}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return edgeclient.New(socket)
}

func TestVersions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		min, max int
		want     string
	}{
		{edgewire.Version, edgewire.Version, ""},
		{1, edgewire.Version + 5, ""},
		{edgewire.Version + 1, edgewire.Version + 5, "upgrade this program"},
		{0, edgewire.MinVersion - 1, "replace the edge"},
	} {
		client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			json.NewEncoder(w).Encode(edgewire.Hello{Version: c.max, MinVersion: c.min, Build: "other"})
		})
		_, err := client.Hello(t.Context())
		if c.want == "" && err != nil || c.want != "" && (!fault.Is(err, fault.Refused) || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%d to %d: %v, want %q", c.min, c.max, err, c.want)
		}
	}
}

func TestAsksTheSuccessor(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		switch asked.Add(1) {
		case 1:
			w.Header().Set(edgewire.Header, edgewire.WasReplaced)
			w.WriteHeader(http.StatusServiceUnavailable)
			json.NewEncoder(w).Encode(edgewire.Fault{Code: string(fault.Unavailable), Text: "replaced"})
		case 2:
			panic(http.ErrAbortHandler)
		default:
			json.NewEncoder(w).Encode(edgewire.Table{Epoch: 7})
		}
	})
	table, err := client.Table(t.Context())
	if err != nil || table.Epoch != 7 || asked.Load() != 3 {
		t.Errorf("%+v, %v, asked %d times", table, err, asked.Load())
	}
}

func TestNobodyThere(t *testing.T) {
	t.Parallel()
	_, err := edgeclient.New(filepath.Join(t.TempDir(), "none")).Hello(t.Context())
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "slipway up") {
		t.Error(err)
	}
}

func TestEnsureSaysWhyItFailed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := edgeclient.New(filepath.Join(dir, "none")).Ensure(t.Context(), edgeclient.StartOptions{
		Binary: "/bin/sh", Args: []string{"-c", "echo the port is taken >&2; exit 6"}, Log: filepath.Join(dir, "edge.log"),
	})
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "the port is taken") {
		t.Error(err)
	}
}
