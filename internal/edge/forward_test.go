package edge

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway.dev/internal/wire/edgewire"
)

// TestAsReverseProxy has the same conversations through forward and through
// httputil.ReverseProxy: the app sees the same requests, the client the same answer, and
// the same is counted.
func TestAsReverseProxy(t *testing.T) {
	t.Parallel()
	for kind, list := range map[string][]conversation{"request": requests, "answer": answers} {
		for _, c := range list {
			t.Run(kind+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				ours, theirs := c.talk(t, (*exchange).forward), c.talk(t, (*exchange).upgrade)
				for try := 0; ours != theirs && try < tries; try++ {
					ours, theirs = c.talk(t, (*exchange).forward), c.talk(t, (*exchange).upgrade)
				}
				if ours != theirs {
					t.Errorf("ours:\n%.1500s\nhttputil.ReverseProxy:\n%.1500s", ours, theirs)
				}
			})
		}
	}
}

// tries is how often a conversation is had until both are the same: when headers go out
// before there is a body is up to a timer of the ReverseProxy, and what an app sees of a
// request that breaks off is up to a goroutine of http.Transport.
const tries = 20

type way func(*exchange, http.ResponseWriter)

// serveBy serves with an edge in this process that goes one way only.
func serveBy(t *testing.T, app net.Listener, way way) (*httptest.Server, *program) {
	t.Helper()
	p := newProgram(Options{Limits: DefaultLimits, StateDir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	table := edgewire.Table{Epoch: 1, Generation: 1, Services: []edgewire.Service{{
		Name: "tickets", Environment: "dev", Routes: []edgewire.Route{{Host: "*", Path: "/"}}, Timeout: 20 * time.Second,
		Groups: []edgewire.Group{{Release: "r", Deployment: "d", Weight: 1, Instances: []edgewire.Instance{{ID: "i", Address: app.Addr().String()}}}},
	}}}
	if err := p.apply(table, false); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		table := p.table.Load()
		service := table.services["dev/tickets"]
		x := &exchange{edge: p, in: r, limits: table.limits, start: time.Now()}
		x.enter(service)
		service.inFlight.Add(1)
		x.carry(w, func(w http.ResponseWriter) { way(x, w) })
	}))
	s.Listener = &listener{Listener: s.Listener, program: p}
	s.Config.ErrorLog = debugLog(p.log)
	t.Cleanup(s.Close)
	return s, p
}

// talk gives all that can be seen of the conversation.
func (c conversation) talk(t *testing.T, way way) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var app record
	go app.serve(l, c)
	s, p := serveBy(t, l, way)
	s.Start()
	client, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	got := c.client(t, client)
	s.Close() // waits until the edge is through
	all := p.counters.Total()
	var counted string
	for _, n := range all.Counters {
		counted += fmt.Sprintf("%s requests %d status %v edge failed %d refused %d client gone %d cut %d\n",
			n.Deployment, n.Requests, n.Status, n.EdgeFailed, n.Refused, n.ClientGone, n.Cut)
	}
	for _, n := range all.Flows {
		counted += fmt.Sprintf("%s in flows: requests %d errors %d anonymous %d plain %d\n", n.Deployment, n.Requests, n.Errors, n.Anonymous, n.Plain)
	}
	return "--- app\n" + strings.ReplaceAll(app.text(), l.Addr().String(), "APP") + "--- client\n" + got + "--- counted\n" + counted
}

// client sends what is to be sent and writes down what comes.
func (c conversation) client(t *testing.T, conn net.Conn) string {
	t.Helper()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	ask := c.ask
	if ask == "" {
		ask = get
	}
	if _, err := io.WriteString(conn, ask); err != nil {
		t.Fatal(err)
	}
	if c.leave {
		conn.Close()
		return "left\n"
	}
	method, _, _ := strings.Cut(ask, " ")
	in := bufio.NewReader(conn)
	var out strings.Builder
	for {
		res, err := http.ReadResponse(in, &http.Request{Method: method})
		if err != nil {
			return out.String() + "failed\n"
		}
		body, err := io.ReadAll(res.Body)
		c.onlySure(res.Header)
		fmt.Fprintf(&out, "%s %s close %v\n%s%.200q %d bytes failed %v\ntrailer %s",
			res.Proto, res.Status, res.Close, sorted(res.Header), body, len(body), err != nil, sorted(res.Trailer))
		if res.StatusCode >= 200 {
			return out.String()
		}
		if res.StatusCode == http.StatusContinue {
			_, _ = io.WriteString(conn, c.then) // what goes wrong shows in the answer
		}
	}
}

// onlySure takes out what is up to the server, and to how fast a body comes, if an answer has
// no length: how it is framed, and whether its type is guessed.
func (c conversation) onlySure(h http.Header) {
	if strings.Contains(c.answer, "Content-Length") && !strings.Contains(c.answer, "chunked") {
		return
	}
	h.Del("Content-Length")
	if !strings.Contains(c.answer, "Content-Type") {
		h.Del("Content-Type")
	}
}

// sorted writes headers down; the time is not compared.
func sorted(h http.Header) string {
	var lines []string
	for name, values := range h {
		if name == "Date" && !strings.Contains(values[0], "2006") {
			values = []string{"now"}
		}
		lines = append(lines, fmt.Sprintf("%s: %.200q\n", name, values))
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// record is what an app has seen.
type record struct {
	mu   sync.Mutex
	seen strings.Builder
}

func (a *record) text() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.seen.String()
}

func (a *record) serve(l net.Listener, c conversation) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go a.talk(conn, c)
	}
}

// talk answers each request, and writes its lines down in order, and its body.
func (a *record) talk(conn net.Conn, c conversation) {
	defer conn.Close()
	var raw strings.Builder
	in := bufio.NewReader(io.TeeReader(conn, &raw))
	answer := c.answer
	if answer == "" {
		answer = fine
	}
	for {
		raw.Reset()
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		head, _, _ := strings.Cut(raw.String(), "\r\n\r\n")
		if interim, _, ok := strings.Cut(answer, "\r\n\r\n"); ok && r.Header.Get("Expect") != "" {
			_, _ = io.WriteString(conn, interim+"\r\n\r\n") // the edge waits for it
			answer = answer[len(interim)+4:]
		}
		body, err := io.ReadAll(r.Body)
		lines := strings.Split(head, "\r\n")
		slices.Sort(lines[1:])
		a.mu.Lock()
		fmt.Fprintf(&a.seen, "%.1000q\n%.100q %d bytes failed %v trailer %v\n", lines, body, len(body), err != nil, r.Trailer)
		a.mu.Unlock()
		if _, err := io.WriteString(conn, answer); err != nil || c.close {
			return
		}
	}
}
