package edge

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"net/http"
	"slices"
	"strings"

	"slipway.dev/internal/wire/edgewire"
)

// sticky tells one user from another; see edgewire.Sticky.
type sticky struct {
	cookie, header string // one of them
}

func stickyOf(s *edgewire.Sticky) *sticky {
	if s == nil {
		return nil
	}
	return &sticky{s.Cookie, http.CanonicalHeaderKey(s.Header)}
}

// maxIdentity is how many bytes of an identity count; clients may send anything.
const maxIdentity = 256

// identity is who sent the request; empty: it does not say.
func (s *sticky) identity(h http.Header) string {
	id := ""
	if s.cookie != "" {
		id = cookie(h, s.cookie)
	} else if values := h[s.header]; len(values) > 0 {
		id = values[0]
	}
	return id[:min(len(id), maxIdentity)]
}

// cookie gives the first cookie of a name.
func cookie(h http.Header, name string) string {
	for n, value := range cookies(h) {
		if n == name {
			return value
		}
	}
	return ""
}

// cookies goes through all cookies of a request. It does not allocate.
func cookies(h http.Header) func(yield func(name, value string) bool) {
	return func(yield func(name, value string) bool) {
		for _, line := range h["Cookie"] {
			for pair := range strings.SplitSeq(line, ";") {
				name, value, _ := strings.Cut(strings.Trim(pair, " \t"), "=")
				if name != "" && !yield(name, value) {
					return
				}
			}
		}
	}
}

// ownCookie is what names of sticky cookies begin with, so that they can be told from the
// apps' after a canary, too.
const ownCookie = "slipway"

// signed says whether a request has something by which an app may know who sent it: an
// Authorization header, or a cookie that is not the edge's.
func signed(h http.Header, s *sticky) bool {
	if len(h["Authorization"]) > 0 {
		return true
	}
	for name := range cookies(h) {
		if !strings.HasPrefix(name, ownCookie) && (s == nil || name != s.cookie) {
			return true
		}
	}
	return false
}

// newIdentity makes one for a user who has none.
func newIdentity() string { return rand.Text() } // at least 128 random bits

// setCookie makes the client send the identity with its next requests.
func setCookie(to http.Header, name, identity string, tls bool) {
	//nolint:gosec // without TLS a Secure cookie would not come back
	c := http.Cookie{Name: name, Value: identity, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: tls}
	to.Add("Set-Cookie", c.String())
}

// lot is a user's place among all, from 0 up to math.MaxUint64. It follows from the identity
// and the service alone: the same in all edges, for ever.
func lot(service, identity string) uint64 {
	sum := sha256.Sum256([]byte(service + "\x00" + identity))
	return binary.BigEndian.Uint64(sum[:])
}

// divide gives each group its part of the lots by weight, in the order of the groups: up to
// upTo, from that of the one before.
func divide(groups []*group) {
	total, so := uint64(0), uint64(0)
	for _, g := range groups {
		total += uint64(g.weight)
	}
	for _, g := range groups {
		so += uint64(g.weight)
		g.upTo = math.MaxUint64
		if so < total {
			g.upTo, _ = bits.Div64(so, 0, total) // so/total of 2^64
		}
	}
}

// match picks requests by a header; see edgewire.Match.
type match struct {
	header, value string
}

func matchOf(m *edgewire.Match) *match {
	if m == nil {
		return nil
	}
	return &match{http.CanonicalHeaderKey(m.Header), m.Value}
}

func (m *match) of(h http.Header) bool {
	values := h[m.header]
	return len(values) > 0 && (m.value == "" || slices.Contains(values, m.value))
}

// validateSticky checks what tells users apart and groups them.
func validateSticky(s edgewire.Service) error {
	if t := s.Sticky; t != nil {
		if (t.Cookie == "") == (t.Header == "") || !isToken(t.Cookie+t.Header) {
			return fmt.Errorf("sticky needs the name of either a cookie or a header; it has %.60q and %.60q", t.Cookie, t.Header)
		}
	}
	for _, g := range s.Groups {
		if g.Match != nil && (!isToken(g.Match.Header) || len(g.Match.Value) > maxIdentity) {
			return fmt.Errorf("group %.60s: match needs a header, and a value of at most %d bytes; it has %.60q", g.Deployment, maxIdentity, g.Match.Header)
		}
	}
	return nil
}

// isToken says whether s can be the name of a header or cookie (RFC 9110, section 5.6.2).
func isToken(s string) bool {
	allowed := func(c byte) bool {
		return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
	}
	for i := range len(s) {
		if !allowed(s[i]) {
			return false
		}
	}
	return s != "" && len(s) <= maxIdentity
}
