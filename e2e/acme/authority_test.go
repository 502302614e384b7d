package acme

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/letsencrypt/challtestsrv"
	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"

	"slipway.dev/internal/freeport"
)

// refused is a host for which the authority never issues.
const refused = "refused.example.com"

// authority is a Pebble that can be taken down and up again. To its eyes every host is on
// this machine, so that an order for any of them would be fulfilled.
type authority struct {
	*ca.CAImpl
	t           *testing.T
	address     string
	http, https string // where it expects an edge
	root        []byte // PEM; its own certificate is checked by it
	handler     http.Handler
	server      *httptest.Server

	mu      sync.Mutex
	ordered []string
}

// startAuthority starts one that issues certificates that live for these seconds. Only one
// kind of challenge can succeed: for the other it looks where nobody listens.
func startAuthority(t *testing.T, challenge string, seconds uint64) *authority {
	t.Helper()
	p, err := freeport.Find(5)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{t: t, address: freeport.Address(p[0]), http: freeport.Address(p[1]), https: freeport.Address(p[2])}
	resolver, httpPort, tlsPort := freeport.Address(p[3]), p[1], p[4]
	if challenge == "tls-alpn-01" {
		httpPort, tlsPort = p[4], p[2]
	}
	quiet := log.New(io.Discard, "", 0)
	names, err := challtestsrv.New(challtestsrv.Config{Log: quiet, DNSAddrs: []string{resolver}})
	if err != nil {
		t.Fatal(err)
	}
	names.SetDefaultDNSIPv4("127.0.0.1")
	names.SetDefaultDNSIPv6("")
	go names.Run()
	t.Cleanup(names.Shutdown)

	store := db.NewMemoryStore()
	if err := store.AddBlockedDomain(refused); err != nil {
		t.Fatal(err)
	}
	a.CAImpl = ca.New(quiet, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {ValidityPeriod: seconds}})
	front := wfe.New(quiet, store, va.New(quiet, httpPort, tlsPort, false, resolver, store), a.CAImpl, []string{"authority.example"}, false, false, 1, 1)
	a.handler = front.Handler()
	a.up()
	t.Cleanup(a.down)
	a.root = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.server.Certificate().Raw})
	return a
}

func (a *authority) up() {
	a.t.Helper()
	l, err := net.Listen("tcp", a.address)
	if err != nil {
		a.t.Fatal(err)
	}
	a.server = httptest.NewUnstartedServer(a)
	a.server.Listener.Close()
	a.server.Listener = l
	a.server.StartTLS()
}

// down makes it unreachable. What it knows, it keeps.
func (a *authority) down() {
	a.server.CloseClientConnections()
	a.server.Close()
}

// ServeHTTP takes down the hosts of an order, which is a signed object (RFC 8555, 7.4), on
// its way to Pebble.
func (a *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/order-plz" {
		body, err := io.ReadAll(r.Body)
		var signed struct{ Payload string }
		var order struct{ Identifiers []struct{ Value string } }
		_ = json.Unmarshal(body, &signed) // what is wrong leaves no identifiers
		payload, _ := base64.RawURLEncoding.DecodeString(signed.Payload)
		if _ = json.Unmarshal(payload, &order); len(order.Identifiers) != 1 {
			a.t.Errorf("not an order for one host: %s, %v", body, err)
		}
		a.mu.Lock()
		for _, id := range order.Identifiers {
			a.ordered = append(a.ordered, id.Value)
		}
		a.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	a.handler.ServeHTTP(w, r)
}

// orders are the hosts of all orders so far, in turn.
func (a *authority) orders() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.ordered)
}
