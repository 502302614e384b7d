package prometheus

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/metrics"
)

func code(err error) string { return string(fault.CodeOf(err)) }

const secret = "s3cr3t"

func server(t *testing.T, o Options, answer http.HandlerFunc) *Server {
	t.Helper()
	srv := httptest.NewServer(answer)
	t.Cleanup(srv.Close)
	if o.URL == "" {
		o.URL = srv.URL + "/some/prefix"
	}
	o.Private = true
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var query = metrics.Query{Name: "a_total", Of: metrics.Increase, Step: time.Minute, From: time.Unix(0, 0), To: time.Unix(600, 0)}

func TestAsks(t *testing.T) {
	t.Parallel()
	s := server(t, Options{Token: func(context.Context) (string, error) { return secret + "\n", nil }}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/some/prefix/api/v1/query_range" || r.Header.Get("Authorization") != "Bearer "+secret {
			t.Errorf("asked for %s with %v", r.URL, r.Header)
		}
		if r.PostFormValue("start") != "60.000" || r.PostFormValue("end") != "600.000" || r.PostFormValue("step") != "60s" {
			t.Errorf("asked with %v", r.PostForm)
		}
		fmt.Fprint(w, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[120.001,"3"],[300,"+Inf"],[600,"NaN"],[660,"1"]]}]}}`)
	})
	rows, err := s.Range(t.Context(), query)
	if err != nil || len(rows) != 1 || len(rows[0].Values) != 10 || rows[0].Values[1] != 3 || !math.IsNaN(rows[0].Values[4]) {
		t.Errorf("%v, %v", rows, err)
	}
}

// TestFails sees to it that what goes wrong is never taken for nothing, and that nobody is told
// a secret.
func TestFails(t *testing.T) {
	t.Parallel()
	away := httptest.NewServer(nil)
	away.Close()
	token := func(context.Context) (string, error) { return secret, nil }
	for _, c := range []struct {
		name   string
		o      Options
		answer http.HandlerFunc
		want   fault.Code
	}{
		{"away", Options{URL: strings.Replace(away.URL, "http://", "http://", 1) + "/" + secret}, nil, fault.Unavailable},
		{"no token", Options{Token: func(context.Context) (string, error) { return "", errors.New("sealed") }}, nil, fault.Unavailable},
		{"refuses", Options{}, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, fault.Unavailable},
		{"redirects", Options{}, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		}, fault.Unavailable},
		{"is something else", Options{}, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, fault.Unavailable},
		{"is other JSON", Options{}, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") }, fault.Unavailable},
		{"timed out there", Options{}, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, `{"status":"error","errorType":"timeout","error":"query timed out"}`)
		}, fault.Unavailable},
		{"does not understand", Options{}, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"status":"error","errorType":"bad_data","error":"parse error"}`)
		}, fault.Invalid},
		{"wrong type", Options{}, func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"status":"success","data":{"resultType":"vector","result":[]}}`)
		}, fault.Unavailable},
		{"wrong values", Options{}, func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"status":"success","data":{"resultType":"matrix","result":[{"values":[["x",1]]}]}}`)
		}, fault.Unavailable},
		{"too slow", Options{Timeout: 50 * time.Millisecond}, func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}, fault.Unavailable},
		{"breaks off", Options{}, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, `{"status":"success"`)
		}, fault.Unavailable},
		{"too much", Options{}, func(w http.ResponseWriter, _ *http.Request) {
			line := strings.Repeat(" ", 1<<20)
			for range maxAnswer>>20 + 2 {
				if _, err := io.WriteString(w, line); err != nil {
					return
				}
			}
		}, fault.TooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.o.Token == nil {
				c.o.Token = token
			}
			rows, err := server(t, c.o, c.answer).Range(t.Context(), query)
			if len(rows) != 0 || !fault.Is(err, c.want) || strings.Contains(err.Error(), secret) {
				t.Errorf("%v, %v", rows, err)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "example.com", "file:///etc/passwd", "http://", "http://user:word@example.com", "http://example.com/?a=b"} {
		if _, err := New(Options{URL: url}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", url, err)
		}
	}
	for url, private := range map[string]bool{"http://169.254.169.254": true, "http://127.0.0.1:9090": false} {
		s, err := New(Options{URL: url, Private: private})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Range(t.Context(), query); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "may not be reached") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
