package h1

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"sort"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A conversation is what a server does with a connection: it reads each request and
// writes the answer as it is, then goes on or closes.
type conversation struct {
	name   string
	method string // default GET
	body   string
	answer string // to each request
	close  bool   // after each answer
}

var conversations = []conversation{
	{name: "length", answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\nX-A: 2\r\n\r\nhello"},
	{name: "empty", answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
	{name: "no content", answer: "HTTP/1.1 204 No Content\r\n\r\n"},
	{name: "not modified", answer: "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"},
	{name: "head", method: "HEAD", answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"},
	{name: "chunked", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"},
	{name: "trailers", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Sum\r\n\r\n3\r\nabc\r\n0\r\nSum: 7\r\n\r\n"},
	{name: "until close", answer: "HTTP/1.1 200 OK\r\n\r\nto the end", close: true},
	{name: "old", answer: "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"},
	{name: "old, kept", answer: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok"},
	{name: "said close", answer: "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", close: true},
	{name: "closes unsaid", answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", close: true},
	{name: "large", answer: "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + strings.Repeat("x", 1_000_000)},
	{name: "early hints", answer: "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"},
	{name: "cut body", answer: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", close: true},
	{name: "cut chunk", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", close: true},
	{name: "cut headers", answer: "HTTP/1.1 200 OK\r\nContent-", close: true},
	{name: "nothing", answer: "", close: true},
	{name: "garbage", answer: "SSH-2.0-OpenSSH\r\n\r\n", close: true},
	{name: "two lengths", answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!", close: true},
	{name: "bad chunk", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", close: true},
	{name: "huge headers", answer: "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 70_000) + "\r\n\r\n", close: true},
	{name: "more than said", answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more"},
	{name: "post", method: "POST", body: "hello", answer: "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"},
	{name: "large post", method: "POST", body: strings.Repeat("b", 200_000), answer: "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"},
}

// TestAsHTTPTransport has the same conversations with http.Transport and with ours, three
// requests each: what the caller sees, and how many connections it takes, is the same.
func TestAsHTTPTransport(t *testing.T) {
	t.Parallel()
	for _, c := range conversations {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ours := c.talk(t, (*Transport).Exchange)
			theirs := c.talk(t, (*Transport).streamed)
			if ours != theirs {
				t.Errorf("ours:\n%.600s\nhttp.Transport:\n%.600s", ours, theirs)
			}
		})
	}
}

type exchange func(*Transport, *http.Request, Inform) (*http.Response, error)

func (c conversation) talk(t *testing.T, send exchange) string {
	t.Helper()
	s := serve(t, c)
	tr := New(Options{Address: s.address, Dial: time.Second, Idle: time.Minute, Header: 10 * time.Second, MaxIdle: 10, MaxHeader: 64 << 10})
	var seen strings.Builder
	for range 3 {
		c.once(t, s, func(r *http.Request, inform Inform) (*http.Response, error) { return send(tr, r, inform) }, &seen)
	}
	fmt.Fprintf(&seen, "%d connections\n", s.accepted.Load())
	return seen.String()
}

func (c conversation) once(t *testing.T, s *server, send func(*http.Request, Inform) (*http.Response, error), seen io.Writer) {
	t.Helper()
	r := request(t, s, c.method, c.body)
	res, err := send(r, func(status int, h http.Header) error {
		fmt.Fprintf(seen, "told %d %v\n", status, h)
		return nil
	})
	if err != nil {
		fmt.Fprintln(seen, "failed")
		s.settle()
		return
	}
	body, err := io.ReadAll(res.Body)
	closeErr := res.Body.Close()
	fmt.Fprintf(seen, "%s %s length %d\n%.100q… %d bytes, failed %v %v\n", res.Proto, res.Status, res.ContentLength, body, len(body), err != nil, closeErr != nil)
	for _, h := range []http.Header{res.Header, res.Trailer} {
		lines := []string{}
		for k, v := range h {
			lines = append(lines, fmt.Sprint(k, v))
		}
		sort.Strings(lines)
		fmt.Fprintf(seen, "%.300q\n", lines)
	}
	s.settle()
}

func request(t *testing.T, s *server, method, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.address+"/path?q", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body == "" {
		r.Body, r.GetBody = nil, nil
	}
	return r
}

// server has one conversation with each client.
type server struct {
	address  string
	accepted atomic.Int64
	open     atomic.Int64 // connections that it is about to close
}

func serve(t *testing.T, c conversation) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{address: l.Addr().String()}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.accepted.Add(1)
			if c.close {
				s.open.Add(1)
			}
			go func() {
				if c.close {
					defer s.open.Add(-1)
				}
				defer conn.Close()
				in := bufio.NewReader(conn)
				for {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					io.Copy(io.Discard, r.Body)
					if io.WriteString(conn, c.answer); c.close {
						return
					}
				}
			}()
		}
	}()
	return s
}

// settle waits until a server that closes after its answer has done so, so that both
// transports find the same: a closed connection.
func (s *server) settle() {
	for s.open.Load() > 0 {
		runtime.Gosched()
	}
}

func TestUnusedConnectionThatWasClosedIsNotUsed(t *testing.T) {
	t.Parallel()
	s := serve(t, conversation{answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", close: true})
	tr := New(Options{Address: s.address, Dial: time.Second, Idle: time.Minute, Header: 10 * time.Second, MaxIdle: 10, MaxHeader: 1 << 16})
	for i := range 50 {
		r := request(t, s, "POST", "once only")
		res, err := tr.Exchange(r, nil)
		if err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
		if body, err := io.ReadAll(res.Body); err != nil || string(body) != "ok" {
			t.Fatalf("%q, %v", body, err)
		}
		s.settle()
	}
}

func TestContextEndsTheWait(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome"} {
		s := serve(t, conversation{answer: answer})
		tr := New(Options{Address: s.address, Dial: time.Second, Idle: time.Minute, Header: time.Minute, MaxIdle: 10, MaxHeader: 1 << 16})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel)
		res, err := tr.Exchange(request(t, s, "", "").WithContext(ctx), nil)
		if err == nil {
			_, err = io.ReadAll(res.Body)
			res.Body.Close()
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%q: %v", answer, err)
		}
		if len(tr.idle) != 0 {
			t.Error("a connection with half an answer on it was kept")
		}
	}
}

// Here ours is stricter: http.Transport would listen for ever, or give a connection to
// somebody who asked for an answer.
func TestRefusesWhatNobodyAskedFor(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{
		strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 5000),
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
	} {
		s := serve(t, conversation{answer: answer})
		tr := New(Options{Address: s.address, Dial: time.Second, Idle: time.Minute, Header: time.Minute, MaxIdle: 10, MaxHeader: 1 << 16})
		if res, err := tr.Exchange(request(t, s, "", ""), nil); err == nil {
			t.Errorf("%.40q: %s", answer, res.Status)
		}
		if len(tr.idle) != 0 {
			t.Errorf("%.40q: the connection was kept", answer)
		}
	}
}

func TestSlowServerIsATimeout(t *testing.T) {
	t.Parallel()
	s := serve(t, conversation{answer: "HTTP/1.1 200 OK\r\nX"})
	tr := New(Options{Address: s.address, Dial: time.Second, Idle: time.Minute, Header: 30 * time.Millisecond, MaxIdle: 10, MaxHeader: 1 << 16})
	_, err := tr.Exchange(request(t, s, "", ""), nil)
	var n net.Error
	if !errors.As(err, &n) || !n.Timeout() {
		t.Errorf("%v", err)
	}
}

func TestAnswerHalfReadClosesTheConnection(t *testing.T) {
	t.Parallel()
	s := serve(t, conversation{answer: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789"})
	tr := New(Options{Address: s.address, Dial: time.Second, Idle: time.Minute, Header: time.Minute, MaxIdle: 10, MaxHeader: 1 << 16})
	for range 3 {
		res, err := tr.Exchange(request(t, s, "", ""), nil)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Read(make([]byte, 3))
		res.Body.Close()
	}
	if n := s.accepted.Load(); n != 3 {
		t.Errorf("%d connections for 3 answers half read", n)
	}
}

func TestIdleConnectionsGo(t *testing.T) {
	t.Parallel()
	s := serve(t, conversation{answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"})
	tr := New(Options{Address: s.address, Dial: time.Second, Idle: 20 * time.Millisecond, Header: time.Minute, MaxIdle: 10, MaxHeader: 1 << 16})
	get := func() {
		t.Helper()
		res, err := tr.Exchange(request(t, s, "", ""), nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(res.Body); err != nil || !bytes.Equal(body, []byte("ok")) {
			t.Fatal(err)
		}
	}
	idle := func() int {
		tr.mu.Lock()
		defer tr.mu.Unlock()
		return len(tr.idle)
	}
	get()
	for deadline := time.Now().Add(30 * time.Second); idle() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("an idle connection stays for ever")
		}
	}
	get()
	tr.CloseIdleConnections()
	if idle() != 0 || s.accepted.Load() != 2 {
		t.Errorf("%d idle, %d connections", idle(), s.accepted.Load())
	}
}
