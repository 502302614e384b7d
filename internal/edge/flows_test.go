package edge_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/coder/websocket"

	"slipway.dev/internal/loadgen"
	"slipway.dev/internal/wire/edgewire"
)

// bounds are those of flows in tests: all that is answered is within the first.
var bounds = []float64{60, 120}

// flowOf makes a flow of requests to the service tickets. Its steps are named like them.
func flowOf(name string, requests ...string) edgewire.Flow {
	f := edgewire.Flow{Name: name, Bounds: bounds}
	for _, r := range requests {
		f.Steps = append(f.Steps, edgewire.FlowStep{Name: r, Service: "tickets", Request: r})
	}
	return f
}

// applyFlows gives the edge a table of services and flows.
func (e *testEdge) applyFlows(flows []edgewire.Flow, services ...edgewire.Service) {
	e.t.Helper()
	e.gen++
	if err := e.Apply(e.t.Context(), edgewire.Table{Epoch: 1, Generation: e.gen, Services: services, Flows: flows}); err != nil {
		e.t.Fatal(err)
	}
}

// flowCounts writes the figures of flows as lines, sorted: what is counted besides requests
// only if there is any.
func (e *testEdge) flowCounts() string {
	e.t.Helper()
	var lines []string
	for _, c := range e.counters().Flows {
		line := fmt.Sprintf("%s[%s] %s: %d", c.Flow, c.Step, c.Deployment, c.Requests)
		if c.Flow != "" && (!slices.Equal(c.Bounds, bounds) || len(c.Latency) != len(bounds)+1 || c.Latency[0] != c.Requests) {
			line += fmt.Sprintf(" in %v of %v", c.Latency, c.Bounds)
		}
		for _, n := range []struct {
			what string
			n    uint64
		}{{"errors", c.Errors}, {"anonymous", c.Anonymous}, {"tls", c.Requests - c.Plain}, {"units", c.Units.Requests}, {"failed units", c.Units.Errors}} {
			if n.n > 0 {
				line += fmt.Sprintf(" %s %d", n.what, n.n)
			}
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func (e *testEdge) wantFlows(want ...string) {
	e.t.Helper()
	got := ""
	defer func() {
		if e.t.Failed() {
			e.t.Logf("got:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
		}
	}()
	eventually(e.t, "the figures of flows are as they should be", func() bool { got = e.flowCounts(); return got == strings.Join(want, "\n") })
}

func TestCountsRequestsByFlow(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	o.HTTPS, o.TLS.Local = []string{"127.0.0.1:0"}, true
	e := startEdge(t, o)
	e.applyFlows([]edgewire.Flow{
		flowOf("buy", "POST /orders", "GET /orders/{id}", "/status/{code}"),
		flowOf("all", "/"),
		flowOf("broken", "GET /cut", "POST /drop"),
	}, tickets([]string{"i0=" + addressOf(startApp(t, "app"))}))
	known := func(r *http.Request) *http.Request { r.Header.Set("Authorization", "Bearer x"); return r }

	e.do(e.request("POST", "/orders", "x"))
	e.do(known(e.request("HEAD", "/orders/7", "")))
	cookie := e.request("GET", "/orders/a%2Fb", "")
	cookie.Header.Set("Cookie", "slipway_user=1; session=2")
	e.do(cookie)
	ours := e.request("GET", "/orders/8", "")
	ours.Header.Set("Cookie", "slipway_user=1")
	e.do(ours)
	e.get("/status/500")
	e.get("/status/404")
	if res, err := http.DefaultTransport.RoundTrip(e.request("GET", "/cut", "")); err == nil {
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
	}
	e.do(e.request("POST", "/drop", ""))
	e.do(e.request("TRACE", "/orders/7", "")) // refused: in no flow
	internal, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+e.hello.Internal[0]+"/_svc/dev/tickets/orders/9", nil)
	if err != nil {
		t.Fatal(err)
	}
	e.do(known(internal))
	secure := &http.Client{Transport: &http.Transport{DialContext: dialEdge(e.hello.HTTPS[0]), TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	res, err := secure.Get("https://shop.localhost/orders/10")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()

	e.wantFlows(
		"all[/] d0: 10 errors 3 anonymous 4 tls 2",
		"broken[GET /cut] d0: 1 errors 1 anonymous 1",
		"broken[POST /drop] d0: 1 errors 1",
		"buy[/status/{code}] d0: 2 errors 1",
		"buy[GET /orders/{id}] d0: 5 anonymous 2 tls 2",
		"buy[POST /orders] d0: 1 anonymous 1",
	)
}

// What no flow names is counted all the same, also while there is no instance, and what
// clients make up adds no series.
func TestOtherRequestsAndBoundedSeries(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	app := startApp(t, "app")
	e.applyFlows([]edgewire.Flow{flowOf("buy", "POST /orders/{id}")}, tickets([]string{"i0=" + addressOf(app)}))
	for i := range 50 {
		e.do(e.request("POST", fmt.Sprintf("/orders/%d", i), ""))
		e.do(e.request(fmt.Sprintf("M%d", i), fmt.Sprintf("/%%2F%d/%s", i, strings.Repeat("x/", i*100)), ""))
	}
	e.wantFlows("[] d0: 50 anonymous 50", "buy[POST /orders/{id}] d0: 50 anonymous 50")
	e.applyFlows(nil, tickets([]string{"i1=" + deadAddress(t)}))
	e.get("/orders")
	e.wantFlows("[] d0: 51 errors 1 anonymous 50", "buy[POST /orders/{id}] d0: 50 anonymous 50")
	e.applyFlows(nil, tickets())
	e.get("/orders")
	e.wantFlows("[] : 1 errors 1", "[] d0: 51 errors 1 anonymous 50", "buy[POST /orders/{id}] d0: 50 anonymous 50")
}

// A wrong flow stops nothing but its own figures, and the edge says what is wrong.
func TestWrongFlowsAreLeftOut(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	bad := func(name string, change func(*edgewire.Flow)) edgewire.Flow {
		f := flowOf(name, "/")
		change(&f)
		return f
	}
	good := flowOf("good", "/")
	service := tickets([]string{"i0=" + addressOf(startApp(t, "app"))})
	for want, flow := range map[string]edgewire.Flow{
		`flow "bad" is not measured: step "/{": net/http does not take it`: flowOf("bad", "/{"),
		`flow "good" is not measured: it is there twice`:                   good,
		`flow "bounds" is not measured: bounds [2 1]`:                      bad("bounds", func(f *edgewire.Flow) { f.Bounds = []float64{2, 1} }),
		`flow "none" is not measured: 0 bounds`:                            bad("none", func(f *edgewire.Flow) { f.Bounds = nil }),
		`flow "zero" is not measured: bounds [0]`:                          bad("zero", func(f *edgewire.Flow) { f.Bounds = []float64{0} }),
		`flow "huge" is not measured: bounds [1e+300]`:                     bad("huge", func(f *edgewire.Flow) { f.Bounds = []float64{1e300} }),
		`flow "" is not measured: its name`:                                flowOf("", "/"),
		`flow "nobody" is not measured: steps[0]`:                          bad("nobody", func(f *edgewire.Flow) { f.Steps[0].Service = "" }),
	} {
		e.applyFlows([]edgewire.Flow{good, flow}, service)
		h, err := e.Hello(t.Context())
		if err != nil || !strings.Contains(h.Problem, want) {
			t.Errorf("%v: %q, want %q", err, h.Problem, want)
		}
	}
	e.get("/")
	e.wantFlows("good[/] d0: 1 anonymous 1")
	e.applyFlows([]edgewire.Flow{good}, service)
	if h, err := e.Hello(t.Context()); err != nil || h.Problem != "" {
		t.Errorf("%v: %q", err, h.Problem)
	}
	var many []edgewire.Flow
	for i := range 10 {
		many = append(many, flowOf(fmt.Sprint("f", i), "//"))
	}
	e.applyFlows(many, service)
	if h, _ := e.Hello(t.Context()); !strings.HasSuffix(h.Problem, "; and 7 more") || len(h.Problem) > 1000 {
		t.Errorf("%q", h.Problem)
	}
}

// Through replacements under load, and a crash, no request of a flow is lost or counted twice.
func TestFlowFiguresSurvive(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	e.applyFlows([]edgewire.Flow{flowOf("buy", "POST /a", "GET /a", "/{$}"), flowOf("all", "/")}, tickets([]string{"i0=" + addressOf(startApp(t, "app"))}))
	load := startLoad(t, e, 500, 16)
	for range 3 {
		sent(t, load, 100)
		if _, err := e.Replace(t.Context(), testBinary(t)); err != nil {
			t.Fatal(err)
		}
	}
	sent(t, load, 100)
	r := load.Stop()
	sum := func(flows []edgewire.FlowCounter) (all, buy, other uint64) {
		for _, c := range flows {
			switch c.Flow {
			case "all":
				all += c.Requests
			case "buy":
				buy += c.Requests
			default:
				other += c.Requests
			}
		}
		return all, buy, other
	}
	eventually(t, "all is counted by flow", func() bool { all, _, _ := sum(e.counters().Flows); return all == r.Requests })
	all, buy, other := sum(e.counters().Flows)
	if r.Failed > 0 || buy < r.Requests/2 || buy >= all || other != 0 {
		t.Errorf("%d failed; buy %d of %d, %d of no flow", r.Failed, buy, all, other)
	}
	eventually(t, "the figures are saved", func() bool {
		content, _ := os.ReadFile(filepath.Join(e.options.StateDir, "counters.json"))
		var sources []edgewire.Source
		if json.Unmarshal(content, &sources) != nil {
			return false
		}
		var saved uint64
		for _, s := range sources {
			n, _, _ := sum(s.Flows)
			saved += n
		}
		return saved == all
	})
	h, err := e.Hello(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	syscall.Kill(h.PID, syscall.SIGKILL)
	waitGone(t, h.PID)
	if _, err := e.Ensure(t.Context(), e.start()); err != nil {
		t.Fatal(err)
	}
	if after, _, _ := sum(e.counters().Flows); after != all {
		t.Errorf("%d requests after a crash, %d before", after, all)
	}
}

// Bytes are counted of both bodies, and of what goes through after a switch of protocols.
func TestCountsBytes(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	e.apply(tickets([]string{"i0=" + addressOf(startApp(t, "app"))}))
	bytes := func() (received, sent uint64) {
		for _, c := range e.counters().Counters {
			received, sent = received+c.Received, sent+c.Sent
		}
		return received, sent
	}
	want := uint64(0)
	for _, size := range []int{0, 10, 100_000} { // none, kept, streamed
		_, body := e.do(e.request("POST", "/echo", strings.Repeat("b", size)))
		want += uint64(len(body))
	}
	eventually(t, "bodies are counted", func() bool { r, s := bytes(); return r == 100_010 && s == want && want == 100_010 })
	client := &http.Client{Transport: &http.Transport{DialContext: dialEdge(e.http())}}
	ws, _, err := websocket.Dial(t.Context(), "ws://shop.localhost/ws", &websocket.DialOptions{HTTPClient: client})
	if err != nil {
		t.Fatal(err)
	}
	if err := ws.Write(t.Context(), websocket.MessageText, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ws.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	ws.CloseNow()
	eventually(t, "what went through the tunnel is counted", func() bool { r, s := bytes(); return r > 101_010 && s > 101_010 })
}

// The flows change again and again while requests are counted by them.
func TestFlowsUnderSwitches(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	app := startApp(t, "app")
	apply := func(i int) {
		f := flowOf("all", "/", "GET /{$}", "/a")
		f.Steps = f.Steps[:1+i%3] // the table changes while requests are matched by it
		e.applyFlows([]edgewire.Flow{f}, tickets([]string{"i0=" + addressOf(app)}, []string{"i1=" + addressOf(app)}))
	}
	apply(0)
	load := loadgen.Start(t.Context(), loadgen.Options{Address: e.http(), Clients: 8, Timeout: patience, Next: loadgen.Mix("shop.localhost", 0.5, "/", "/a")})
	for i := range 30 {
		sent(t, load, 30)
		apply(i)
	}
	r := load.Stop()
	requests, _ := total(e.counters())
	var inFlows uint64
	for _, c := range e.counters().Flows {
		if c.Flow == "all" {
			inFlows += c.Requests
		}
	}
	if inFlows != requests || requests != r.Requests || r.Failed > 0 || len(e.counters().Flows) > 6 {
		t.Errorf("%d of %d requests are in the flow\n%s", inFlows, r.Requests, e.flowCounts())
	}
}
