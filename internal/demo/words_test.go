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

func TestCrowd(t *testing.T) {
	t.Parallel()
	c := newCrowd()
	c.visit("h")
	if r := c.next(2); r.Path != "/concerts" || r.Host != "h" {
		t.Errorf("before the shop is open: %+v", r)
	}
	c.shop.Store(true)
	began := time.Now()
	answer := func(n uint64, status int, version string, err error) {
		r := c.next(n)
		c.seen(loadgen.Answer{Request: r, Sent: began.Add(time.Duration(n) * time.Second), Status: status, Header: http.Header{"X-Version": {version}}, Err: err})
	}
	answer(2, 201, "1", nil)  // the first user orders
	answer(4, 500, "", nil)   // and gets an error
	answer(7, 201, "2", nil)  // so does the second
	answer(9, 201, "1", nil)  // still some of the old
	answer(12, 201, "2", nil) // the third
	if c.newest("h", "tickets") != "2" || c.first("h", "tickets", "2").Before(began) || !c.first("h", "tickets", "3").IsZero() {
		t.Error("the versions that users saw")
	}
	if got := c.last("h", "tickets", "1").Sub(began); got != 9*time.Second {
		t.Errorf("the last of version 1 was sent after %s", got)
	}
	if len(c.users) != 3 || len(c.hit) != 1 || !c.hit["0"] {
		t.Errorf("users %v, hit %v", c.users, c.hit)
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
