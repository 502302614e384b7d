package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/client/model"
	"slipway.dev/internal/api"
	"slipway.dev/internal/api/apitest"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
)

var update = flag.Bool("update", false, "write what is found into testdata")

// site is an API that serves a fake control plane over TCP.
type site struct {
	*httptest.Server
	fake  *apitest.Fake
	token string
	log   *strings.Builder
}

func start(t *testing.T, change func(*api.Options)) *site {
	t.Helper()
	s := &site{fake: apitest.New(), token: strings.Repeat("t", 26), log: &strings.Builder{}}
	path := filepath.Join(t.TempDir(), "token")
	writeFile(t, path, s.token+"\n", 0o600)
	authenticate, err := api.TokenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	o := api.Options{Control: s.fake, As: apitest.As, Authenticate: authenticate, Log: slog.New(slog.NewTextHandler(s.log, nil))}
	if change != nil {
		change(&o)
	}
	s.Server = httptest.NewServer(api.Handler(o))
	t.Cleanup(s.Close)
	return s
}

// ask sends a request with the token; headers are pairs, and "" takes one away.
func (s *site) ask(t *testing.T, method, path, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		switch {
		case headers[i] == "Host":
			r.Host = headers[i+1]
		case headers[i+1] == "":
			r.Header.Del(headers[i])
		default:
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil && answer.StatusCode != http.StatusOK {
		t.Fatal(err)
	}
	return answer, string(text)
}

// document is what the tests look at in /openapi.json.
type document struct {
	OpenAPI string
	Paths   map[string]map[string]struct {
		OperationID string `json:"operationId"`
		Summary     string
		Permission  string `json:"x-permission"`
		Security    []map[string][]string
		Responses   map[string]struct{ Content map[string]any }
	}
}

// open are the operations by which one gets a session. There are no others without one.
var open = map[string]bool{
	"listSignInWays": true, "signIn": true, "beginPasskey": true, "finishPasskey": true, "beginEnroll": true, "finishEnroll": true,
}

func TestEveryOperationIsDescribedAndClosed(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	answer, text := s.ask(t, "GET", "/openapi.json", "", "Authorization", "")
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("openapi.json: %s", answer.Status)
	}
	var doc document
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1") || len(doc.Paths) < 20 {
		t.Fatalf("OpenAPI %s with %d paths", doc.OpenAPI, len(doc.Paths))
	}
	for path, operations := range doc.Paths {
		for method, op := range operations {
			if op.OperationID == "" || op.Summary == "" || op.Permission == "" {
				t.Errorf("%s %s: no identity, summary or permission: %+v", method, path, op)
			}
			for _, status := range []string{"400", "401", "403", "404", "409", "500", "503"} {
				if _, ok := op.Responses[status].Content["application/problem+json"]; !ok {
					t.Errorf("%s %s: no problem described for %s", method, path, status)
				}
			}
			if op.Permission == string(access.Anyone) {
				if !open[op.OperationID] {
					t.Errorf("%s %s asks for no permission", method, path)
				}
				continue
			}
			want := http.StatusUnauthorized
			if op.Permission == string(access.Ingest) {
				want = http.StatusForbidden
			} else if len(op.Security) == 0 {
				t.Errorf("%s %s: no security", method, path)
			}
			target := strings.NewReplacer("{", "", "}", "").Replace(path)
			for _, token := range []string{"", "Bearer ", "Bearer wrong", "Basic " + s.token} {
				answer, text := s.ask(t, strings.ToUpper(method), target+"?token="+s.token, "{}", "Authorization", token)
				if want == http.StatusForbidden {
					answer, text = s.ask(t, strings.ToUpper(method), target, "{}", "Authorization", token)
				}
				if answer.StatusCode != want || !strings.Contains(text, `"code":"denied"`) {
					t.Errorf("%s %s with token %q: %s %s", method, path, token, answer.Status, text)
				}
			}
		}
	}
}

