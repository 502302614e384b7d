package demo

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/client/model"
	"slipway.dev/internal/loadgen"
)

func TestWrap(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"short":                              {"short"},
		"one two three four five six":        {"one two three four", "five six"},
		"é é é é é é é é é é é é":            {"é é é é é é é é é é", "é é"},
		"averylongwordthatdoesnotfit at all": {"averylongwordthatdoesnotfit at all"},
	} {
		if diff := cmp.Diff(want, wrap(text, 20)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestServicesOnNarrowTerminals(t *testing.T) {
	t.Parallel()
	b := board{lanes: []model.Lane{
		{Service: "a", Current: &model.Placed{Release: "1111111"}},
		{Service: "b", Active: &model.Deployment{Release: "2222222", Outcome: "shifting", Weight: 10}},
		{Service: "c", Pending: &model.Release{ID: "3333333", Status: "building"}},
	}}
	for width, want := range map[int]string{100: "a 1111  b 2222 shifting 10%  c 3333 building", 30: "a  b 2222 shifting 10%  c 3333 building"} {
		if got := b.services(width); got != want {
			t.Errorf("%d: %q, want %q", width, got, want)
		}
	}
}

func TestToLeave(t *testing.T) {
	t.Parallel()
	at := time.Unix(1000, 0)
	back := []model.Placed{{Release: "1"}}
	placed := func(after time.Duration) *model.Placed {
		return &model.Placed{Release: "2", CompletedAt: at.Add(after)}
	}
	first := model.Lane{Service: "first", Current: placed(5)}
	early := model.Lane{Service: "early", Current: placed(1), Kept: back}
	late := model.Lane{Service: "late", Current: placed(2), Kept: back}
	under := model.Lane{Service: "under", Current: placed(0), Active: &model.Deployment{}}
	for _, c := range []struct {
		shipped, want string
		lanes         []model.Lane
	}{
		{"first", "", nil},
		{"first", "", []model.Lane{first}},
		{"first", "late", []model.Lane{first, early, late}},
		{"under", "under", []model.Lane{early, under, late}},
		{"early", "late", []model.Lane{early, under, late}},
	} {
		if got := toLeave(c.lanes, c.shipped); got != c.want {
			t.Errorf("of %d lanes, after %s was shipped: %q, wanted %q", len(c.lanes), c.shipped, got, c.want)
		}
	}
}

// TestCrowd has two users of a shop, one after the other on one connection, and sees what
// is known of them then.
func TestCrowd(t *testing.T) {
	t.Parallel()
	c := newCrowd()
	c.visit("h")
	if r := c.next(0); r.Path != "/concerts" || r.Host != "h" {
		t.Errorf("before the shop is open: %+v", r)
	}
	c.shop.Store(true)
	began := time.Now()
	sent := 0
	answer := func(path string, status int, version string) {
		t.Helper()
		r := c.next(0)
		if r.Path != path {
			t.Errorf("asks for %s, and not %s", r.Path, path)
		}
		if session := strings.Contains(r.Header.Get("Cookie"), "session=7"); session != (path == "/orders") {
			t.Errorf("%s with cookies %s", path, r.Header.Get("Cookie"))
		}
		header := http.Header{"X-Version": {version}}
		if path == "/signin" {
			header.Set("Set-Cookie", "session=7; Path=/; HttpOnly")
		}
		sent++
		c.seen(loadgen.Answer{Request: r, Sent: began.Add(time.Duration(sent) * time.Second), Status: status, Header: header})
	}
	for _, version := range []string{"1", "2"} { // of tickets; the second order fails
		answer("/concerts", 200, "1")
		answer("/signin", 200, "1")
		answer("/orders", map[string]int{"1": 201, "2": 500}[version], version)
	}
	if c.newest("h", "tickets") != "2" || c.first("h", "tickets", "2").Before(began) || !c.first("h", "tickets", "3").IsZero() {
		t.Error("the versions that users saw")
	}
	if got := c.last("h", "tickets", "1").Sub(began); got != 3*time.Second {
		t.Errorf("the last of version 1 was sent after %s", got)
	}
	if diff := cmp.Diff(map[uint64]bool{connections: false, 2 * connections: true}, c.users); diff != "" {
		t.Error(diff)
	}
	if e := c.flows["purchase-ticket"]; e.requests != 2 || e.failed != 1 || !e.hit[2*connections] {
		t.Errorf("%+v", e)
	}
}

// TestUsersDiffer sees that customers and organisers come, and what each asks for is known.
func TestUsersDiffer(t *testing.T) {
	t.Parallel()
	flows := map[string]int{}
	for n := range uint64(100) {
		for u := newUser(n, []string{"h", "i"}, true); len(u.todo) > 0; {
			flows[actionOf(u.next()).flow]++
		}
	}
	want := map[string]int{"list-concerts": 100, "search-concerts": 25, "sign-in": 100, "purchase-ticket": 90, "collect-telemetry": 25, "create-upcoming-concerts": 10}
	if diff := cmp.Diff(want, flows); diff != "" {
		t.Error(diff)
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	self := func(d time.Duration) time.Duration { return d }
	for list, want := range map[string]time.Duration{"": 0, "7s": 7 * time.Second, "9s 3s": 3 * time.Second, "9s 3s 5s": 5 * time.Second} {
		var all []time.Duration
		for _, f := range strings.Fields(list) {
			d, _ := time.ParseDuration(f)
			all = append(all, d)
		}
		if got := median(all, self); got != want {
			t.Errorf("%q: %s", list, got)
		}
	}
}
