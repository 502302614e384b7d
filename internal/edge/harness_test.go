package edge_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/edge"
	"slipway.dev/internal/edgeclient"
	"slipway.dev/internal/wire/edgewire"
)

// patience bounds every wait; it is only reached when something is broken.
const patience = 30 * time.Second

// testEdge is an edge that runs as a process of its own.
type testEdge struct {
	*edgeclient.Client
	t       *testing.T
	options edge.Options
	log     string
	hello   edgewire.Hello
	gen     int64
}

func testOptions(t *testing.T) edge.Options {
	t.Helper()
	dir, err := os.MkdirTemp("", "edge") // shorter than t.TempDir: socket paths have a limit
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return edge.Options{
		AdminSocket: filepath.Join(dir, "admin", "edge.sock"), StateDir: filepath.Join(dir, "state"),
		HTTP: []string{"127.0.0.1:0"}, Internal: []string{"127.0.0.1:0"}, Linger: 10 * time.Second, Grace: 5 * time.Second, Build: "test",
	}
}

// startEdge starts an edge and stops it at the end of the test, whoever succeeded it.
func startEdge(t *testing.T, o edge.Options) *testEdge {
	t.Helper()
	e := &testEdge{Client: edgeclient.New(o.AdminSocket), t: t, options: o, log: filepath.Join(o.StateDir, "..", "edge.log")}
	h, err := e.Ensure(t.Context(), e.start())
	if err != nil {
		t.Fatal(err)
	}
	e.hello = h
	t.Cleanup(e.stop)
	return e
}

func (e *testEdge) start() edgeclient.StartOptions {
	text, err := json.Marshal(e.options)
	if err != nil {
		e.t.Fatal(err)
	}
	return edgeclient.StartOptions{Binary: testBinary(e.t), Env: append(os.Environ(), edgeEnv+"="+string(text)), Log: e.log}
}

func testBinary(t *testing.T) string {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

func (e *testEdge) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	h, err := e.Hello(ctx)
	if err == nil {
		syscall.Kill(h.PID, syscall.SIGTERM)
		waitGone(e.t, h.PID)
	}
	e.killLate()
	if e.t.Failed() {
		log, _ := os.ReadFile(e.log)
		e.t.Logf("the edge's log:\n%s", log)
	}
	if log, _ := os.ReadFile(e.log); strings.Contains(string(log), "DATA RACE") || strings.Contains(string(log), "panic:") {
		e.t.Errorf("the edge's log:\n%s", log)
	}
}

// killLate ends edges that lost a race to start, and were so late that nobody was there any
// more to lose against.
func (e *testEdge) killLate() {
	environs, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range environs {
		environ, _ := os.ReadFile(path)
		pid, err := strconv.Atoi(strings.Split(path, "/")[2])
		if err == nil && pid != os.Getpid() && strings.Contains(string(environ), e.options.StateDir) {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// waitGone waits until a process has ended (it may be a zombie: its parent is this
// process, or init).
func waitGone(t *testing.T, pid int) {
	t.Helper()
	eventually(t, fmt.Sprintf("process %d ends", pid), func() bool {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		return err != nil || strings.Contains(string(stat), ") Z ")
	})
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until: %s", what)
		}
	}
}

func (e *testEdge) http() string { return e.hello.HTTP[0] }

// apply gives the edge a table of these services.
func (e *testEdge) apply(services ...edgewire.Service) {
	e.t.Helper()
	e.gen++
	if err := e.Apply(e.t.Context(), edgewire.Table{Epoch: 1, Generation: e.gen, Services: services}); err != nil {
		e.t.Fatal(err)
	}
}

// tickets is a service at shop.localhost with a group of weight 100 for each list of
// instances, written "id=address".
func tickets(groups ...[]string) edgewire.Service {
	s := edgewire.Service{Name: "tickets", Environment: "dev", Routes: []edgewire.Route{{Host: "shop.localhost", Path: "/"}}}
	for i, instances := range groups {
		g := edgewire.Group{Release: fmt.Sprint("r", i), Deployment: fmt.Sprint("d", i), Weight: 100}
		for _, in := range instances {
			id, address, _ := strings.Cut(in, "=")
			g.Instances = append(g.Instances, edgewire.Instance{ID: id, Address: address})
		}
		s.Groups = append(s.Groups, g)
	}
	return s
}

func (e *testEdge) request(method, path, body string) *http.Request {
	e.t.Helper()
	r, err := http.NewRequestWithContext(e.t.Context(), method, "http://"+e.http()+path, strings.NewReader(body))
	if err != nil {
		e.t.Fatal(err)
	}
	r.Host = "shop.localhost"
	return r
}

// do sends a request on a connection of its own.
func (e *testEdge) do(r *http.Request) (*http.Response, string) {
	e.t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	res, err := client.Do(r)
	if err != nil {
		e.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		e.t.Fatal(err)
	}
	return res, string(body)
}

func (e *testEdge) get(path string) (*http.Response, string) {
	e.t.Helper()
	return e.do(e.request("GET", path, ""))
}

func (e *testEdge) counters() edgewire.Counters {
	e.t.Helper()
	c, err := e.Counters(e.t.Context())
	if err != nil {
		e.t.Fatal(err)
	}
	return c
}

func total(c edgewire.Counters) (requests, edgeFailed uint64) {
	for _, x := range c.Counters {
		requests += x.Requests
		edgeFailed += x.EdgeFailed
	}
	return requests, edgeFailed
}

// startAppProcess starts the app as a process that can be killed.
func startAppProcess(t *testing.T) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(testBinary(t))
	cmd.Env = append(os.Environ(), appEnv+"=127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return cmd, strings.TrimSpace(line)
}

// deadAddress is one where nothing listens.
func deadAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func wantFault(t *testing.T, err error, code fault.Code, text string) {
	t.Helper()
	if !fault.Is(err, code) || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v, want %s with %q", err, code, text)
	}
}
