package h1

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

func postOf(body string) *http.Request {
	r := &http.Request{Method: "POST", Header: http.Header{}, Host: "h", URL: &url.URL{Path: "/"}, ContentLength: int64(len(body))}
	r.Body = io.NopCloser(strings.NewReader(body))
	return r
}

// TestWritesAsTheLibrary writes requests both ways: only the order of headers may differ.
func TestWritesAsTheLibrary(t *testing.T) {
	t.Parallel()
	agent := http.Header{"User-Agent": {"u"}}
	for name, make := range map[string]func() *http.Request{
		"get": func() *http.Request {
			return &http.Request{Method: "GET", Header: agent, Host: "h:80", URL: &url.URL{Path: "/a b", RawQuery: "c=%zz"}}
		},
		"no agent": func() *http.Request {
			return &http.Request{Method: "GET", Header: http.Header{"User-Agent": {""}}, Host: "[::1]:80", URL: &url.URL{Path: "//x"}}
		},
		"agents": func() *http.Request {
			return &http.Request{Method: "GET", Header: http.Header{"User-Agent": {"a", "b"}}, Host: "h", URL: &url.URL{Path: "/"}}
		},
		"close": func() *http.Request {
			return &http.Request{Method: "GET", Header: agent, Host: "h", URL: &url.URL{Path: "/"}, Close: true}
		},
		"put": func() *http.Request {
			return &http.Request{Method: "PUT", Header: agent, Host: "h", URL: &url.URL{Path: "/"}}
		},
		"delete": func() *http.Request {
			return &http.Request{Method: "DELETE", Header: agent, Host: "h", URL: &url.URL{Path: "/"}}
		},
		"no host": func() *http.Request {
			return &http.Request{Method: "GET", Header: agent, URL: &url.URL{Host: "u", Path: "/"}}
		},
		"foreign": func() *http.Request {
			return &http.Request{Method: "GET", Header: agent, Host: "bücher", URL: &url.URL{Path: "/"}}
		},
		"zone": func() *http.Request {
			return &http.Request{Method: "GET", Header: agent, Host: "[fe80::1%eth0]", URL: &url.URL{Path: "/"}}
		},
		"host of two": func() *http.Request {
			return &http.Request{Method: "GET", Header: agent, Host: "h\r\nX: y", URL: &url.URL{Path: "/"}}
		},
		"post": func() *http.Request { r := postOf("hello"); r.Header = agent; return r },
		"headers": func() *http.Request {
			return &http.Request{Method: "GET", Host: "h", URL: &url.URL{Path: "/"}, Header: http.Header{
				"User-Agent": {"u"}, "X-A": {"1", " 2\t"}, "X-B": {"a\r\nX-C: b"}, "Bad Name": {"x"}, "Bad\r\nX": {"x"}, "": {"x"},
				"Host": {"other"}, "Content-Length": {"7"}, "Transfer-Encoding": {"chunked"}, "Trailer": {"T"}, "X-Utf": {"ä\x00"},
			}}
		},
	} {
		var theirs bytes.Buffer
		theirErr := make().Write(&theirs)
		ours, err := appendRequest(nil, make())
		if (err != nil) != (theirErr != nil) || inOrder(ours) != inOrder(theirs.Bytes()) {
			t.Errorf("%s: ours\n%q %v\nhttp.Request.Write\n%q %v", name, inOrder(ours), err, inOrder(theirs.Bytes()), theirErr)
		}
	}
}

// inOrder gives the request line, the headers in order, and the body.
func inOrder(b []byte) string {
	head, body, _ := strings.Cut(string(b), "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	slices.Sort(lines[1:])
	return strings.Join(lines, "|") + "||" + body
}

// FuzzAppendRequest looks for a request that an app would take for another, or for two.
func FuzzAppendRequest(f *testing.F) {
	f.Add("GET", "h", "/a", "q", "X-A", "1", "body")
	f.Add("POST", "h\r\n", "/\r\nX:", "\r\n", "X\r\n", "1\r\nContent-Length: 5", "GET / HTTP/1.1\r\n\r\n")
	f.Add("PUT", "", "", "", "Transfer-Encoding", "chunked", "0\r\n\r\n")
	f.Fuzz(func(t *testing.T, method, host, path, query, name, value, body string) {
		r := postOf(body)
		r.Method, r.Host, r.URL = method, host, &url.URL{Host: "u", Path: path, RawQuery: query}
		r.Header = http.Header{name: {value}}
		b, err := appendRequest(nil, r)
		if err != nil {
			return
		}
		in := bufio.NewReader(bytes.NewReader(b))
		got, err := http.ReadRequest(in)
		if err != nil {
			return // an app refuses it
		}
		seen, err := io.ReadAll(got.Body)
		if err != nil || string(seen) != body || in.Buffered() > 0 {
			t.Fatalf("%q: body %q, %v, %d bytes left", b, seen, err, in.Buffered())
		}
		delete(got.Header, "Content-Length")
		delete(got.Header, "User-Agent")
		if len(got.Header) > 1 {
			t.Fatalf("%q: %v", b, got.Header)
		}
	})
}

// TestMoreThanFitsAtOnce sends headers that the socket does not take in one go.
func TestMoreThanFitsAtOnce(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 8<<20)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := &http.Server{MaxHeaderBytes: 16 << 20, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Header.Get("X-Large") == large)
	})}
	go s.Serve(l)
	defer s.Close()
	tr := New(Options{Address: l.Addr().String(), Dial: time.Second, Idle: time.Minute, Header: time.Minute, MaxIdle: 10, MaxHeader: 1 << 16})
	for range 3 {
		r := request(t, &server{address: l.Addr().String()}, "GET", "")
		r.Header.Set("X-Large", large)
		res, err := tr.Exchange(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(res.Body); err != nil || string(body) != "true" {
			t.Fatalf("%q, %v", body, err)
		}
	}
	if len(tr.idle) != 1 {
		t.Errorf("%d connections are kept", len(tr.idle))
	}
}
