package edge_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/loadgen"
	"slipway.dev/internal/wire/edgewire"
)

// canary is tickets with two groups, first the new one, of these weights.
func canary(t *testing.T, weights ...int) edgewire.Service {
	t.Helper()
	s := tickets([]string{"new=" + addressOf(startApp(t, "new"))}, []string{"old=" + addressOf(startApp(t, "old"))})
	for i, w := range weights {
		s.Groups[i].Weight = w
	}
	return s
}

// with gives a service with other weights.
func with(s edgewire.Service, weights ...int) edgewire.Service {
	s.Groups = slices.Clone(s.Groups)
	for i, w := range weights {
		s.Groups[i].Weight = w
	}
	return s
}

// as sends a request with a header and says which app answered.
func (e *testEdge) as(name, value string) (app string, res *http.Response) {
	e.t.Helper()
	r := e.request("GET", "/", "")
	if name != "" {
		r.Header.Set(name, value)
	}
	res, body := e.do(r)
	if res.StatusCode != 200 {
		e.t.Fatalf("%s %q", res.Status, body)
	}
	app, _, _ = strings.Cut(body, " ")
	return app, res
}

func TestStickyCookie(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	s := canary(t, 50, 50)
	s.Sticky = &edgewire.Sticky{Cookie: "slipway_user"}
	e.apply(s)
	had := map[string]string{} // by cookie
	for range 40 {
		app, res := e.as("", "")
		cookies := res.Cookies()
		if len(cookies) != 1 {
			t.Fatalf("%v", res.Header)
		}
		c := cookies[0]
		if c.Name != "slipway_user" || len(c.Value) < 22 || had[c.Value] != "" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Secure {
			t.Errorf("%v", c)
		}
		had[c.Value] = app
	}
	check := func(what string, want func(before string) string) {
		t.Helper()
		seen := map[string]int{}
		for id, before := range had {
			app, res := e.as("Cookie", "x=y; slipway_user="+id)
			if app != want(before) || len(res.Cookies()) != 0 {
				t.Errorf("%s: who had %s gets %s, %v", what, before, app, res.Cookies())
			}
			seen[app]++
		}
		t.Log(what, seen)
	}
	same := func(before string) string { return before }
	check("again", same)
	if _, err := e.Replace(t.Context(), testBinary(t)); err != nil {
		t.Fatal(err)
	}
	check("after a replacement", same)
	e.apply(with(s, 100, 0))
	check("all new", func(string) string { return "new" })
	e.apply(with(s, 50, 50))
	dead := with(s, 50, 50)
	dead.Groups[0].Instances = []edgewire.Instance{{ID: "dead", Address: deadAddress(t)}}
	e.apply(dead)
	check("new has nobody", func(string) string { return "old" })
	e.apply(with(s, 50, 50))
	check("back", same)

	for _, hostile := range []string{"", strings.Repeat("x", 50_000), "\"a b\"", "a,b", "=;=", "%00"} {
		e.as("Cookie", "slipway_user="+hostile)
	}
	r, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+e.hello.Internal[0]+"/_svc/dev/tickets/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if res, _ := e.do(r); len(res.Cookies()) != 0 {
		t.Error("a service got a cookie")
	}
}

func TestStickyHeader(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	s := canary(t, 30, 70)
	s.Sticky = &edgewire.Sticky{Header: "x-user-id"}
	e.apply(s)
	count := map[string]int{}
	for i := range 40 {
		id := fmt.Sprint("user", i)
		app, res := e.as("X-User-Id", id)
		count[app]++
		if again, _ := e.as("X-User-Id", id); again != app || len(res.Cookies()) != 0 {
			t.Errorf("%s gets %s and then %s", id, app, again)
		}
	}
	if count["new"] == 0 || count["old"] == 0 {
		t.Errorf("%v", count)
	}
	clear(count)
	for range 100 { // without the header each is shared out by itself
		app, _ := e.as("", "")
		count[app]++
	}
	if count["new"] != 30 {
		t.Errorf("%v", count)
	}
}

// Whose requests a group gets whatever its weight is; nobody else's, at weight 0.
func TestMatch(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	s := canary(t, 0, 100)
	s.Sticky = &edgewire.Sticky{Cookie: "slipway_user"}
	s.Groups[0].Match = &edgewire.Match{Header: "x-internal", Value: "yes"}
	e.apply(s)
	for range 5 {
		for value, want := range map[string]string{"yes": "new", "no": "old", "yes, no": "old"} {
			if app, _ := e.as("X-Internal", value); app != want {
				t.Errorf("%q gets %s", value, app)
			}
		}
		if app, _ := e.as("", ""); app != "old" {
			t.Errorf("without the header: %s", app)
		}
	}
	r := e.request("GET", "/headers", "")
	r.Header.Set("X-Internal", "yes")
	if _, body := e.do(r); !strings.Contains(body, "X-Internal: yes") {
		t.Errorf("the app saw %q", body)
	}
	dead := with(s, 0, 100)
	dead.Groups[0].Match = &edgewire.Match{Header: "X-Internal"} // any value
	dead.Groups[0].Instances = []edgewire.Instance{{ID: "dead", Address: deadAddress(t)}}
	e.apply(dead)
	if app, _ := e.as("X-Internal", "whatever"); app != "old" {
		t.Errorf("while the new one has nobody: %s", app)
	}
}

