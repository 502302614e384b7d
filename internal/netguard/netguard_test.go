package netguard

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		addresses string
		want      class
	}{
		{"8.8.8.8 1.1.1.1 172.15.0.1 172.32.0.1 100.63.0.1 100.128.0.1 169.253.0.1 169.255.0.1 192.0.1.1 223.255.255.255", public},
		{"2606:4700:4700::1111 2001:4860:4860::8888 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:808:808::1", public},
		{"10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 100.127.0.1 198.18.0.1 127.0.0.1 127.255.255.254", private},
		{"::1 fc00::1 fdff::1 fec0::1 ::ffff:127.0.0.1 ::ffff:10.1.2.3 64:ff9b::192.168.0.1 2002:a00:1:: 2002:7f00:1:: ::127.0.0.1", private},
		{"169.254.169.254 169.254.0.1 169.254.170.2 0.0.0.0 0.1.2.3 224.0.0.1 255.255.255.255 240.0.0.1 192.0.0.192", never},
		{"100.100.100.200 168.63.129.16 fe80::1 fe80::1%eth0 febf::1 :: ff02::1 fd00:ec2::254 fd20:ce::254", never},
		{"::ffff:169.254.169.254 ::ffff:a9fe:a9fe 64:ff9b::169.254.169.254 64:ff9b:1::169.254.169.254 2002:a9fe:a9fe::1 ::169.254.169.254 ::ffff:0:169.254.169.254 ::ffff:0.0.0.0", never},
		{"2001:0:4136:e378:8000:63bf:3fff:fdd2 ::ffff:100.100.100.200", never},
	} {
		for _, text := range strings.Fields(c.addresses) {
			a := netip.MustParseAddr(text)
			if _, got := classOf(a); got != c.want {
				t.Errorf("%s is of class %d, want %d", a, got, c.want)
			}
			if err := (Policy{}).Check(a); (err == nil) != (c.want == public) {
				t.Errorf("%s: %v", a, err)
			}
			if err := (Policy{Private: true}).Check(a); (err == nil) != (c.want != never) {
				t.Errorf("%s, private allowed: %v", a, err)
			}
		}
	}
	if err := (Policy{Private: true}).Check(netip.Addr{}); err == nil {
		t.Error("no address may be reached")
	}
}

func TestControl(t *testing.T) {
	t.Parallel()
	p := Policy{Private: true}
	for _, c := range []struct {
		network, address string
		fine             bool
	}{
		{"tcp4", "10.0.0.1:80", true}, {"tcp6", "[::1]:80", true}, {"tcp6", "[fe80::1%eth0]:80", false}, {"udp4", "10.0.0.1:53", false},
		{"unix", "/run/docker.sock", false}, {"tcp4", "metadata:80", false}, {"tcp4", "169.254.169.254:80", false},
	} {
		if err := p.Control(c.network, c.address, nil); (err == nil) != c.fine {
			t.Errorf("%s %s: %v", c.network, c.address, err)
		}
	}
}

// FuzzClass: however an address of IPv4 is wrapped, it is not more public than it is.
func FuzzClass(f *testing.F) {
	f.Add([]byte{169, 254, 169, 254})
	f.Add([]byte{127, 0, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) != 4 {
			return
		}
		v4 := netip.AddrFrom4([4]byte(b))
		_, want := classOf(v4)
		if _, got := classOf(netip.AddrFrom16(v4.As16())); got < want {
			t.Errorf("%s mapped", v4)
		}
		for _, w := range wrappers {
			wrapped := w.prefix.Addr().As16()
			copy(wrapped[w.from:], b)
			if _, got := classOf(netip.AddrFrom16(wrapped)); got < want && netip.AddrFrom16(wrapped) != netip.IPv6Loopback() {
				t.Errorf("%s as %s is %d, not %d", v4, netip.AddrFrom16(wrapped), got, want)
			}
		}
	})
}

