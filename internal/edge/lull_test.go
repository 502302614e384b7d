package edge_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// TestRequestsOfAllLengthsOnOneConnection has requests that end before, while and after the
// client begins to be watched, alone and pipelined.
func TestRequestsOfAllLengthsOnOneConnection(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	e.apply(tickets([]string{"i0=" + addressOf(startApp(t, "app"))}))
	c, err := net.Dial("tcp", e.http())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	in := bufio.NewReader(c)
	answered := func(body string) {
		t.Helper()
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(res.Body); err != nil || res.StatusCode != 200 || string(got) != body {
			t.Fatalf("%s %q %v", res.Status, got, err)
		}
	}
	for i := range 60 {
		ask := fmt.Sprintf("GET /slow?for=%dms HTTP/1.1\r\nHost: shop.localhost\r\n\r\n", i)
		fmt.Fprint(c, ask)
		if i%3 == 0 { // the second comes with the first
			fmt.Fprint(c, ask)
			answered("app")
		}
		answered("app")
		if i%10 == 0 { // the second comes while the first is served
			fmt.Fprint(c, "GET /slow?for=60ms HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
			eventually(t, "the request is in flight", func() bool { return inFlight(e) == 1 })
			fmt.Fprint(c, "POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 2\r\n\r\nhi")
			answered("app")
			answered("app POST / 2")
		}
	}
}
