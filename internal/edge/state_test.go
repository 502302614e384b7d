package edge_test

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/edge"
	"slipway.dev/internal/edgeclient"
	"slipway.dev/internal/wire/edgewire"
)

// An edge that was killed routes again by its table, without a control plane, and has
// its figures.
func TestRestartWithOldTable(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	e.apply(tickets([]string{"i0=" + addressOf(startApp(t, "app"))}))
	e.get("/")
	saved := filepath.Join(e.options.StateDir, "counters.json")
	eventually(t, "the figures are saved", func() bool {
		content, _ := os.ReadFile(saved)
		return strings.Contains(string(content), `"requests":1`)
	})
	syscall.Kill(e.hello.PID, syscall.SIGKILL)
	waitGone(t, e.hello.PID)
	h, err := e.Ensure(t.Context(), e.start())
	if err != nil || h.Generation != 1 || h.Problem != "" {
		t.Fatalf("%+v, %v", h, err)
	}
	e.hello = h
	if res, _ := e.get("/"); res.StatusCode != 200 {
		t.Errorf("%s after a restart", res.Status)
	}
	if n, _ := total(e.counters()); n != 2 {
		t.Errorf("%d requests counted, want one before and one after", n)
	}
}

func TestBrokenStateIsSaidAndPutAside(t *testing.T) {
	t.Parallel()
	wrong, err := json.Marshal(edgewire.Table{Services: []edgewire.Service{{Name: "NOT A NAME"}}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"truncated": `{"epoch":1,"services":[{"na`, "empty": "", "not a table": string(wrong)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := testOptions(t)
			if err := os.MkdirAll(o.StateDir, 0o700); err != nil {
				t.Fatal(err)
			}
			for _, file := range []string{"table.json", "counters.json"} {
				if err := os.WriteFile(filepath.Join(o.StateDir, file), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			e := startEdge(t, o)
			if !strings.Contains(e.hello.Problem, "table.json") || !strings.Contains(e.hello.Problem, "counters.json") {
				t.Errorf("problem %q", e.hello.Problem)
			}
			if kept, err := os.ReadFile(filepath.Join(o.StateDir, "table.json.broken")); err != nil || string(kept) != content {
				t.Errorf("%q, %v", kept, err)
			}
			e.apply(tickets())
		})
	}
}

func TestPortTaken(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	o := testOptions(t)
	o.HTTP = []string{l.Addr().String()}
	err = edge.Run(t.Context(), o)
	wantFault(t, err, fault.Unavailable, "cannot listen on "+l.Addr().String())
	wantFault(t, err, fault.Unavailable, "ss -ltnp")
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for text, change := range map[string]func(*edge.Options){
		"not a loopback address": func(o *edge.Options) { o.Internal = []string{"0.0.0.0:0"} },
		"without certificates":   func(o *edge.Options) { o.HTTPS = []string{"127.0.0.1:0"} },
		"no address":             func(o *edge.Options) { o.HTTP, o.Internal = nil, nil },
		"needs an admin socket":  func(o *edge.Options) { o.StateDir = "" },
		"allows 107":             func(o *edge.Options) { o.AdminSocket = filepath.Join(o.StateDir, strings.Repeat("x", 120)) },
	} {
		o := testOptions(t)
		change(&o)
		wantFault(t, edge.Run(t.Context(), o), fault.Invalid, text)
	}
}

func TestOthersMayNotEnterTheStateDirectory(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	if err := os.Mkdir(o.StateDir, 0o755); err != nil {
		t.Fatal(err)
	}
	wantFault(t, edge.Run(t.Context(), o), fault.Denied, "chmod 700")
}

// Two control planes start an edge at the same time: one remains, and both talk to it.
func TestOneEdgeOfManyStarts(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	e := &testEdge{Client: edgeclient.New(o.AdminSocket), t: t, options: o, log: filepath.Join(o.StateDir, "..", "edge.log")}
	t.Cleanup(e.stop)
	pids := make([]int, 6)
	var wg sync.WaitGroup
	for i := range pids {
		wg.Go(func() {
			h, err := edgeclient.New(o.AdminSocket).Ensure(t.Context(), e.start())
			if err != nil {
				t.Error(err)
			}
			pids[i] = h.PID
		})
	}
	wg.Wait()
	for _, pid := range pids {
		if pid != pids[0] || pid == 0 {
			t.Fatalf("different edges answer: %v", pids)
		}
	}
	wantFault(t, edge.Run(t.Context(), o), fault.Refused, "another edge runs in "+o.StateDir)
}

// A successor that cannot start changes nothing.
func TestFailedReplacementChangesNothing(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	e.apply(tickets([]string{"i0=" + addressOf(startApp(t, "app"))}))
	for binary, want := range map[string]string{"/bin/false": "ended without saying why", "/bin": "not a program", "relative": "not a program", "/nowhere": "not a program"} {
		if _, err := e.Replace(t.Context(), binary); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", binary, err, want)
		}
	}
	if res, _ := e.get("/"); res.StatusCode != 200 {
		t.Errorf("%s", res.Status)
	}
	e.apply(tickets())
	h, err := e.Hello(t.Context())
	if err != nil || h.PID != e.hello.PID {
		t.Errorf("%+v, %v", h, err)
	}
}
