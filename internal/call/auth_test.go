package call_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/icholy/digest"

	"slipway.dev/internal/call"
)

// digestServer wants a digest, of a nonce that is good for one request, for what was really asked.
func digestServer(t *testing.T, algorithm, qop string) *httptest.Server {
	t.Helper()
	nonces := map[string]bool{}
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got, err := digest.ParseCredentials(r.Header.Get("Authorization"))
		if err == nil && nonces[got.Nonce] {
			delete(nonces, got.Nonce)
			challenge := &digest.Challenge{Realm: "r", Nonce: got.Nonce, Algorithm: algorithm, Opaque: "o", QOP: []string{qop}}
			want, err := digest.Digest(challenge, digest.Options{
				Method: r.Method, URI: r.RequestURI, Count: got.Nc, Username: "admin", Password: "secret", Cnonce: got.Cnonce,
				GetBody: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
			})
			if err == nil && want.Response == got.Response && got.URI == r.RequestURI && got.Nc == 1 && got.Opaque == "o" {
				fmt.Fprintf(w, "welcome %s", body)
				return
			}
		}
		nonce := rand.Text()
		nonces[nonce] = true
		w.Header().Set("WWW-Authenticate", (&digest.Challenge{Realm: "r", Nonce: nonce, Algorithm: algorithm, Opaque: "o", QOP: []string{qop}}).String())
		w.WriteHeader(http.StatusUnauthorized)
	})
}

func TestDigest(t *testing.T) {
	t.Parallel()
	c := local(t)
	const with = `{"method":"post","body":"b","endpoint":{"uri":"%s/x?y=1","authentication":{"digest":{"username":"admin","password":%q}}}}`
	for _, kind := range [][2]string{{"MD5", "auth"}, {"SHA-256", "auth"}, {"SHA-256", "auth-int"}, {"SHA-512-256", "auth"}} {
		server := digestServer(t, kind[0], kind[1])
		if got := says(t, do(t, c, "http", fmt.Sprintf(with, server.URL, "secret"))); got != `"welcome b"` {
			t.Errorf("%v: got %s", kind, got)
		}
		fails(t, do(t, c, "http", fmt.Sprintf(with, server.URL, "wrong")), "communication", 401, "")
	}
	plain := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
		w.WriteHeader(http.StatusUnauthorized)
	})
	fails(t, do(t, c, "http", fmt.Sprintf(with, plain.URL, "secret")), "authentication", 401, "no digest")
}

// pair makes a certificate, signed by another or by itself.
func pair(t *testing.T, name string, by *tls.Certificate) (certPEM, keyPEM string, out tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: by == nil, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	parent, signer := template, any(key)
	if by != nil {
		if parent, err = x509.ParseCertificate(by.Certificate[0]); err != nil {
			t.Fatal(err)
		}
		signer = by.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	keyPEM = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
	if out, err = tls.X509KeyPair([]byte(certPEM), []byte(keyPEM)); err != nil {
		t.Fatal(err)
	}
	return certPEM, keyPEM, out
}

// TestCertificate: the server lets in who has a certificate of its authority, and each call anew.
func TestCertificate(t *testing.T) {
	t.Parallel()
	authority, _, ca := pair(t, "authority", nil)
	_, _, serverPair := pair(t, "localhost", &ca)
	cert, key, _ := pair(t, "client", &ca)
	strange, strangeKey, _ := pair(t, "stranger", nil)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(authority))
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.TLS.PeerCertificates[0].Subject.CommonName)
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{serverPair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	address := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	c := local(t)
	with := func(cert, key, authority string) string {
		b, _ := json.Marshal(map[string]any{"method": "get", "endpoint": map[string]any{"uri": address, "authentication": map[string]any{
			"certificate": map[string]any{"certificate": cert, "key": key, "authority": authority},
		}}})
		return string(b)
	}
	if got := says(t, do(t, c, "http", with(cert, key, authority))); got != `"client"` {
		t.Errorf("got %s", got)
	}
	trusting := local(t, func(o *call.Options) { o.Roots = pool })
	if got := says(t, do(t, trusting, "http", with(cert, key, ""))); got != `"client"` {
		t.Errorf("got %s", got)
	}
	fails(t, do(t, trusting, "http", `{"method":"get","endpoint":"`+address+`"}`), "communication", 503, "certificate")
	fails(t, do(t, c, "http", with(cert, key, "")), "communication", 502, "not trusted")
	fails(t, do(t, c, "http", with(strange, strangeKey, authority)), "communication", 503, "certificate")
	fails(t, do(t, c, "http", with(cert, strangeKey, authority)), "authentication", 401, "no pair")
}

// TestSecretPolicies: a scheme that uses a secret comes with its value as text.
func TestSecretPolicies(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if user+password == "admin1234" || r.Header.Get("Authorization") == "Bearer abcdefgh" {
			_, _ = io.WriteString(w, "welcome")
			return
		}
		w.WriteHeader(http.StatusUnauthorized)
	})
	c := local(t)
	for _, policy := range []string{
		`{"basic":"{\"username\":\"admin\",\"password\":1234,\"note\":\"mine\"}"}`, `{"bearer":"{\"token\":\"abcdefgh\"}"}`, `{"bearer":"abcdefgh"}`,
	} {
		if got := says(t, do(t, c, "http", `{"method":"get","endpoint":{"uri":"`+server.URL+`","authentication":`+policy+`}}`)); got != `"welcome"` {
			t.Errorf("%s: got %s", policy, got)
		}
	}
	fails(t, do(t, c, "http", `{"method":"get","endpoint":{"uri":"`+server.URL+`","authentication":{"basic":"supersecret"}}}`), "configuration", 400, "authentication")
	digests := digestServer(t, "SHA-256", "auth")
	if got := says(t, do(t, c, "http", `{"method":"get","endpoint":{"uri":"`+digests.URL+`","authentication":{"digest":"{\"username\":\"admin\",\"password\":\"secret\"}"}}}`)); got != `"welcome "` {
		t.Errorf("got %s", got)
	}
}
