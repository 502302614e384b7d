package web

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// visitor is who asks a test's page.
type visitor struct {
	t      *testing.T
	server *httptest.Server
	header http.Header // besides the cookie
	cookie *http.Cookie
}

// enter serves a page and gives a visitor who is signed in.
func enter(t *testing.T, f *fake) visitor {
	t.Helper()
	return visitor{t: t, server: site(t, f), cookie: session}
}

// stranger is not signed in.
func (v visitor) stranger() visitor {
	v.cookie = nil
	return v
}

// from is a visitor whose browser says something more.
func (v visitor) from(header, value string) visitor {
	v.header = http.Header{header: {value}}
	return v
}

// send asks without following redirects.
func (v visitor) send(method, path string, form url.Values) (*http.Response, string) {
	v.t.Helper()
	req, err := http.NewRequestWithContext(v.t.Context(), method, v.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	for name, values := range v.header {
		req.Header[name] = values
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if v.cookie != nil {
		req.AddCookie(v.cookie)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return resp, string(body)
}

func (v visitor) get(path string) (*http.Response, string) {
	v.t.Helper()
	return v.send(http.MethodGet, path, nil)
}

// sees fails the test unless a page has each of the texts.
func (v visitor) sees(path string, wants ...string) string {
	v.t.Helper()
	resp, body := v.get(path)
	if resp.StatusCode != http.StatusOK {
		v.t.Fatalf("%s: %s\n%s", path, resp.Status, body)
	}
	has(v.t, body, wants...)
	return body
}

// sends fails the test unless a form is taken and leads on to a path.
func (v visitor) sends(path, next string, form url.Values) *http.Response {
	v.t.Helper()
	resp, body := v.send(http.MethodPost, path, form)
	if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != next {
		v.t.Fatalf("%s: %s to %q, want %q\n%s", path, resp.Status, resp.Header.Get("Location"), next, body)
	}
	return resp
}

func has(t *testing.T, body string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in:\n%s", want, body)
		}
	}
}

func hasNot(t *testing.T, body string, nevers ...string) {
	t.Helper()
	for _, never := range nevers {
		if strings.Contains(body, never) {
			t.Errorf("%q in:\n%s", never, body)
		}
	}
}

func shifting(weight int) Board {
	return Board{Lanes: []model.Lane{{
		Service: "tickets", Environment: "dev", Team: "box-office", Status: "shifting",
		Active: &model.Deployment{
			ID: "tickets.dev.2", Commit: "be12fab7712", Subject: "<script>alert(1)</script>", Weight: weight, Stage: 2, Stages: 4,
			RequestedAt: noon.Add(-3 * time.Minute),
		},
		Current: &model.Placed{Commit: "77aa1ab", Subject: "First version", CompletedAt: noon.Add(-2 * time.Hour)},
	}}}
}

func TestBoard(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.board = shifting(10)
	body := enter(t, f).sees("/",
		"tickets", "box-office", "<b>Shifting</b>", "be12fab", "3 min ago", "2 h ago", "step 2 of 4", "10 % of requests",
		`role="rowheader"`, `1 deployment under way`, `&lt;script&gt;alert(1)`, `datetime="2026-03-01T11:57:00Z"`,
		`hx-sse:connect="/events"`, `href="/deployments/tickets.dev.2"`, `href="/lanes/tickets/dev/abort"`,
	)
	hasNot(t, body, "<script>", "be12fab7712", " style=", " onclick=")
}

func TestBoardShowsWhoWaits(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.board = Board{
		Environments: []environment{{"staging", ""}, {"prod", "staging"}},
		Lanes:        []model.Lane{{Service: "tickets", Environment: "prod", Status: "waiting", Text: "r4 waits at the gate: approvals"}},
		Gates: []model.Gate{{Service: "tickets", Environment: "prod", Release: "r4", Deployment: "tickets.prod.4", Verdict: "fail", Conditions: []model.Condition{
			{Name: "approvals", Verdict: "fail"}, {Name: "soak", Verdict: "pass"}, {Name: "readiness", Verdict: "unknown"}}},
			{Service: "tickets", Environment: "prod", Release: "r5", Deployment: "tickets.prod.5", Verdict: "pass"}},
	}
	body := enter(t, f).sees("/", `href="/deployments/tickets.prod.4"><b>r4</b> waits at the gate`, "for approvals, readiness",
		`href="/deployments/tickets.prod.5"><b>r5</b> waits at the gate`, "about to go in", "2 releases wait at a gate")
	hasNot(t, body, "nobody is needed")
	hasNot(t, body, "r4 waits at the gate: approvals")
}

func TestEmptyBoardWelcomes(t *testing.T) {
	t.Parallel()
	enter(t, newFake()).sees("/", "Nothing runs here yet", "slipway init", "slipway source add NAME .")
}

func TestFilesOfThePage(t *testing.T) {
	t.Parallel()
	v := enter(t, newFake())
	body := v.sees("/")
	_, rest, _ := strings.Cut(body, `rel="stylesheet" href="`)
	address, _, _ := strings.Cut(rest, `"`)
	has(t, v.stranger().sees(address), "prefers-reduced-motion")
	for _, path := range []string{"/assets/other.js", "/elsewhere", "/deployments/none", "/tasks/none", "/glass/none", "/lanes/none/dev/abort"} {
		if resp, _ := v.get(path); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
}

func TestWithoutScriptThePageReloadsItself(t *testing.T) {
	t.Parallel()
	render := func(f frame) string {
		var out strings.Builder
		if err := page(f).Render(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	refresh := `<meta http-equiv="refresh" content="5">`
	if without := render(frame{Events: "/events"}); !strings.Contains(without, refresh) || strings.Contains(without, "<script") {
		t.Errorf("without:\n%s", without)
	}
	if with := render(frame{Events: "/events", Script: "/assets/app.js"}); strings.Count(with, refresh) != 1 || !strings.Contains(with, "<noscript>"+refresh) {
		t.Errorf("with:\n%s", with)
	}
	for _, f := range []frame{{}, {Events: "/events", view: view{Still: true}}} {
		hasNot(t, render(f), refresh)
	}
}

func TestErrorsShowNoCause(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]int{
		errors.New("secret detail"): http.StatusInternalServerError,
		fault.New(fault.Unavailable, "standby").Because(errors.New("secret detail")): http.StatusServiceUnavailable,
	} {
		f := newFake()
		f.err = err
		resp, body := enter(t, f).get("/")
		if resp.StatusCode != want || strings.Contains(body, "secret") {
			t.Errorf("%v: %s %s", err, resp.Status, body)
		}
	}
}

// stream opens events of a page.
func stream(t *testing.T, v visitor, path string) *bufio.Scanner {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.AddCookie(v.cookie)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	if kind := resp.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("Content-Type: %s", kind)
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	return lines
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
	f := newFake()
	f.board = shifting(10)
	v := enter(t, f)
	lines := stream(t, v, "/events")
	has(t, readEvent(t, lines), "10 % of requests")
	f.set(func(f *fake) {
		f.board = shifting(50)
		f.glasses = []model.Glass{{ID: "g1", Service: "tickets", Environment: "prod", Status: "open", By: "person:bob", Criterion: "outage"}}
	})
	has(t, readEvent(t, lines), "50 % of requests", "The glass is broken: tickets in prod.")
	f.restart()
	if lines.Scan() {
		t.Errorf("the stream goes on: %s", lines.Text())
	}
}

// TestEventsEndWithTheRights: who was let in an hour ago need not be now.
func TestEventsEndWithTheRights(t *testing.T) {
	t.Parallel()
	f := newFake()
	v := enter(t, f)
	if resp, _ := v.stranger().get("/events"); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a stranger: %s", resp.Status)
	}
	lines := stream(t, v, "/events")
	readEvent(t, lines)
	f.set(func(f *fake) { f.err = fault.New(fault.Denied, "ada was disabled") })
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