// TestOperationsStay holds the API to what was promised: a line that goes or changes breaks
// programs. -update writes the list anew.
func TestOperationsStay(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	_, text := s.ask(t, "GET", "/openapi.json", "")
	var doc document
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for path, operations := range doc.Paths {
		for method, op := range operations {
			lines = append(lines, fmt.Sprintf("%-6s %-45s %-16s %s\n", strings.ToUpper(method), path, op.OperationID, op.Permission))
		}
	}
	slices.Sort(lines)
	got := strings.Join(lines, "")
	golden := filepath.Join("testdata", "operations.txt")
	if *update {
		writeFile(t, golden, got, 0o644)
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("operations (-promised +served):\n%s", diff)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	big := `{"files":[{"name":"a","content":"` + strings.Repeat("x", 17<<20) + `"}]}`
	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		want                     string
	}{
		{"lanes", "GET", "/v1/lanes", "", nil, 200, `"service":"tickets"`},
		{"empty list", "GET", "/v1/secrets", "", nil, 200, `[]`},
		{"not found", "GET", "/v1/lanes/nothing/dev", "", nil, 404, `"code":"notFound"`},
		{"hint", "GET", "/v1/lanes/nothing/dev", "", nil, 404, "slipway status"},
		{"refused", "POST", "/v1/aborts", `{"service":"tickets","environment":"dev"}`, nil, 409, `"code":"refused"`},
		{"unknown path", "GET", "/v1/nothing", "", nil, 404, `"detail":"there is no /v1/nothing"`},
		{"outside", "GET", "/nothing", "", nil, 404, `"code":"notFound"`},
		{"method", "PATCH", "/v1/lanes", "", nil, 405, `"detail":"PATCH is not possible on /v1/lanes"`},
		{"bad JSON", "POST", "/v1/aborts", `{`, nil, 400, `"code":"invalid"`},
		{"missing field", "POST", "/v1/aborts", `{"service":"tickets"}`, nil, 400, "environment"},
		{"unknown field", "POST", "/v1/aborts", `{"service":"a","environment":"b","extra":"c"}`, nil, 400, "extra"},
		{"unknown query", "GET", "/v1/deployments?extra=a", "", nil, 400, "extra"},
		{"too large", "POST", "/v1/check", big, nil, 413, `"code":"tooLarge"`},
		{"form", "POST", "/v1/aborts", `a=b`, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, `"code":"invalid"`},
		{"text", "POST", "/v1/aborts", `{}`, []string{"Content-Type", "text/plain"}, 415, `"code":"invalid"`},
		{"foreign host", "GET", "/v1/lanes", "", []string{"Host", "evil.example"}, 403, "evil.example"},
		{"rebound host", "GET", "/healthz", "", []string{"Host", "localhost.evil.example:7700"}, 403, `"code":"denied"`},
		{"foreign address", "GET", "/v1/lanes", "", []string{"Host", "192.0.2.1:7700"}, 403, `"code":"denied"`},
		{"local host", "GET", "/v1/lanes", "", []string{"Host", "localhost:7700"}, 200, "tickets"},
		{"local v6", "GET", "/v1/lanes", "", []string{"Host", "[::1]:7700"}, 200, "tickets"},
		{"foreign origin", "POST", "/v1/aborts", `{}`, []string{"Origin", "http://evil.example"}, 403, "another origin"},
		{"cross site", "POST", "/v1/keys/rotate", "", []string{"Sec-Fetch-Site", "cross-site"}, 403, "another origin"},
		{"health", "GET", "/healthz", "", []string{"Authorization", ""}, 200, "ok"},
		{"ready", "GET", "/readyz", "", []string{"Authorization", ""}, 200, "ok"},
		{"bad await", "GET", "/v1/lanes", "", []string{"Slipway-Await", "soon"}, 400, "Slipway-Await"},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer, text := s.ask(t, c.method, c.path, c.body, c.headers...)
			if answer.StatusCode != c.status || !strings.Contains(text, c.want) {
				t.Errorf("%s: %s, want %d with %q", answer.Status, text, c.status, c.want)
			}
			media := answer.Header.Get("Content-Type")
			if c.status >= 400 && media != "application/problem+json" {
				t.Errorf("an error came as %s", media)
			}
			if answer.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Error("another origin may read the answer")
			}
		})
	}
}

