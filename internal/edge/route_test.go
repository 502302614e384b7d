package edge_test

import (
	"net/http"
	"strings"
	"testing"

	"slipway.dev/internal/wire/edgewire"
)

func TestRoutesAndForwards(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	app := startApp(t, "app")
	e.apply(tickets([]string{"i0=" + addressOf(app)}))

	res, body := e.get("/a/b?x=1;y=%zz")
	if res.StatusCode != 200 || body != "app GET /a/b?x=1;y=%zz 0" || res.Header.Get(edgewire.Header) != "" {
		t.Errorf("%s %q", res.Status, body)
	}
	r := e.request("POST", "/a%2Fb", "hello")
	if _, body := e.do(r); body != "app POST /a%2Fb 5" {
		t.Errorf("%q", body)
	}
	r = e.request("GET", "/headers", "")
	for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-Real-Ip", "X-Forwarded-Port", "X-Forwarded-Prefix",
		"X_Forwarded_For", "X_Real_IP", "X-Original-URL", "X-Rewrite-URL", "True-Client-IP"} {
		r.Header.Set(name, "forged")
	}
	r.Header.Set("Connection", "X-Secret")
	r.Header.Set("X-Secret", "hop")
	res, body = e.do(r)
	for _, want := range []string{"Host: shop.localhost\n", "X-Forwarded-For: 127.0.0.1\r\n", "X-Forwarded-Host: shop.localhost\r\n", "X-Forwarded-Proto: http\r\n"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in %q", want, body)
		}
	}
	if strings.Contains(body, "forged") || strings.Contains(body, "X-Secret") || res.Header.Get(edgewire.Header) != "" {
		t.Errorf("%v %q", res.Header, body)
	}
}

// TestUpgradesOnlyToWebSocket asks for a protocol whose requests would be neither routed nor
// counted.
func TestUpgradesOnlyToWebSocket(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	app := startApp(t, "app")
	e.apply(tickets([]string{"i0=" + addressOf(app)}))
	for _, protocol := range []string{"h2c", "TLS/1.0", "websocket, h2c"} {
		r := e.request("GET", "/headers", "")
		r.Header.Set("Connection", "Upgrade, HTTP2-Settings")
		r.Header.Set("Upgrade", protocol)
		r.Header.Set("HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA")
		if _, body := e.do(r); strings.Contains(body, "Upgrade") || strings.Contains(body, "Http2-Settings") {
			t.Errorf("%s: the app saw %q", protocol, body)
		}
	}
}

func TestRefusesWithReason(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	e.apply(tickets([]string{"i0=" + deadAddress(t)}), edgewire.Service{
		Name: "empty", Environment: "dev", Routes: []edgewire.Route{{Host: "empty.localhost", Path: "/"}},
	})
	for _, c := range []struct {
		host, path, method, reason string
		status                     int
	}{
		{"other.localhost", "/", "GET", edgewire.NoRoute, 404},
		{"shop.localhost", "/a/../b", "GET", edgewire.BadRequest, 400},
		{"shop.localhost", "/a/%2e%2e/b", "GET", edgewire.BadRequest, 400},
		{"shop.localhost", "/a/..;/b", "GET", edgewire.BadRequest, 400},
		{"shop.localhost", "/", "TRACE", edgewire.BadRequest, 405},
		{"shop.localhost", "/", "POST", edgewire.NoInstance, 503},
		{"empty.localhost", "/", "GET", edgewire.NoInstance, 503},
	} {
		r := e.request(c.method, "/", "")
		r.URL.Opaque = c.path // as it is, not cleaned
		r.Host = c.host
		res, body := e.do(r)
		if res.StatusCode != c.status || res.Header.Get(edgewire.Header) != c.reason || !strings.Contains(body, "slipway edge") {
			t.Errorf("%+v: %s %q %q", c, res.Status, res.Header.Get(edgewire.Header), body)
		}
	}
	counters := e.counters()
	requests, failed := total(counters)
	if counters.Unrouted != 1 || requests != 3 || failed != 2 {
		t.Errorf("%+v", counters)
	}
}

func TestInternalListener(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	app := startApp(t, "app")
	e.apply(tickets([]string{"i0=" + addressOf(app)}))
	base := "http://" + e.hello.Internal[0]
	for path, want := range map[string]string{
		"/_svc/dev/tickets/orders/7?a=b": "200 app GET /orders/7?a=b 0",
		"/_svc/dev/tickets/a%2Fb":        "200 app GET /a%2Fb 0",
		"/_svc/dev/tickets":              "200 app GET / 0",
		"/_svc/prod/tickets/":            "404",
		"/_svc/dev/ticketsX/":            "404",
		"/orders":                        "400",
		"/_svc/dev":                      "400",
		"/_svc/dev/tickets/%2e%2e/x":     "400",
		"/_svc/dev%2Ftickets/x":          "400",
	} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, body := e.do(r)
		if got := res.Status[:4] + body; !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), "GET", base+"/_svc/dev/tickets/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "rebound.example"
	if res, _ := e.do(r); res.StatusCode != 400 {
		t.Errorf("a browser's request for %s was served: %s", r.Host, res.Status)
	}
}
