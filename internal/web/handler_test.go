package web

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// fake is a source whose board a test sets.
type fake struct {
	boards  chan Board // the next one; the last one stays
	board   Board
	err     error
	mu      sync.Mutex
	changes chan struct{}
}

func (f *fake) Board(context.Context) (Board, error) {
	select {
	case f.board = <-f.boards:
	default:
	}
	return f.board, f.err
}

func (f *fake) Changes(context.Context) <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.changes
}

// restart ends all streams, as a control plane does that stops, and takes new ones.
func (f *fake) restart() {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.changes)
	f.changes = make(chan struct{}, 1)
}

func serve(t *testing.T, f *fake) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(newHandler(f, func() time.Time { return noon }))
	t.Cleanup(server.Close)
	return server
}

func get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func shifting(weight int) Board {
	return Board{Lanes: []model.Lane{{
		Service: "tickets", Environment: "dev", Team: "box-office", Status: "shifting",
		Active: &model.Deployment{
			Commit: "be12fab7712", Subject: "<script>alert(1)</script>", Weight: weight, Stage: 2, Stages: 4,
			RequestedAt: noon.Add(-3 * time.Minute),
		},
		Current: &model.Placed{Commit: "77aa1ab", Subject: "First version", CompletedAt: noon.Add(-2 * time.Hour)},
	}}}
}

func TestPage(t *testing.T) {
	t.Parallel()
	resp, body := get(t, serve(t, &fake{board: shifting(10)}).URL+"/")
	if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("%s %s", resp.Status, resp.Header.Get("Content-Type"))
	}
	for _, want := range []string{
		"tickets", "box-office", "<b>Shifting</b>", "be12fab", "3 min ago", "2 h ago", "step 2 of 4", "10 % of requests",
		`role="rowheader"`, `1 deployment under way`, `&lt;script&gt;alert(1)`, `datetime="2026-03-01T11:57:00Z"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in:\n%s", want, body)
		}
	}
	for _, never := range []string{"<script>", "be12fab7712", " style=", " onclick="} {
		if strings.Contains(body, never) {
			t.Errorf("%q in:\n%s", never, body)
		}
	}
}

func TestPageIsLockedDown(t *testing.T) {
	t.Parallel()
	resp, _ := get(t, serve(t, &fake{}).URL+"/")
	policy := resp.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy: %s", policy)
	}
	if resp.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Error("content may be sniffed")
	}
}

func TestEmptyBoardWelcomes(t *testing.T) {
	t.Parallel()
	_, body := get(t, serve(t, &fake{}).URL+"/")
	for _, want := range []string{"Nothing runs here yet", "slipway init", "slipway source add NAME ."} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in:\n%s", want, body)
		}
	}
}

func TestFilesOfThePage(t *testing.T) {
	t.Parallel()
	server := serve(t, &fake{})
	_, body := get(t, server.URL+"/")
	_, rest, _ := strings.Cut(body, `rel="stylesheet" href="`)
	address, _, _ := strings.Cut(rest, `"`)
	resp, style := get(t, server.URL+address)
	if resp.StatusCode != http.StatusOK || !strings.Contains(style, "prefers-reduced-motion") {
		t.Errorf("%s: %s", address, resp.Status)
	}
	if resp, _ := get(t, server.URL+"/assets/other.js"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a file that is not there: %s", resp.Status)
	}
	if resp, _ := get(t, server.URL+"/elsewhere"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a page that is not there: %s", resp.Status)
	}
}

func TestWithoutScriptThePageReloadsItself(t *testing.T) {
	t.Parallel()
	var with, without strings.Builder
	if err := page(pageData{Script: "/assets/app.js"}).Render(t.Context(), &with); err != nil {
		t.Fatal(err)
	}
	if err := page(pageData{}).Render(t.Context(), &without); err != nil {
		t.Fatal(err)
	}
	refresh := `<meta http-equiv="refresh" content="5">`
	if !strings.Contains(without.String(), refresh) || strings.Contains(without.String(), "<script") {
		t.Errorf("without:\n%s", without.String())
	}
	if strings.Count(with.String(), refresh) != 1 || !strings.Contains(with.String(), "<noscript>"+refresh) {
		t.Errorf("with:\n%s", with.String())
	}
}

func TestErrorsShowNoCause(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]int{
		errors.New("secret detail"): http.StatusInternalServerError,
		fault.New(fault.Unavailable, "standby").Because(errors.New("secret detail")): http.StatusServiceUnavailable,
	} {
		resp, body := get(t, serve(t, &fake{err: err}).URL+"/")
		if resp.StatusCode != want || strings.Contains(body, "secret") {
			t.Errorf("%v: %s %s", err, resp.Status, body)
		}
	}
}

// readEvent gives the data of the next event.
func readEvent(t *testing.T, lines *bufio.Scanner) string {
	t.Helper()
	var data strings.Builder
	for lines.Scan() {
		line, field := strings.CutPrefix(lines.Text(), "data: ")
		if !field {
			return data.String()
		}
		data.WriteString(line + "\n")
	}
	t.Fatalf("the stream ended: %v", lines.Err())
	return ""
}

func TestEventsFollowChanges(t *testing.T) {
	t.Parallel()
	f := &fake{boards: make(chan Board, 1), board: shifting(10), changes: make(chan struct{}, 1)}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, serve(t, f).URL+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if kind := resp.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("Content-Type: %s", kind)
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	if first := readEvent(t, lines); !strings.Contains(first, "10 % of requests") {
		t.Errorf("first event:\n%s", first)
	}
	f.boards <- shifting(50)
	f.changes <- struct{}{}
	if second := readEvent(t, lines); !strings.Contains(second, "50 % of requests") {
		t.Errorf("second event:\n%s", second)
	}
	f.restart()
	if lines.Scan() {
		t.Errorf("the stream goes on: %s", lines.Text())
	}
}

func TestEventOfManyLines(t *testing.T) {
	t.Parallel()
	if got, want := string(event([]byte("a\r\n\nb"))), "data: a\ndata: \ndata: b\n\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