func TestStickyAndMatchAreChecked(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	for text, change := range map[string]func(*edgewire.Service){
		"either a cookie or a header": func(s *edgewire.Service) { s.Sticky = &edgewire.Sticky{} },
		`"a" and "B"`:                 func(s *edgewire.Service) { s.Sticky = &edgewire.Sticky{Cookie: "a", Header: "B"} },
		`"a;b"`:                       func(s *edgewire.Service) { s.Sticky = &edgewire.Sticky{Cookie: "a;b"} },
		`"X Y"`:                       func(s *edgewire.Service) { s.Groups[0].Match = &edgewire.Match{Header: "X Y"} },
		"match needs a header":        func(s *edgewire.Service) { s.Groups[0].Match = &edgewire.Match{Value: "x"} },
	} {
		s := tickets([]string{"i=127.0.0.1:80"})
		change(&s)
		wantFault(t, e.Apply(t.Context(), edgewire.Table{Epoch: 9, Services: []edgewire.Service{s}}), fault.Invalid, text)
	}
}

// A judge counts a user once in a minute at each step, and what is repeated only once.
func TestUnits(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	s := canary(t, 50, 50)
	s.Sticky = &edgewire.Sticky{Cookie: "slipway_user"}
	flows := []edgewire.Flow{flowOf("buy", "GET /status/{code}", "POST /orders")}
	send := func(method, path string, header ...string) {
		r := e.request(method, path, "")
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		e.do(r)
	}
	units := func(step string) (requests, units, failed uint64) {
		for _, c := range e.counters().Flows {
			if c.Step == step {
				requests, units, failed = requests+c.Requests, units+c.Units.Requests, failed+c.Units.Errors
			}
		}
		return requests, units, failed
	}
	want := func(what, step string, requests, low, high, failed uint64) {
		t.Helper()
		r, u, f := units(step)
		if r != requests || u < low || u > high || f != failed && low == high {
			t.Errorf("%s: %d requests are %d units with %d failed; want %d, %d to %d, %d", what, r, u, f, requests, low, high, failed)
		}
	}
	e.applyFlows(flows, s)
	send("GET", "/status/200")
	want("nobody judges", "GET /status/{code}", 1, 0, 0, 0)
	s.Apart = true
	e.applyFlows(flows, s)
	// A minute may begin between any two requests: then a user is one more.
	send("GET", "/status/500", "Cookie", "slipway_user=ann")
	_, first, _ := units("GET /status/{code}")
	for range 5 {
		send("GET", "/status/200", "Cookie", "slipway_user=ann")
	}
	if first != 1 {
		t.Errorf("a first request is %d units", first)
	}
	want("one user", "GET /status/{code}", 7, 1, 2, 1)
	send("POST", "/orders", "Cookie", "slipway_user=ann")
	want("the same user at another step", "POST /orders", 1, 1, 1, 0)
	for range 5 {
		send("POST", "/orders", "Idempotency-Key", "k1")
	}
	want("repetitions without a cookie", "POST /orders", 6, 2, 3, 0)
	for range 5 {
		send("POST", "/orders")
	}
	want("users who are not known", "POST /orders", 11, 7, 8, 0)
}

// A release that breaks requests off is seen to do so, although the users are spared.
func TestUnitsShowWhatUsersAreSpared(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	s := canary(t, 50, 50)
	s.Apart = true
	broken := startDropper(t)
	s.Groups[0].Instances = []edgewire.Instance{{ID: "broken", Address: broken}}
	e.applyFlows([]edgewire.Flow{flowOf("all", "/")}, s)
	for range 20 {
		if res, body := e.get("/"); res.StatusCode != 200 || !strings.HasPrefix(body, "old") {
			t.Errorf("%s %q", res.Status, body)
		}
	}
	e.wantFlows(
		"all[/] d0: 0 units 10 failed units 10",
		"all[/] d1: 20 anonymous 20 units 10",
	)
}

// Users stay where they are, and no request fails, while weights change and edges do.
func TestStickyUnderSwitches(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	s := canary(t, 1, 99)
	s.Sticky = &edgewire.Sticky{Header: "X-User-Id"}
	s.Apart = true
	e.applyFlows([]edgewire.Flow{flowOf("all", "/")}, s)
	load := loadgen.Start(t.Context(), loadgen.Options{Address: e.http(), Clients: 16, Timeout: patience, Next: func(n uint64) loadgen.Request {
		r := loadgen.Mix("shop.localhost", 1.0/3, "/")(n)
		r.Header = http.Header{"X-User-Id": {fmt.Sprint(n % 200)}}
		return r
	}})
	for weight := 2; weight <= 100; weight += 7 {
		sent(t, load, 50)
		e.applyFlows([]edgewire.Flow{flowOf("all", "/")}, with(s, weight, 100-weight))
		if weight%3 == 0 {
			if _, err := e.Replace(t.Context(), testBinary(t)); err != nil {
				t.Fatal(err)
			}
		}
	}
	stopLoad(t, e, load)
}
