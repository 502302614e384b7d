package edge_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/wire/edgewire"
)

func (e *testEdge) limit(l edgewire.Limits, services ...edgewire.Service) {
	e.t.Helper()
	e.gen++
	if err := e.Apply(e.t.Context(), edgewire.Table{Epoch: 1, Generation: e.gen, Services: services, Limits: l}); err != nil {
		e.t.Fatal(err)
	}
}

func TestBodyAndHeaderLimits(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	e.limit(edgewire.Limits{Body: 2_000, Header: 1000}, tickets([]string{"i0=" + addressOf(startApp(t, "app"))}))
	// The bodies go out in one write with the headers: the answer comes before a longer one is
	// sent, and the client might see the closed connection first.
	chunked := e.request("POST", "/", "")
	chunked.Body, chunked.ContentLength = io.NopCloser(strings.NewReader(strings.Repeat("x", 2_010))), -1
	header := e.request("GET", "/", "")
	header.Header.Set("X-Large", strings.Repeat("x", 1000))
	for name, c := range map[string]struct {
		r      *http.Request
		status int
	}{
		"small":     {e.request("POST", "/", strings.Repeat("x", 2_000)), 200},
		"announced": {e.request("POST", "/", strings.Repeat("x", 2_001)), 413},
		"chunked":   {chunked, 413},
		"header":    {header, 431},
	} {
		if res, _ := e.do(c.r); res.StatusCode != c.status {
			t.Errorf("%s: %s, want %d", name, res.Status, c.status)
		}
	}
}

func TestInFlightLimit(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	e.limit(edgewire.Limits{InFlight: 2}, tickets([]string{"i0=" + addressOf(startApp(t, "app"))}))
	for range 2 {
		c, err := net.Dial("tcp", e.http())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprint(c, "GET /slow?for=1h HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
	}
	eventually(t, "two are in flight", func() bool { return inFlight(e) == 2 })
	res, _ := e.get("/")
	if res.StatusCode != 503 || res.Header.Get(edgewire.Header) != edgewire.Overloaded {
		t.Errorf("%s %v", res.Status, res.Header)
	}
}

func TestConnectionLimit(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	e.limit(edgewire.Limits{Connections: 3}, tickets([]string{"i0=" + addressOf(startApp(t, "app"))}))
	var held []net.Conn
	for range 3 {
		c, err := net.Dial("tcp", e.http())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		held = append(held, c)
	}
	if status, reason := onNewConnection(t, e.http()); status != 503 || reason != edgewire.Overloaded {
		t.Errorf("%d %s", status, reason)
	}
	held[0].Close()
	eventually(t, "there is room again", func() bool { status, _ := onNewConnection(t, e.http()); return status == 200 })
}

// onNewConnection asks on a connection of its own. An edge that has no room answers before
// it is asked, which http.Client takes for a mistake; so this reads whatever comes.
func onNewConnection(t *testing.T, address string) (status int, reason string) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n") // fails if it is closed already
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode, res.Header.Get(edgewire.Header)
}

// Clients that send or read too slowly lose their connection.
func TestSlowClientsAreBounded(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	o.Limits = edgewire.Limits{ReadTimeout: 100 * time.Millisecond, WriteTimeout: 200 * time.Millisecond}
	e := startEdge(t, o)
	e.apply(tickets([]string{"i0=" + addressOf(startApp(t, "app"))}))
	for name, request := range map[string]string{
		"headers never end":     "GET / HTTP/1.1\r\nHost: shop.localhost\r\nX: ",
		"small body never ends": "POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 10\r\n\r\n123",
		"large body never ends": "POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 1000000\r\n\r\n123",
		"does not read":         "GET /events HTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := net.Dial("tcp", e.http())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			fmt.Fprint(c, request)
			if name == "does not read" {
				notRead(t, e, c)
				return
			}
			c.SetReadDeadline(time.Now().Add(patience))
			if _, err := io.Copy(io.Discard, c); err != nil {
				t.Errorf("the connection stays: %v", err)
			}
		})
	}
}

// notRead pipelines requests for large answers and reads none: the edge gives up when
// the buffers between are full.
func notRead(t *testing.T, e *testEdge, c net.Conn) {
	t.Helper()
	e.counters() // the edge lives
	c.SetWriteDeadline(time.Now().Add(patience))
	big := "POST /echo HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 50000000\r\n\r\n"
	d, err := net.Dial("tcp", e.http())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	fmt.Fprint(d, big)
	d.SetWriteDeadline(time.Now().Add(patience))
	chunk := make([]byte, 1<<16)
	for range 1000 {
		if _, err := d.Write(chunk); err != nil {
			if n := net.Error(nil); errors.As(err, &n) && n.Timeout() {
				t.Error("the edge waits for a client that does not read")
			}
			return // it was cut off
		}
	}
	t.Error("the edge took and kept 50 MB for a client that does not read")
}