// TestProblemsHoldNoValues sends secrets in requests that are wrong in some other way.
func TestProblemsHoldNoValues(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for _, body := range []string{
		`{"value":"czNjcmV0","extra":1}`, `{"value":{"czNjcmV0":1}}`, `{"value":["czNjcmV0"]}`, `{"value":"czNjcmV0`, `"czNjcmV0"`,
	} {
		answer, text := s.ask(t, "PUT", "/v1/secrets/payment-key", body)
		if answer.StatusCode != http.StatusBadRequest || strings.Contains(text, "czNjcmV0") {
			t.Errorf("%s: %s, %s", body, answer.Status, text)
		}
	}
}

// TestRefusesTooMuchUnread asks with a body that never comes.
func TestRefusesTooMuchUnread(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/v1/sources/shop/webhook", neverEnding{t.Context()})
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength = 1 << 40
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("it answers %s", answer.Status)
	}
}

// TestFewWebhooksAtOnce sends more than are read at once, none of which ever ends: of the
// rest nothing is read.
func TestFewWebhooksAtOnce(t *testing.T) {
	t.Parallel()
	h := api.Handler(api.Options{Control: apitest.New(), As: apitest.As, Log: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(t.Context())
	const requests, most = 50, 8
	var reading atomic.Int64
	full, all := make(chan struct{}), sync.WaitGroup{}
	for range requests {
		all.Go(func() {
			body := readerFunc(func([]byte) (int, error) {
				if reading.Add(1) == most {
					close(full)
				}
				<-ctx.Done()
				return 0, ctx.Err()
			})
			r := httptest.NewRequestWithContext(ctx, "POST", "http://localhost/v1/sources/shop/webhook", body)
			r.Header.Set("Content-Type", "application/json")
			h.ServeHTTP(httptest.NewRecorder(), r)
		})
	}
	<-full
	cancel()
	all.Wait()
	if n := reading.Load(); n < most || n >= requests {
		t.Errorf("%d were read", n)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// deadlines remembers whether somebody bounded the reading of a body.
type deadlines struct {
	*httptest.ResponseRecorder
	read time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error {
	d.read = t
	return nil
}

// TestBoundsEveryBody of strangers, who are refused before it is read.
func TestBoundsEveryBody(t *testing.T) {
	t.Parallel()
	h := api.Handler(api.Options{Control: apitest.New(), As: apitest.As, Log: slog.New(slog.DiscardHandler)})
	for _, media := range []string{"application/json", "text/plain"} {
		r := httptest.NewRequest("POST", "http://localhost/v1/apply", strings.NewReader("{}"))
		r.Header.Set("Content-Type", media)
		w := &deadlines{ResponseRecorder: httptest.NewRecorder()}
		h.ServeHTTP(w, r)
		if w.Code < 400 || w.read.IsZero() {
			t.Errorf("%s: %d, to be read until %s", media, w.Code, w.read)
		}
	}
}

// neverEnding gives nothing until its context ends.
type neverEnding struct{ ctx context.Context }

func (n neverEnding) Read([]byte) (int, error) {
	<-n.ctx.Done()
	return 0, io.EOF
}

func TestPanicTellsNothing(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *api.Options) {
		o.Page = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("the inside") })
	})
	answer, text := s.ask(t, "GET", "/", "")
	if answer.StatusCode != http.StatusInternalServerError || strings.Contains(text, "inside control") || strings.Contains(text, "the inside") {
		t.Errorf("%s %s", answer.Status, text)
	}
	_, id, _ := strings.Cut(text, "id=")
	id, _, _ = strings.Cut(id, " ")
	if len(id) < 10 || !strings.Contains(s.log.String(), "id="+id) || !strings.Contains(s.log.String(), "the inside") {
		t.Errorf("the log does not tell of id %q: %s", id, s.log)
	}
}

func TestStandbyIsUnavailable(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.fake.Standby = true
	for _, path := range []string{"/v1/lanes", "/readyz"} {
		answer, text := s.ask(t, "GET", path, "")
		if answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(text, "standby") ||
			answer.Header.Get("Content-Type") != "application/problem+json" || answer.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %s %s", path, answer.Status, text)
		}
	}
	if answer, _ := s.ask(t, "GET", "/healthz", ""); answer.StatusCode != http.StatusOK {
		t.Errorf("healthz: %s", answer.Status)
	}
}

