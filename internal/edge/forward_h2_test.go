package edge

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"testing"
	"time"
)

// TestAsReverseProxyOverHTTP2 has the conversations that apps decide with a client that
// speaks HTTP/2, without a body, with one, and with one of unknown length.
func TestAsReverseProxyOverHTTP2(t *testing.T) {
	t.Parallel()
	for _, c := range answers {
		for _, body := range []string{"", "length", "stream"} {
			if c.ask != "" {
				continue // these are about HTTP/1
			}
			t.Run(c.name+"/"+body, func(t *testing.T) {
				t.Parallel()
				ours, theirs := c.overHTTP2(t, body, (*exchange).forward), c.overHTTP2(t, body, (*exchange).upgrade)
				for try := 0; ours != theirs && try < tries; try++ {
					ours, theirs = c.overHTTP2(t, body, (*exchange).forward), c.overHTTP2(t, body, (*exchange).upgrade)
				}
				if ours != theirs {
					t.Errorf("ours:\n%.1500s\nhttputil.ReverseProxy:\n%.1500s", ours, theirs)
				}
			})
		}
	}
}

func (c conversation) overHTTP2(t *testing.T, body string, way way) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var app record
	go app.serve(l, c)
	s, _ := serveBy(t, l, way)
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	var out strings.Builder
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
		fmt.Fprintf(&out, "told %d\n%s", code, sorted(http.Header(h)))
		return nil
	}})
	r, err := http.NewRequestWithContext(ctx, "POST", s.URL+"/a%2Fb?c;d", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "shop.localhost"
	r.Header = http.Header{"Te": {"trailers"}, "X-A": {"1", "2"}, "Cookie": {"a=1; b=2"}, "X-Forwarded-For": {"forged"}}
	switch body {
	case "":
		r.Method, r.Body, r.ContentLength = "GET", nil, 0
	case "stream":
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(make([]byte, 200_000))), -1
		r.Trailer = http.Header{"X-Sum": {"1"}}
	}
	res, err := s.Client().Do(r)
	if err != nil {
		return "--- app\n" + app.text() + "--- client\nfailed\n"
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	c.onlySure(res.Header)
	fmt.Fprintf(&out, "%s %s\n%s%.200q %d bytes failed %v\ntrailer %s", res.Proto, res.Status, sorted(res.Header), got, len(got), err != nil, sorted(res.Trailer))
	return "--- app\n" + app.text() + "--- client\n" + out.String()
}

// TestEventsAreNotHeldBack has an app that begins the next event and stops: what is whole
// must have reached the client.
func TestEventsAreNotHeldBack(t *testing.T) {
	t.Parallel()
	const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
	for name, answer := range map[string]string{
		"only headers":        head,
		"an event":            head + "9\r\ndata: 1\n\n\r\n",
		"with half a return":  head + "9\r\ndata: 1\n\n\r",
		"and half a length":   head + "9\r\ndata: 1\n\n\r\n1",
		"of unknown length":   "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n",
		"of a length not met": "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 100\r\n\r\ndata: 1\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			var app record
			go app.serve(l, conversation{answer: answer})
			s, _ := serveBy(t, l, (*exchange).forward)
			s.Start()
			client, err := net.Dial("tcp", s.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			_ = client.SetDeadline(time.Now().Add(30 * time.Second))
			fmt.Fprint(client, get)
			res, err := http.ReadResponse(bufio.NewReader(client), nil)
			if err != nil {
				t.Fatal(err)
			}
			if answer == head {
				return
			}
			got := make([]byte, len("data: 1\n\n"))
			if _, err := io.ReadFull(res.Body, got); err != nil || string(got) != "data: 1\n\n" {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}
