package call_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/call"
)

// TestRefusedAddresses: the metadata address is called for nobody, this machine only where it is allowed.
func TestRefusedAddresses(t *testing.T) {
	t.Parallel()
	server := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the server was called") })
	strict := call.New(call.Options{})
	for _, address := range []string{
		"http://169.254.169.254/latest/meta-data", "http://[fd00:ec2::254]/", "http://[::ffff:169.254.169.254]/",
		"http://0xa9fea9fe/", "http://2852039166/", "http://100.100.100.200/",
	} {
		for _, c := range []*call.Caller{strict, local(t)} {
			r := do(t, c, "http", `{"method":"get","endpoint":"`+address+`"}`)
			if r.Problem == nil || r.Problem.Status != 403 && r.Problem.Status != 503 {
				t.Errorf("%s: %+v", address, r.Problem)
			}
		}
	}
	fails(t, do(t, strict, "http", `{"method":"get","endpoint":"http://169.254.169.254/"}`), "authorization", 403, "link-local")
	fails(t, do(t, strict, "http", `{"method":"get","endpoint":"`+server.URL+`"}`), "authorization", 403, "may not call here")
	fails(t, do(t, strict, "http", `{"method":"get","endpoint":"`+strings.Replace(server.URL, "127.0.0.1", "localhost", 1)+`"}`), "authorization", 403, "may not call here")
}

// TestDocumentsFollowRedirects, but not to the metadata address, and credentials stay behind.
func TestDocumentsFollowRedirects(t *testing.T) {
	t.Parallel()
	other := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != "" {
			t.Error("another host got the credentials")
		}
		_, _ = io.WriteString(w, "the text")
	})
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer abcdefgh" {
			t.Error("the host got no credentials")
		}
		switch r.URL.Path {
		case "/other":
			http.Redirect(w, r, other.URL, http.StatusFound)
		case "/metadata":
			http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
		default:
			http.Redirect(w, r, "/other", http.StatusFound)
		}
	})
	c, auth := local(t), object(t, `{"bearer":{"token":"abcdefgh"}}`)
	body, p := c.Fetch(t.Context(), server.URL+"/", auth)
	if p != nil || string(body) != "the text" {
		t.Errorf("%s, %+v", body, p)
	}
	if _, p = c.Fetch(t.Context(), map[string]any{"uri": server.URL + "/metadata", "authentication": auth}, nil); p == nil || p.Status != 403 {
		t.Errorf("metadata: %+v", p)
	}
}

// TestEndless: a reply without an end is not read to it, plain, packed or in headers.
func TestEndless(t *testing.T) {
	t.Parallel()
	line := []byte(strings.Repeat("x", 64<<10))
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var to io.Writer = w
		switch r.URL.Path {
		case "/gzip":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			defer z.Close()
			to = z
		case "/headers":
			for i := range 100 {
				w.Header().Set(fmt.Sprintf("X-%d", i), string(line[:4<<10]))
			}
		}
		for range (1 << 30) / len(line) {
			if _, err := to.Write(line); err != nil {
				return
			}
		}
		t.Error("a gigabyte was read")
	})
	c := local(t, func(o *call.Options) { o.Reply = 1 << 20 })
	fails(t, do(t, c, "http", `{"method":"get","endpoint":"`+server.URL+`"}`), "communication", 502, "too large")
	fails(t, do(t, c, "http", `{"method":"get","endpoint":"`+server.URL+`/gzip"}`), "communication", 502, "too large")
	fails(t, do(t, c, "http", `{"method":"get","endpoint":"`+server.URL+`/headers"}`), "communication", 503, "headers exceeded")
}

// TestSlow: a call ends with its time, also when bytes still come, and when it is cancelled.
func TestSlow(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 1)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/drip" {
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, "x")
				w.(http.Flusher).Flush()
				time.Sleep(time.Millisecond)
			}
			return
		}
		asked <- struct{}{}
		<-r.Context().Done()
	})
	c := local(t)
	for _, path := range []string{"/drip", "/hang"} {
		r := do(t, c, "http", `{"method":"get","endpoint":"`+server.URL+path+`"}`, func(r *call.Request) { r.Timeout = 200 * time.Millisecond })
		fails(t, r, "timeout", 408, "")
	}
	<-asked
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-asked; cancel() }()
	if r := c.Do(ctx, call.Request{Protocol: "http", With: object(t, `{"method":"get","endpoint":"`+server.URL+`/hang"}`)}); r.Problem == nil {
		t.Error("it was not cancelled")
	}
}

// TestNobodyThere: who cannot be reached is 503; whose certificate is not trusted, 502.
func TestNobodyThere(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	c := local(t)
	fails(t, do(t, c, "http", `{"method":"get","endpoint":"http://`+l.Addr().String()+`/?key=supersecret"}`), "communication", 503, "connection refused")
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	fails(t, do(t, c, "http", `{"method":"get","endpoint":"`+secure.URL+`"}`), "communication", 502, "certificate is not trusted")
	r := do(t, c, "http", `{"method":"get","endpoint":"http://`+l.Addr().String()+`/?key=supersecret"}`)
	if strings.Contains(r.Problem.Detail, "supersecret") {
		t.Errorf("%s tells the secret", r.Problem.Detail)
	}
}

// TestNoEcho: a service that repeats what it was asked with does not tell it to the workflow.
func TestNoEcho(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/error" {
			w.WriteHeader(http.StatusBadRequest)
		}
		fmt.Fprintf(w, "you sent %s", r.Header.Get("Authorization"))
	})
	c := local(t)
	for _, path := range []string{"/", "/error"} {
		for _, auth := range []string{`{"basic":{"username":"admin","password":"supersecret"}}`, `{"bearer":{"token":"supersecret"}}`} {
			r := do(t, c, "http", `{"method":"get","output":"response","endpoint":{"uri":"`+server.URL+path+`","authentication":`+auth+`}}`)
			told := fmt.Sprint(r.Output, r.Problem)
			if strings.Contains(told, "supersecret") || strings.Contains(told, "YWRtaW46c3VwZXJzZWNyZXQ=") || !strings.Contains(told, "***") {
				t.Errorf("%s %s: %s", path, auth, told)
			}
		}
	}
}

// TestFiles: files are read below one folder.
func TestFiles(t *testing.T) {
	t.Parallel()
	outside, dir := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "app"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "app", "greet.proto"), []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(outside, "secret"), filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	c := local(t, func(o *call.Options) { o.Files = dir })
	for address, want := range map[string]string{
		"file://app/greet.proto": "text", "file:///app/greet.proto": "text", "app/greet.proto": "text", "/app/greet.proto": "text",
		"file:///etc/passwd": "", "file://../" + filepath.Base(outside) + "/secret": "", "../" + filepath.Base(outside) + "/secret": "",
		"file:///link": "", "app": "", "": "",
	} {
		body, p := c.Fetch(t.Context(), address, nil)
		if string(body) != want || (p == nil) != (want != "") {
			t.Errorf("%s: %s, %+v", address, body, p)
		}
	}
	if _, p := local(t).Fetch(t.Context(), "file://app/greet.proto", nil); p == nil || !strings.Contains(p.Detail, "read no files") {
		t.Errorf("%+v", p)
	}
}
