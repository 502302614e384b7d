package flow_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"slipway.dev/internal/core/flow"
)

// steps makes a flow of requests to the service "s".
func steps(name string, requests ...string) flow.Flow {
	f := flow.Flow{Name: name}
	for _, r := range requests {
		f.Steps = append(f.Steps, flow.Step{Name: r, Service: "s", Request: r})
	}
	return f
}

func matcher(t testing.TB, flows ...flow.Flow) *flow.Matcher {
	t.Helper()
	m, err := flow.NewMatcher(flows)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// found writes the steps that match as "flow: step", in the order of flows.
func found(m *flow.Matcher, flows []flow.Flow, method, path string) []string {
	refs := m.Tree("s").Match(method, path, nil)
	slices.SortFunc(refs, func(a, b flow.Ref) int { return a.Flow - b.Flow })
	var out []string
	for _, r := range refs {
		out = append(out, flows[r.Flow].Name+": "+flows[r.Flow].Steps[r.Step].Name)
	}
	return out
}

func TestMostSpecificStepOfEachFlow(t *testing.T) {
	t.Parallel()
	flows := []flow.Flow{
		steps("buy", "POST /orders", "GET /orders/{id}", "GET /orders/new", "/orders/"),
		steps("list", "GET /orders", "GET /orders/{$}", "GET /files/{path...}"),
		steps("all", "/"),
		steps("odd", "/a/{x}", "/{y}/b", "GET /twice/{x}", "GET /twice/{y}", "/h", "HEAD /h", "/a%2Fb", "/ü", "/{x}/{y}/c/d"),
	}
	m := matcher(t, flows...)
	for _, c := range []struct{ request, want string }{
		{"POST /orders", "buy: POST /orders, all: /"},
		{"GET /orders", "list: GET /orders, all: /"},
		{"HEAD /orders", "list: GET /orders, all: /"},
		{"PUT /orders", "all: /"},
		{"GET /orders/7", "buy: GET /orders/{id}, all: /"},
		{"GET /orders/new", "buy: GET /orders/new, all: /"},
		{"DELETE /orders/new", "buy: /orders/, all: /"},
		{"GET /orders/7/items", "buy: /orders/, all: /"},
		{"GET /orders/", "buy: /orders/, list: GET /orders/{$}, all: /"},
		{"GET //orders///7", "buy: GET /orders/{id}, all: /"},
		{"GET /files/a/b//c", "list: GET /files/{path...}, all: /"},
		{"GET /files", "all: /"},
		{"GET /a/b", "all: /, odd: /a/{x}"}, // from the left, a literal first
		{"GET /twice/1", "all: /, odd: GET /twice/{x}"},
		{"HEAD /h", "all: /, odd: HEAD /h"},
		{"GET /a%2Fb", "all: /, odd: /a%2Fb"},
		{"GET /%61/x", "all: /, odd: /a/{x}"},
		{"GET /%C3%BC", "all: /, odd: /ü"},
		{"GET /a/b/c/d", "all: /, odd: /{x}/{y}/c/d"},
		{"GET /%zz", "all: /"},
		{"OPTIONS *", ""},
		{"GET ", ""},
	} {
		method, path, _ := strings.Cut(c.request, " ")
		if got := strings.Join(found(m, flows, method, path), ", "); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.request, got, c.want)
		}
	}
}

func TestPlacesAndServices(t *testing.T) {
	t.Parallel()
	f := flow.Flow{Name: "f", Steps: []flow.Step{
		{Name: "a", Service: "one", Request: "/a"}, {Name: "e", Event: "mailed"}, {Name: "b", Service: "two", Request: "/b"}, {Name: "c", Service: "one", Request: "/c"},
	}}
	m := matcher(t, f)
	if got, want := m.Tree("one").Steps(), []flow.Ref{{Flow: 0, Step: 0, Place: 0}, {Flow: 0, Step: 3, Place: 1}}; !slices.Equal(got, want) {
		t.Errorf("steps %v, want %v", got, want)
	}
	if got := m.Tree("two").Match("GET", "/b", nil); len(got) != 1 || got[0].Place != 0 || got[0].Step != 2 {
		t.Errorf("%v", got)
	}
	if m.Tree("two").Match("GET", "/a", nil) != nil || m.Tree("three").Match("GET", "/a", nil) != nil || m.Tree("three").Steps() != nil {
		t.Error("a step matches for another service")
	}
}

