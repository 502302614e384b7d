package certs

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
)

func TestAuthorityIsKeptAndIssuesForLocalhostOnly(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "authority")
	first, err := OpenAuthority(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenAuthority(dir)
	if err != nil || !again.cert.Equal(first.cert) {
		t.Fatalf("another authority after a restart: %v", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(first.cert)
	for _, name := range []string{"localhost", "shop.localhost", "a.b.localhost", ""} {
		c, err := again.get(name)
		if err != nil {
			t.Fatal(err)
		}
		if name == "" {
			name = "localhost"
		}
		if _, err := c.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"bank.example", "localhost.example", "xlocalhost"} {
		if _, err := again.get(name); err == nil {
			t.Errorf("issued for %s", name)
		}
	}
	// Even a stolen key is worth nothing for other names.
	forged, err := first.issue("bank.example")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := forged.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "bank.example"}); err == nil {
		t.Error("clients would believe a certificate for bank.example")
	}
	if info, err := os.Stat(filepath.Join(dir, "ca-key.pem")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func writePair(t *testing.T, a *Authority, dir, name string) {
	t.Helper()
	c, err := a.issue(name)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{"key.pem": {Type: "PRIVATE KEY", Bytes: key}, "cert.pem": {Type: "CERTIFICATE", Bytes: c.Certificate[0]}} {
		if err := os.WriteFile(filepath.Join(dir, file), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFilesAreReadAgainWhenTheyChange(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, err := OpenAuthority(filepath.Join(dir, "authority"))
	if err != nil {
		t.Fatal(err)
	}
	cert := filepath.Join(dir, "cert.pem")
	writePair(t, a, dir, "one.localhost")
	f, err := openFiles(cert, filepath.Join(dir, "key.pem"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	name := func() string { return f.get(0).Leaf.DNSNames[0] }
	if name() != "one.localhost" {
		t.Error(name())
	}
	writePair(t, a, dir, "two.localhost")
	if err := os.Chtimes(cert, time.Now(), time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if name() != "two.localhost" {
		t.Error("the changed certificate is not used")
	}
	if err := os.WriteFile(cert, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if name() != "two.localhost" {
		t.Error("a broken file took the good certificate away")
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for text, o := range map[string]Options{
		"exclude each other":         {Local: true, ACME: &ACME{}},
		"cannot use the certificate": {CertFile: filepath.Join(dir, "none"), KeyFile: filepath.Join(dir, "none")},
		"no root certificates in":    {ACME: &ACME{Roots: filepath.Join(dir, "none")}},
	} {
		if _, err := Open(o, dir, Ports{}, slog.Default()); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), text) {
			t.Errorf("%v, want %q", err, text)
		}
	}
	if s, err := Open(Options{}, dir, Ports{}, slog.Default()); s != nil || err != nil {
		t.Errorf("%v, %v", s, err)
	}
}

// The authority's questions over TLS and HTTP are answered by certmagic; ours is that its
// settings are HTTP/2's, too.
func TestACMEServesHTTP2AndChallenges(t *testing.T) {
	t.Parallel()
	s, err := Open(Options{ACME: &ACME{Email: "ops@example.com", Directory: "https://localhost:1/dir"}}, t.TempDir(), Ports{HTTPS: 443}, slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	c := s.TLS()
	if protos := strings.Join(c.NextProtos, " "); !strings.HasPrefix(protos, "h2 http/1.1") || !strings.Contains(protos, "acme-tls/1") || c.MinVersion < tls.VersionTLS12 {
		t.Errorf("%s, version %x", protos, c.MinVersion)
	}
}
