package demo

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strconv"

	"slipway.dev/internal/loadgen"
)

// action is one request of a business flow of the shop.
type action struct {
	flow, service string
	method, path  string
	body          string
}

// The flows, as a user takes them.
var (
	list     = action{"list-concerts", "concerts", http.MethodGet, "/concerts", ""}
	search   = action{"search-concerts", "concerts", http.MethodGet, "/concerts/search?q=songs", ""}
	signIn   = action{"sign-in", "signin", http.MethodPost, "/signin", `{"name":"Ada"}`}
	purchase = action{"purchase-ticket", "tickets", http.MethodPost, "/orders", `{"concert":"winter-songs","seats":2}`}
	report   = action{"collect-telemetry", "telemetry", http.MethodPost, "/telemetry", `{"name":"ordered"}`}
	publish  = action{"create-upcoming-concerts", "concerts", http.MethodPost, "/concerts", `{"title":"Harbour choir","place":"Pier 4"}`}
)

// What a user comes for. Before the shop is open there is only something to look at.
var (
	looking   = []action{list}
	buying    = []action{list, signIn, purchase}
	choosing  = []action{list, search, signIn, purchase, report}
	producing = []action{list, signIn, publish}
)

// Of so many users one is an organiser, and one takes their time. All others know what they want.
const (
	producers = 10
	choosers  = 4
)

// actionOf gives what a request is.
func actionOf(r loadgen.Request) action {
	all := slices.Concat(choosing, producing)
	return all[slices.IndexFunc(all, func(a action) bool { return a.method == r.Method && a.path == r.Path })]
}

// user is one of the shop's users, with a browser of their own.
type user struct {
	number  uint64
	host    string
	cookies *cookiejar.Jar
	todo    []action
}

func newUser(number uint64, hosts []string, shop bool) *user {
	cookies, err := cookiejar.New(nil)
	if err != nil {
		panic("demo: " + err.Error()) // it never fails without options
	}
	u := &user{number: number, host: hosts[number%uint64(len(hosts))], cookies: cookies, todo: looking}
	switch {
	case shop && number%producers == producers-1:
		u.todo = producing
	case shop && number%choosers == choosers-2:
		u.todo = choosing
	case shop:
		u.todo = buying
	}
	return u
}

// userHeader says whose request it is.
const userHeader = "X-User"

// next is the user's next request; they have one.
func (u *user) next() loadgen.Request {
	a := u.todo[0]
	u.todo = u.todo[1:]
	id := strconv.FormatUint(u.number, 10)
	r := http.Request{Header: http.Header{"Content-Type": {"application/json"}, userHeader: {id}}}
	for _, cookie := range u.cookies.Cookies(u.at()) {
		r.AddCookie(cookie)
	}
	if a.flow == report.flow {
		r.Header.Set("Idempotency-Key", id) // to report an event twice does no harm, so the edge may try again
	}
	return loadgen.Request{Method: a.method, Host: u.host, Path: a.path, Header: r.Header, Body: []byte(a.body)}
}

// took keeps the cookies of an answer.
func (u *user) took(a loadgen.Answer) {
	answer := http.Response{Header: a.Header}
	u.cookies.SetCookies(u.at(), answer.Cookies())
}

func (u *user) at() *url.URL { return &url.URL{Scheme: "http", Host: u.host, Path: "/"} }