func TestWrongRequestsAreNamed(t *testing.T) {
	t.Parallel()
	for _, request := range []string{
		"GET", "host/a", "GET host/a", "/{", "/{x}y", "/{x}/{x}", "/{x...}/a", "/{$}/a", "/{}", "//a", "/./a", "/../a", "GE T /a", "CONNECT //a",
		"/" + strings.Repeat("a", 500),
	} {
		if flow.CheckRequest(request) == nil {
			t.Errorf("%.40q is taken", request)
		}
		_, err := flow.NewMatcher([]flow.Flow{steps("good", "/"), steps("bad", request)})
		if err == nil || !strings.Contains(err.Error(), "flow bad, step") {
			t.Errorf("%.40q: %v", request, err)
		}
	}
}

// handler is what the patterns of a ServeMux lead to, unlike redirects and refusals.
type handler struct{ http.Handler }

// reference finds what http.ServeMux finds for a flow. Where it would only redirect to the
// path with a slash at the end, there is nothing to compare.
func reference(mux *http.ServeMux, method, path string) (step string, comparable bool) {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/") // it would redirect there
	}
	u, err := url.ParseRequestURI(path)
	if err != nil || u.EscapedPath() != path {
		return "", false
	}
	h, pattern := mux.Handler(&http.Request{Method: method, URL: u, Host: "shop"})
	if _, ok := h.(handler); ok {
		return pattern, true
	}
	return "", pattern == ""
}

// register gives a mux with those patterns of a flow that do not conflict, and the flow of
// just these.
func register(f flow.Flow) (*http.ServeMux, flow.Flow) {
	mux, kept := http.NewServeMux(), flow.Flow{Name: f.Name}
	for _, s := range f.Steps {
		func() {
			defer func() { _ = recover() }() // it conflicts
			mux.Handle(s.Request, handler{http.NotFoundHandler()})
			kept.Steps = append(kept.Steps, s)
		}()
	}
	return mux, kept
}

// compare holds the matcher to a ServeMux for each flow. It says for how many flows there was
// something to compare.
func compare(t *testing.T, flows []flow.Flow, muxes []*http.ServeMux, m *flow.Matcher, method, path string) (compared int) {
	t.Helper()
	got := map[int]string{}
	for _, r := range m.Tree("s").Match(method, path, nil) {
		if _, twice := got[r.Flow]; twice {
			t.Fatalf("%s %q: flow %d has two steps", method, path, r.Flow)
		}
		got[r.Flow] = flows[r.Flow].Steps[r.Step].Request
	}
	for i := range flows {
		want, ok := reference(muxes[i], method, path)
		if !ok {
			continue
		}
		compared++
		if got[i] != want {
			t.Fatalf("%s %q: got %q, ServeMux has %q of %v", method, path, got[i], want, flows[i].Steps)
		}
	}
	return compared
}

