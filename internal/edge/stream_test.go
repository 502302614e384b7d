package edge_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// dialEdge makes http.Client go to the edge whatever the host is.
func dialEdge(address string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
}

func TestWebsocketAndEventsOutliveReplacement(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	e.apply(tickets([]string{"i0=" + addressOf(startApp(t, "app"))}))
	client := &http.Client{Transport: &http.Transport{DialContext: dialEdge(e.http())}}
	ws, _, err := websocket.Dial(t.Context(), "ws://shop.localhost/ws", &websocket.DialOptions{HTTPClient: client})
	if err != nil {
		t.Fatal(err)
	}
	defer ws.CloseNow()
	res, err := client.Get("http://shop.localhost/events")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	events := bufio.NewScanner(res.Body)
	talk := func() {
		t.Helper()
		if err := ws.Write(t.Context(), websocket.MessageText, []byte("hello")); err != nil {
			t.Fatal(err)
		}
		if _, m, err := ws.Read(t.Context()); err != nil || string(m) != "app hello" {
			t.Fatalf("%q, %v", m, err)
		}
		for range 4 {
			if !events.Scan() {
				t.Fatal("the events ended", events.Err())
			}
		}
	}
	talk()
	if _, err := e.Replace(t.Context(), testBinary(t)); err != nil {
		t.Fatal(err)
	}
	if res, _ := e.get("/"); res.StatusCode != 200 {
		t.Errorf("the successor answers %s", res.Status)
	}
	for range 20 {
		talk()
	}
	if n := inFlight(e); n != 2 {
		t.Errorf("%d in flight, want the websocket and the events", n)
	}
	ws.CloseNow()
	res.Body.Close()
	waitGone(t, e.hello.PID) // its last clients have left
	if got, failed := total(e.counters()); got != 3 || failed != 0 {
		t.Errorf("%d requests, %d failed", got, failed)
	}
}

func TestBigBodiesAreStreamed(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	e.apply(tickets([]string{"i0=" + addressOf(startApp(t, "app"))}))
	big := make([]byte, 10<<20)
	rng := rand.NewChaCha8([32]byte{1})
	rng.Read(big)
	for _, body := range []io.Reader{bytes.NewReader(big), struct{ io.Reader }{bytes.NewReader(big)}} { // with a length, and chunked
		r, err := http.NewRequestWithContext(t.Context(), "PUT", "http://"+e.http()+"/echo", body)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = "shop.localhost"
		res, got := e.do(r)
		if res.StatusCode != 200 || sha256.Sum256([]byte(got)) != sha256.Sum256(big) {
			t.Errorf("%s, %d bytes came back", res.Status, len(got))
		}
	}
}

// The first event is there before the last one is sent.
func TestBodyIsPassedOnAtOnce(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	e.apply(tickets([]string{"i0=" + addressOf(startApp(t, "app"))}))
	in, out := io.Pipe()
	r, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+e.http()+"/echo", in)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "shop.localhost"
	go out.Write([]byte(strings.Repeat("a", 4096)))
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.ReadFull(res.Body, make([]byte, 2048)); err != nil {
		t.Error(err)
	}
	out.Close()
}
