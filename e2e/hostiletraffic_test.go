package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"slipway.dev/e2e/house"
	"slipway.dev/internal/loadgen"
)

// TestHostileTraffic sends requests of which no two are alike while a canary tells users
// apart. What edge and control plane keep of them is bounded.
func TestHostileTraffic(t *testing.T) {
	t.Parallel()
	if !heavy() {
		t.Skip("with SLIPWAY_HEAVY=1")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	const patient = "{canary: {sticky: {cookie: true}, minimum: 1h}}"
	h := newHouse(t, house.Options{})
	must(t, h.Up(ctx, ""))
	flows := manyFlows(200)
	repo, err := h.Found(ctx, t.TempDir()+"/repo", house.Version{Name: "v0", Strategy: patient, Flows: flows})
	must(t, err)
	commit, err := h.Ship(ctx, repo, house.Version{Name: "v1", Strategy: patient, Flows: flows})
	must(t, err)
	active(t, ctx, h, commit, "it is judged", judgedTo(1))

	send := func(from, n uint64) {
		load := loadgen.Start(ctx, loadgen.Options{Address: h.HTTP, Clients: 16, Next: func(i uint64) loadgen.Request { return hostileRequest(from + i) }})
		must(t, house.Wait(ctx, "all are sent", func() (bool, error) { return load.Result().Requests >= n, nil }))
		r := load.Stop()
		t.Logf("%d requests, %d failed: %v", r.Requests, r.Failed, r.Failures)
	}
	hello, err := h.Edge.Hello(ctx)
	must(t, err)
	requests := uint64(50_000)
	if n, err := strconv.ParseUint(os.Getenv("SLIPWAY_HOSTILE"), 10, 64); err == nil {
		requests = n
	}
	send(0, requests/5) // fills what is of fixed size
	edge, control, series := memory(t, hello.PID), memory(t, h.PID()), shown(t, ctx, h)
	t.Logf("edge %d MB, control plane %d MB, %d series", edge>>20, control>>20, series)
	send(1<<40, requests)
	edge2, control2, series2 := memory(t, hello.PID), memory(t, h.PID()), shown(t, ctx, h)
	t.Logf("edge %d MB, control plane %d MB, %d series", edge2>>20, control2>>20, series2)
	if edge2 > edge+64<<20 || control2 > control+64<<20 {
		t.Errorf("memory grows with what is sent: edge from %d to %d MB, control plane from %d to %d MB", edge>>20, edge2>>20, control>>20, control2>>20)
	}
	// All series of the flows may have been met by now, but none is of what was sent.
	if most := 200 * 2 * 3 * 40; series2 > most {
		t.Errorf("%d series are shown, not %d at most", series2, most)
	}
}

// manyFlows go through the one service, by patterns of all kinds that overlap.
func manyFlows(n int) string {
	var b strings.Builder
	for i := range n {
		pattern := []string{"GET /p%d/{a}/{b}", "/p%d/", "POST /{x}/p%d/{rest...}", "GET /{a}/{b}/{c}/{d}/{e}/p%d/{$}", "/%%2F/p%d"}[i%5]
		fmt.Fprintf(&b, "---\napiVersion: slipway.dev/v1\nkind: Flow\nmetadata: {name: f%d, team: crew}\n"+
			"spec: {type: user, criticality: low, start: a, end: b, steps: [{name: s, service: app, request: \"%s\"}]}\n", i, fmt.Sprintf(pattern, i))
	}
	return b.String()
}

// hostileRequest is like no other.
func hostileRequest(i uint64) loadgen.Request {
	r := loadgen.Request{Method: http.MethodGet, Host: house.Host, Header: http.Header{}}
	switch i % 6 {
	case 0:
		r.Path = fmt.Sprintf("/%d/%%2F%d/../x%d", i, i, i)
	case 1:
		r.Path, r.Method = "/", fmt.Sprintf("M%d", i)
	case 2:
		r.Path = fmt.Sprintf("/p%d/%d?q=%d", i%200, i, i)
		r.Header.Set("Idempotency-Key", fmt.Sprint("key ", i, strings.Repeat("k", int(i%2000))))
	case 3:
		r.Path = "/"
		r.Header.Set("Cookie", fmt.Sprintf("slipway-%d=%d; slipway=%d; a%d=b", i, i, i, i))
	case 4:
		r.Path, r.Host = "/", fmt.Sprintf("host-%d.%s", i, house.Host)
		r.Header.Set(fmt.Sprintf("X-Header-%d", i), "x")
	case 5:
		r.Path = "/" + strings.Repeat("a/", int(i%1000)) + fmt.Sprint(i)
	}
	return r
}

// shown is how many series the control plane's own metrics have.
func shown(t *testing.T, ctx context.Context, h *house.House) int {
	t.Helper()
	var b bytes.Buffer
	must(t, h.Metrics(ctx, &b))
	n := 0
	for line := range strings.Lines(b.String()) {
		if !strings.HasPrefix(line, "#") {
			n++
		}
	}
	return n
}

// memory is what a process has in the machine's memory, in bytes.
func memory(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	must(t, err)
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	must(t, err)
	return pages * os.Getpagesize()
}