// TestClient asks real servers on this machine, which is private.
func TestClient(t *testing.T) {
	t.Parallel()
	var hits atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		switch r.URL.Path {
		case "/metadata":
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data", http.StatusTemporaryRedirect)
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/on":
			http.Redirect(w, r, "/", http.StatusFound)
		default:
			io.WriteString(w, "hello")
		}
	}))
	t.Cleanup(server.Close)
	secure := httptest.NewTLSServer(http.RedirectHandler(server.URL, http.StatusFound))
	t.Cleanup(secure.Close)
	allowed := Policy{Private: true}.Client(10 * time.Second)
	trusting := Policy{Private: true}.Client(10 * time.Second)
	trusting.Transport.(*http.Transport).TLSClientConfig = secure.Client().Transport.(*http.Transport).TLSClientConfig
	port := server.URL[strings.LastIndex(server.URL, ":"):]
	for _, c := range []struct {
		name   string
		client *http.Client
		url    string
		says   string // "": it answers
	}{
		{"allowed", allowed, server.URL, ""},
		{"redirect", allowed, server.URL + "/on", ""},
		{"private", Policy{}.Client(10 * time.Second), server.URL, "127.0.0.1 may not be reached"},
		{"by name", Policy{}.Client(10 * time.Second), "http://localhost" + port, "may not be reached"},
		{"mapped", Policy{}.Client(10 * time.Second), "http://[::ffff:127.0.0.1]" + port, "may not be reached"},
		{"redirect to metadata", allowed, server.URL + "/metadata", "169.254.169.254 may not be reached: it is link-local"},
		{"redirect to a file", allowed, server.URL + "/file", "not followed"},
		{"loop", allowed, server.URL + "/loop", "over 5 redirects"},
		{"TLS taken away", trusting, secure.URL, "from https to http"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url, strings.NewReader("x"))
		if err != nil {
			t.Fatal(err)
		}
		before := hits.Load()
		answer, err := c.client.Do(r)
		if err == nil {
			answer.Body.Close()
		}
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
		if strings.Contains(c.says, "127.0.0.1") && hits.Load() != before {
			t.Errorf("%s: the server was asked", c.name)
		}
	}
}

// TestNoProxy: a proxy of the environment would look names up by itself. It cannot be set in
// a test that runs beside others, so that the client is looked at.
func TestNoProxy(t *testing.T) {
	t.Parallel()
	tr := Policy{}.Client(time.Second).Transport.(*http.Transport)
	if tr.Proxy != nil || tr.DialContext == nil || tr.DialTLSContext != nil { //nolint:staticcheck // DialTLSContext would pass by the guard
		t.Error("it may go through a proxy, or dial unguarded")
	}
}

// TestRebinding: a name server answers with a public address first and the machine's own
// then. Whatever a name meant when somebody looked before, what it means when it is dialled
// is judged.
func TestRebinding(t *testing.T) {
	t.Parallel()
	var hits, asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	t.Cleanup(server.Close)
	resolver := nameServer(t, func() [4]byte {
		if asked.Add(1) == 1 {
			return [4]byte{93, 184, 216, 34}
		}
		return [4]byte{127, 0, 0, 1}
	})
	u, _ := url.Parse(server.URL)
	checked, err := resolver.LookupNetIP(t.Context(), "ip4", "rebind.example.")
	if err != nil || (Policy{}).Check(checked[0]) != nil {
		t.Fatalf("%v, %v: the first look finds nothing bad", checked, err)
	}
	d := Policy{}.Dialer(5 * time.Second)
	d.Resolver = resolver
	conn, err := d.DialContext(t.Context(), "tcp4", net.JoinHostPort("rebind.example.", u.Port()))
	if err == nil {
		conn.Close()
	}
	if refused := (*Refused)(nil); !errors.As(err, &refused) || asked.Load() < 2 || hits.Load() != 0 {
		t.Errorf("%v after %d look-ups", err, asked.Load())
	}
	// The same name is fine where the machine itself may be reached.
	d = Policy{Private: true}.Dialer(5 * time.Second)
	d.Resolver = resolver
	if conn, err = d.DialContext(t.Context(), "tcp4", net.JoinHostPort("rebind.example.", u.Port())); err != nil {
		t.Fatal(err)
	}
	conn.Close()
}

// nameServer answers all questions for addresses of IPv4.
func nameServer(t *testing.T, address func() [4]byte) *net.Resolver {
	t.Helper()
	pc, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	go func() {
		b := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(b)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(b[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Response, m.Authoritative, m.Additionals = true, true, nil
			if m.Questions[0].Type == dnsmessage.TypeA {
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Class: dnsmessage.ClassINET},
					Body: &dnsmessage.AResource{A: address()}}}
			}
			if out, err := m.Pack(); err == nil {
				_, _ = pc.WriteTo(out, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp4", pc.LocalAddr().String())
	}}
}