func TestAgreesWithServeMux(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	compared, matched := 0, 0
	for range 400 {
		var flows []flow.Flow
		var muxes []*http.ServeMux
		for i := range 1 + random.IntN(6) {
			var requests []string
			for range 1 + random.IntN(8) {
				r := pick("", "", "GET ", "HEAD ", "POST ")
				for j := range random.IntN(4) {
					r += "/" + pick("a", "b", "a%2Fb", "%61", "é", fmt.Sprintf("{x%d}", j), "%2F", "%25")
				}
				r += pick("", "", "/", "/{$}", "/{r...}")
				if flow.CheckRequest(r) == nil {
					requests = append(requests, r)
				}
			}
			mux, f := register(steps(fmt.Sprint(i), requests...))
			flows, muxes = append(flows, f), append(muxes, mux)
		}
		m := matcher(t, flows...)
		for range 200 {
			path := ""
			for range random.IntN(5) {
				path += "/" + pick("a", "b", "c", "", "a%2Fb", "a%2fb", "%61", "%C3%A9", "%2F", "%25", "%2561", "+", "a;b")
			}
			path += pick("", "/", "//")
			method := pick("GET", "HEAD", "POST", "PUT")
			compared += compare(t, flows, muxes, m, method, path)
			matched += len(m.Tree("s").Match(method, path, nil))
		}
	}
	if compared < 100_000 || matched < 20_000 {
		t.Errorf("only %d comparisons with %d matches", compared, matched)
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("GET /a/{x}\n/a/\n/{r...}\n/{$}", "GET", "/a/b")
	f.Add("/a%2Fb\n/a/b\n/%2F", "HEAD", "/a%2Fb")
	f.Add("/{a}/{b}/{c}\n/x/{b}/c", "POST", "//x//%zz/c")
	f.Add("/é/{$}", "GET", "/%C3%A9/")
	f.Fuzz(func(t *testing.T, requests, method, path string) {
		var good []string
		for r := range strings.Lines(requests) {
			if r = strings.TrimSuffix(r, "\n"); flow.CheckRequest(r) == nil {
				good = append(good, r)
			}
		}
		mux, kept := register(steps("f", good...))
		m := matcher(t, kept, steps("other", good...))
		if method == "CONNECT" || strings.Contains(path, "/.") {
			m.Tree("s").Match(method, path, nil) // ServeMux has rules of its own for them; the edge refuses them
			return
		}
		compare(t, []flow.Flow{kept}, []*http.ServeMux{mux}, matcher(t, kept), method, path)
	})
}

// Whatever a path is, a match stays cheap: a tree of patterns that are alike is walked once.
func TestHostilePaths(t *testing.T) {
	t.Parallel()
	var flows []flow.Flow
	for i := range 256 { // all ways to write eight segments, each a literal or not
		r := ""
		for bit := range 8 {
			if i>>bit&1 == 0 {
				r += "/a"
			} else {
				r += fmt.Sprintf("/{x%d}", bit)
			}
		}
		flows = append(flows, steps(fmt.Sprint(i), r))
	}
	flows = append(flows, steps("rest", "/{all...}"))
	m := matcher(t, flows...)
	for path, want := range map[string]int{
		strings.Repeat("/a", 10_000): 1, strings.Repeat("/%61", 8): 257, strings.Repeat("/a", 8): 257, strings.Repeat("/b", 8): 2,
		strings.Repeat("/", 10_000): 1, strings.Repeat("//a", 8): 257, "/" + strings.Repeat("a", 60_000): 1,
		"/" + strings.Repeat("%2F", 20_000): 1, strings.Repeat("/%2F", 10_000): 1, "/\x00/\xff/世": 1,
	} {
		if got := len(m.Tree("s").Match("GET", path, nil)); got != want {
			t.Errorf("%.20q… (%d bytes): %d steps, want %d", path, len(path), got, want)
		}
	}
}

func TestUsualMatchDoesNotAllocate(t *testing.T) {
	flows := catalog(50, 10)
	m := matcher(t, flows...)
	var into [8]flow.Ref
	if n := testing.AllocsPerRun(100, func() {
		if len(m.Tree("s").Match("GET", "/p7/items/12345/parts", into[:0])) != 1 {
			t.Fatal("no match")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// catalog has flows with some patterns each, all of the same service.
func catalog(flows, patterns int) (out []flow.Flow) {
	for i := range flows {
		f := flow.Flow{Name: fmt.Sprint("f", i)}
		for j := range patterns {
			p := fmt.Sprintf("GET /p%d/items/{id}/%s", i*patterns+j, []string{"parts", "{part}", "parts/{part}/{$}", "rest/{rest...}"}[j%4])
			if i*patterns+j == 7 {
				p = "GET /p7/items/{id}/parts"
			}
			f.Steps = append(f.Steps, flow.Step{Name: p, Service: "s", Request: p})
		}
		out = append(out, f)
	}
	return out
}

func BenchmarkMatch(b *testing.B) {
	for _, flows := range []int{1, 50, 5000} {
		b.Run(fmt.Sprint(flows*10, " patterns"), func(b *testing.B) {
			m := matcher(b, catalog(flows, 10)...)
			var into [8]flow.Ref
			for b.Loop() {
				m.Tree("s").Match("GET", "/p7/items/12345/parts", into[:0])
			}
		})
	}
}
