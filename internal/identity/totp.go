package identity

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6238 as all authenticators know it; HMAC does not depend on what is broken in SHA-1
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// One-time codes after RFC 6238: six digits, a new one every 30 s, and one before and after
// the current one are taken, for clocks that differ.
const (
	codeStep   = 30 * time.Second
	codeAround = 1
	totpBytes  = 20
)

// NewTOTP gives a key for one-time codes.
func NewTOTP() ([]byte, error) {
	key := make([]byte, totpBytes)
	_, err := rand.Read(key)
	return key, err
}

// TOTPText is a key as people type it into an authenticator.
func TOTPText(key []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(key)
}

// TOTPURI is a key as an authenticator scans it.
func TOTPURI(key []byte, account string) string {
	v := url.Values{"secret": {TOTPText(key)}, "issuer": {"Slipway"}}
	return (&url.URL{Scheme: "otpauth", Host: "totp", Path: "/Slipway:" + account, RawQuery: v.Encode()}).String()
}

// CodeAt is the code of a key at a time.
func CodeAt(key []byte, at time.Time) string { return code(key, counterAt(at)) }

// CheckCode says which counter a code is of, at a time. Whoever asks must take each counter
// once only, in rising order.
func CheckCode(key []byte, given string, at time.Time) (counter int64, ok bool) {
	given = strings.ReplaceAll(given, " ", "")
	now := counterAt(at)
	for c := now - codeAround; c <= now+codeAround; c++ {
		if subtle.ConstantTimeCompare([]byte(code(key, c)), []byte(given)) == 1 {
			counter, ok = c, len(key) > 0
		}
	}
	return counter, ok
}

func counterAt(at time.Time) int64 { return at.Unix() / int64(codeStep/time.Second) }

// code is HOTP of RFC 4226, section 5.3.
func code(key []byte, counter int64) string {
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, counter) // a hash takes all
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	n := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	return fmt.Sprintf("%06d", n%1_000_000)
}
