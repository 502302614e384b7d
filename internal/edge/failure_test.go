package edge_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/loadgen"
	"slipway.dev/internal/wire/edgewire"
)

// Nothing listens at one of two instances: nothing was sent, so any request goes on to
// the other one, with its body.
func TestDeadInstanceCostsNothing(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	app := startApp(t, "app")
	e.apply(tickets([]string{"dead=" + deadAddress(t), "live=" + addressOf(app)}))
	for i := range 20 {
		body := strings.Repeat("b", i*20_000) // kept and streamed ones
		res, got := e.do(e.request("POST", "/x", body))
		if want := fmt.Sprintf("app POST /x %d", len(body)); res.StatusCode != 200 || got != want {
			t.Errorf("%s %q, want %q", res.Status, got, want)
		}
	}
}

// All instances of the group whose turn it is are gone: another group takes over.
func TestOtherGroupTakesOver(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	app := startApp(t, "app")
	e.apply(tickets([]string{"dead=" + deadAddress(t)}, []string{"live=" + addressOf(app)}))
	for range 10 {
		if res, body := e.get("/"); res.StatusCode != 200 || !strings.HasPrefix(body, "app") {
			t.Errorf("%s %q", res.Status, body)
		}
	}
}

// An instance that was ejected gets requests again when it is back.
func TestEjectedInstanceComesBack(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	address := deadAddress(t)
	e.apply(tickets([]string{"i0=" + address}))
	if res, _ := e.get("/"); res.StatusCode != 503 {
		t.Fatalf("%s without an instance", res.Status)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: appHandler("back")}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	eventually(t, "the instance is used again", func() bool {
		res, _ := e.get("/")
		return res.StatusCode == 200
	})
}

// kill -9 of one of two instances under load loses nothing that may be done twice.
func TestKillLosesOnlyWhatMustNotBeRepeated(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	victim, address := startAppProcess(t)
	_, other := startAppProcess(t)
	e.apply(tickets([]string{"victim=" + address, "other=" + other}))
	load := loadgen.Start(t.Context(), loadgen.Options{Address: e.http(), Clients: 32, Timeout: patience, Next: func(n uint64) loadgen.Request {
		r := loadgen.Request{Method: "GET", Host: "shop.localhost", Path: "/slow?for=2ms"}
		if n%3 == 0 {
			r.Method, r.Body, r.Header = "POST", []byte("{}"), http.Header{"Idempotency-Key": {fmt.Sprint(n)}}
		}
		return r
	}})
	plain := loadgen.Start(t.Context(), loadgen.Options{Address: e.http(), Clients: 8, Timeout: patience, Next: loadgen.Mix("shop.localhost", 1, "/slow?for=2ms")})
	sent(t, load, 500)
	victim.Process.Kill()
	sent(t, load, 500)
	if r := load.Stop(); r.Failed > 0 {
		t.Errorf("%d of %d failed: %v", r.Failed, r.Requests, r.Failures)
	}
	r := plain.Stop()
	t.Logf("without a key, %d of %d POST failed: %v", r.Failed, r.Requests, r.Failures)
	if r.Failed > 8 {
		t.Errorf("%d POST failed; at most the 8 in flight may", r.Failed)
	}
}

// What an app does to a connection in the middle, the client sees; it is counted, and not
// sent again.
func TestBrokenAnswers(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	app := startApp(t, "app")
	e.apply(tickets([]string{"i0=" + addressOf(app)}))

	// Whether the beginning reaches the client is a matter of buffers; that it is not the
	// whole must.
	res, err := http.DefaultTransport.RoundTrip(e.request("GET", "/cut", ""))
	if err == nil {
		var body []byte
		body, err = io.ReadAll(res.Body)
		res.Body.Close()
		if err == nil {
			t.Errorf("a cut answer came as whole: %q", body)
		}
	}
	if res, _ := e.do(e.request("POST", "/drop", "x")); res.StatusCode != 502 || res.Header.Get(edgewire.Header) != edgewire.UpstreamFailed {
		t.Errorf("%s %v", res.Status, res.Header)
	}
	eventually(t, "all is counted", func() bool {
		c := e.counters().Counters
		return len(c) == 1 && c[0].Requests == 2 && c[0].Cut == 1 && c[0].Status[1] == 1 && c[0].EdgeFailed == 1 && c[0].InFlight == 0
	})
}

func TestSlowAppIsATimeout(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	s := tickets([]string{"i0=" + addressOf(startApp(t, "app"))})
	s.Timeout = 30 * time.Millisecond
	e.apply(s)
	for _, method := range []string{"GET", "POST"} {
		if res, _ := e.do(e.request(method, "/slow?for=1h", "x")); res.StatusCode != 504 || res.Header.Get(edgewire.Header) != edgewire.UpstreamSlow {
			t.Errorf("%s: %s %v", method, res.Status, res.Header)
		}
	}
}

func TestClientWhoLeavesIsCountedAsGone(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	e.apply(tickets([]string{"i0=" + addressOf(startApp(t, "app"))}))
	c, err := net.Dial("tcp", e.http())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(c, "GET /slow?for=1h HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
	eventually(t, "the request is in flight", func() bool { return inFlight(e) == 1 })
	c.Close()
	eventually(t, "it is given up", func() bool {
		c := e.counters().Counters
		return c[0].ClientGone == 1 && c[0].Requests == 1 && c[0].InFlight == 0
	})
}

// Apps that close unused connections early: the edge gives its own up before, and looks
// before it uses one.
func TestIdleRace(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	app := httptest.NewUnstartedServer(appHandler("app"))
	app.Config.IdleTimeout = 400 * time.Millisecond
	app.Start()
	t.Cleanup(app.Close)
	s := tickets([]string{"i0=" + addressOf(app)})
	s.IdleTimeout = 100 * time.Millisecond
	e.apply(s)
	// Each client's requests are 100 ms apart: just when connections are given up.
	load := loadgen.Start(t.Context(), loadgen.Options{Address: e.http(), Clients: 40, Rate: 400, Timeout: patience, Next: loadgen.Mix("shop.localhost", 1, "/")})
	sent(t, load, 1000)
	stopLoad(t, e, load)
}
