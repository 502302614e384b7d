package certs

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"
)

// A handshake that comes right after a start must find what is stored.
func TestACMEServesWhatIsStoredAtOnceAndForgetsIt(t *testing.T) {
	t.Parallel()
	dir, host := t.TempDir(), "shop.example.com"
	a, err := openACME(ACME{Email: "ops@example.com", Directory: "https://127.0.0.1:1/dir"}, dir, Ports{HTTPS: 1}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.cache.Stop)
	authority, err := OpenAuthority(filepath.Join(dir, "authority"))
	if err != nil {
		t.Fatal(err)
	}
	writePair(t, authority, dir, host)
	issuer := a.issuer.IssuerKey()
	for from, key := range map[string]string{"cert.pem": certmagic.StorageKeys.SiteCert(issuer, host), "key.pem": certmagic.StorageKeys.SitePrivateKey(issuer, host)} {
		text, err := os.ReadFile(filepath.Join(dir, from))
		if err == nil {
			err = a.config.Storage.Store(t.Context(), key, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := a.config.Storage.Store(t.Context(), certmagic.StorageKeys.SiteMeta(issuer, host), []byte(`{"sans":["`+host+`"]}`)); err != nil {
		t.Fatal(err)
	}

	serve := func() error {
		server, client := tlsPipe(t, a.TLS(), host)
		go func() { _ = server.Handshake() }() // its error is the client's, too
		return client.HandshakeContext(t.Context())
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if err := serve(); err == nil {
		t.Error("served before it was routed")
	}
	a.Hosts(ctx, []string{host, "shop.localhost"})
	if err := serve(); err != nil {
		t.Errorf("not served at once: %v", err)
	}
	if len(a.managed) != 1 {
		t.Errorf("%d hosts are managed, want %s only", len(a.managed), host)
	}
	a.Hosts(ctx, nil)
	if err := serve(); err == nil {
		t.Error("served though it is not routed any more")
	}
}

func TestCertmagicSpeaksThroughOurLog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := zap.New(zapToSlog{slog.New(slog.NewTextHandler(&out, nil))}).With(zap.String("host", "shop.example.com"))
	log.Info("a step")
	log.Warn("careful", zap.Int("attempt", 2))
	log.Error("no luck", zap.Error(errors.New("forbidden by policy")))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 ||
		!strings.HasSuffix(lines[0], `level=WARN msg="certificates: careful" host=shop.example.com attempt=2`) ||
		!strings.HasSuffix(lines[1], `level=ERROR msg="certificates: no luck" host=shop.example.com error="forbidden by policy"`) {
		t.Errorf("%q", lines)
	}
}

func tlsPipe(t *testing.T, server *tls.Config, name string) (*tls.Conn, *tls.Conn) {
	t.Helper()
	a, b := net.Pipe()
	t.Cleanup(func() { a.Close(); b.Close() })
	return tls.Server(a, server), tls.Client(b, &tls.Config{ServerName: name, InsecureSkipVerify: true})
}
