package edge_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// HTTP/2 clients are told to go (GOAWAY) when the edge is replaced; none of their
// requests fails.
func TestHTTP2OverTLSThroughReplacement(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	o.HTTPS, o.TLS.Local = []string{"127.0.0.1:0"}, true
	e := startEdge(t, o)
	e.apply(tickets([]string{"i0=" + addressOf(startApp(t, "app"))}))
	pem, err := os.ReadFile(filepath.Join(o.StateDir, "authority", "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	client := &http.Client{Timeout: patience, Transport: &http.Transport{
		DialContext: dialEdge(e.hello.HTTPS[0]), TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true,
	}}
	get := func() error {
		res, err := client.Get("https://shop.localhost/")
		if err != nil {
			return err
		}
		defer res.Body.Close()
		if body, err := io.ReadAll(res.Body); err != nil || res.ProtoMajor != 2 || res.StatusCode != 200 {
			t.Errorf("%s %s %q %v", res.Proto, res.Status, body, err)
		}
		return nil
	}
	var wg sync.WaitGroup
	var stop atomic.Bool
	var done, failed atomic.Int64
	for range 4 {
		wg.Go(func() {
			for !stop.Load() {
				if err := get(); err != nil {
					failed.Add(1)
					t.Error(err)
				}
				done.Add(1)
				time.Sleep(time.Millisecond)
			}
		})
	}
	for range 3 {
		goal := done.Load() + 50
		eventually(t, "requests are answered", func() bool { return done.Load() >= goal })
		before, err := e.Hello(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Replace(t.Context(), testBinary(t)); err != nil {
			t.Fatal(err)
		}
		waitGone(t, before.PID)
	}
	stop.Store(true)
	wg.Wait()
	if got, edgeFailed := total(e.counters()); got != uint64(done.Load()) || edgeFailed != 0 {
		t.Errorf("counted %d and %d failed, the clients %d", got, edgeFailed, done.Load())
	}
}

func TestLocalAuthorityIsForLocalhostOnly(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	o.HTTPS, o.TLS.Local = []string{"127.0.0.1:0"}, true
	e := startEdge(t, o)
	c, err := tls.Dial("tcp", e.hello.HTTPS[0], &tls.Config{ServerName: "bank.example", InsecureSkipVerify: true})
	if err == nil {
		c.Close()
		t.Error("a certificate was issued for bank.example")
	}
}
