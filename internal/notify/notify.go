// Package notify sends messages to people and programs: signed webhooks, Slack, Microsoft
// Teams, PagerDuty and mail. What is to be sent, and whether it is tried again, is decided in
// core/notify; here it is sent once.
//
// An error says what went wrong without the address or the secret that was used: it is kept,
// and shown to people.
package notify

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"slipway.dev/internal/netguard"
)

// patience is how long one request may take.
const patience = 30 * time.Second

// Hand sends. It may be used by many at once.
type Hand struct {
	public, private *http.Client   // private also reaches private networks
	roots           *x509.CertPool // of mail servers; nil: the system's
}

// New makes a hand.
func New() *Hand {
	return &Hand{public: client(netguard.Policy{}), private: client(netguard.Policy{Private: true})}
}

// client follows no redirect: what is signed, or goes to a secret address, goes nowhere else.
func client(p netguard.Policy) *http.Client {
	c := p.Client(patience)
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// post sends JSON. Any answer but one of 2xx is an error.
func (h *Hand) post(ctx context.Context, private bool, to string, header http.Header, body []byte) error {
	r, err := request(ctx, to, body)
	if err != nil {
		return err
	}
	for name, values := range header {
		r.Header[name] = values
	}
	c := h.public
	if private {
		c = h.private
	}
	answer, err := c.Do(r)
	if err != nil {
		return cause(err)
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(answer.Body, 64<<10)) // so that the connection can be used again
	if answer.StatusCode/100 == 2 {
		return nil
	}
	text := fmt.Sprintf("it answers %d %s", answer.StatusCode, http.StatusText(answer.StatusCode))
	if word := string(bytes.TrimSpace(said)); oneWord.MatchString(word) { // Slack's way to say why
		text += ": " + word
	}
	return errors.New(text)
}

var oneWord = regexp.MustCompile(`^[a-z]+(_[a-z]+){0,5}$`)

func request(ctx context.Context, to string, body []byte) (*http.Request, error) {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, errors.New("its address is not one of http or https")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("its address is not one of http or https")
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Slipway")
	return r, nil
}

// cause takes the address off an error, for it may be a secret.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// encode writes JSON as it is read by people: with <, > and & as they are.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}
