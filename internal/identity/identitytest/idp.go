package identitytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// IDP is a real identity provider, as far as the code flow goes. What it would not do by
// itself, a test has it do.
type IDP struct {
	*httptest.Server
	*testing.T
	Key    *ecdsa.PrivateKey
	Iss    bool                        // it names itself in its answers, and says so
	Claims func(map[string]any)        // changes what it says of somebody
	Sign   func(payload []byte) string // makes the token

	mu    sync.Mutex
	codes map[string]url.Values // the request of each code
}

// NewIDP starts one that knows the client slipway, whose secret is hush.
func NewIDP(t *testing.T) *IDP {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i := &IDP{T: t, Key: key, Iss: true, codes: map[string]url.Values{}, Claims: func(map[string]any) {}}
	i.Sign = func(payload []byte) string { return i.Signed(jose.ES256, i.Key, payload) }
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		i.write(w, map[string]any{
			"issuer": i.URL, "authorization_endpoint": i.URL + "/auth", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"none", "HS256", "ES256"}, "authorization_response_iss_parameter_supported": i.Iss,
		})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		i.write(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: i.Key.Public(), KeyID: "k1", Algorithm: "ES256", Use: "sig"}}})
	})
	mux.HandleFunc("/token", i.token)
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

func (i *IDP) write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// Signed signs a token.
func (i *IDP) Signed(alg jose.SignatureAlgorithm, key any, payload []byte) string {
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: key, KeyID: "k1"}}, nil)
	if err != nil {
		i.Error(err)
		return ""
	}
	o, err := s.Sign(payload)
	if err != nil {
		i.Error(err)
		return ""
	}
	text, _ := o.CompactSerialize()
	return text
}

// Authorize is what the provider's own page does once somebody has signed in there.
func (i *IDP) Authorize(to string) url.Values {
	u, err := url.Parse(to)
	if err != nil || !strings.HasPrefix(to, i.URL+"/auth?") {
		i.Fatal(to, err)
	}
	q := u.Query()
	if q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || !strings.HasSuffix(q.Get("redirect_uri"), "/session/callback") {
		i.Errorf("it is asked %v", q)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	code := rand.Text()
	i.codes[code] = q
	answer := url.Values{"code": {code}, "state": {q.Get("state")}}
	if i.Iss {
		answer.Set("iss", i.URL)
	}
	return answer
}

// token gives an ID token for a code, once, to who knows the verifier of its challenge.
func (i *IDP) token(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	q, ok := i.codes[r.PostFormValue("code")]
	delete(i.codes, r.PostFormValue("code"))
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	id, secret, _ := r.BasicAuth()
	if !ok || base64.RawURLEncoding.EncodeToString(sum[:]) != q.Get("code_challenge") || id != "slipway" || secret != "hush" {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	now := time.Now()
	claims := map[string]any{
		"iss": i.URL, "sub": "17", "aud": "slipway", "nonce": q.Get("nonce"), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
		"name": "Ada Lovelace", "preferred_username": "Ada", "email": "Ada@Example.org", "email_verified": true, "groups": []string{"sre"},
	}
	i.Claims(claims)
	payload, _ := json.Marshal(claims)
	i.write(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": i.Sign(payload)})
}