// odd answers as no control plane should: with a code that nobody knows.
type odd struct{ *apitest.Fake }

func (odd) Lanes(context.Context) ([]model.Lane, error) { return nil, fault.New("odd", "the inside") }

func TestUnknownCodeIsADefect(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *api.Options) { o.Control = odd{apitest.New()} })
	answer, text := s.ask(t, "GET", "/v1/lanes", "")
	if answer.StatusCode != http.StatusInternalServerError || strings.Contains(text, "the inside") || !strings.Contains(s.log.String(), "the inside") {
		t.Errorf("%s %s", answer.Status, text)
	}
}

func TestPageServesWhatIsNotTheAPIs(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *api.Options) {
		o.Page = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "page "+r.URL.Path) })
		o.Hosts = []string{"slipway.example"}
	})
	if _, text := s.ask(t, "GET", "/board", "", "Host", "slipway.example:7700"); text != "page /board" {
		t.Errorf("got %q", text)
	}
	if answer, text := s.ask(t, "GET", "/v1/board", ""); answer.StatusCode != http.StatusNotFound || strings.Contains(text, "page") {
		t.Errorf("%s %s", answer.Status, text)
	}
}

func TestReadSeesWhatWasWritten(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	answer, text := s.ask(t, "POST", "/v1/sources/shop/poll", "")
	position := answer.Header.Get("Slipway-Position")
	if answer.StatusCode != http.StatusOK || position != "2" || !strings.Contains(text, `"position":2`) {
		t.Fatalf("%s %q %s", answer.Status, position, text)
	}
	if answer, text := s.ask(t, "GET", "/v1/lanes", "", "Slipway-Await", position); answer.StatusCode != http.StatusOK {
		t.Errorf("%s %s", answer.Status, text)
	}
	// What is not written yet holds the read until it is.
	read := make(chan int)
	go func() {
		answer, _ := s.ask(t, "GET", "/v1/lanes", "", "Slipway-Await", "3")
		read <- answer.StatusCode
	}()
	s.ask(t, "POST", "/v1/sources/shop/poll", "")
	if got := <-read; got != 200 {
		t.Errorf("status %d", got)
	}
}

func TestActorIsTheTokens(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.ask(t, "POST", "/v1/sources/shop/poll", "")
	if _, text := s.ask(t, "GET", "/v1/audit?after=1", ""); !strings.Contains(text, `"actor":"token:local"`) {
		t.Errorf("audit: %s", text)
	}
}

func TestAuthenticationThatFailsLetsNobodyIn(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *api.Options) {
		o.Authenticate = func(context.Context, string) (access.Caller, error) {
			return access.TokenCaller("half", "ci", nil), errors.New("the list of tokens is gone")
		}
	})
	answer, text := s.ask(t, "POST", "/v1/keys/rotate", "")
	if answer.StatusCode != http.StatusInternalServerError || strings.Contains(text, "list of tokens") {
		t.Errorf("%s %s", answer.Status, text)
	}
}

func TestRequestEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/v1/lanes", nil)
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Slipway-Await", "99")
	cancel()
	if _, err := http.DefaultClient.Do(r); err == nil {
		t.Error("a cancelled request was answered")
	}
}
