package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"slices"
	"strings"
)

// Kinds of values that let somebody in. Scanners for leaked secrets know them by it.
const (
	Session = "sws" // sws.<id>.<secret>
	Token   = "swt" // swt.<owner>.<name>.<secret>
	Invite  = "swi" // swi.<account>.<secret>; of the set-up link swi..<secret>
)

// NewValue makes a value of a kind: its names and a secret of 130 random bits. Only the
// hash of the secret is to be kept.
func NewValue(kind string, names ...string) (value, hash string) {
	secret := rand.Text()
	return strings.Join(append(append([]string{kind}, names...), secret), "."), Hash(secret)
}

// NewID gives a name that nobody guesses, for what is not secret.
func NewID() string { return strings.ToLower(rand.Text()[:16]) }

// Hash is what is kept of a random secret.
func Hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Same compares two hashes in constant time; an empty one is nobody's.
func Same(a, b string) bool { return a != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// ParseValue takes a value apart. It says nothing about whether it is valid.
func ParseValue(value string) (kind string, names []string, hash string) {
	parts := strings.Split(value, ".")
	if len(parts) < 3 || len(parts) > 4 || len(value) > 300 {
		return "", nil, ""
	}
	want := map[string]int{Session: 3, Token: 4, Invite: 3}
	if want[parts[0]] != len(parts) || parts[len(parts)-1] == "" {
		return "", nil, ""
	}
	last := len(parts) - 1
	return parts[0], parts[1:last], Hash(parts[last])
}

// recoveryCodes is how many an account gets.
const recoveryCodes = 10

// NewRecovery gives codes for the day on which the authenticator is lost, and what is kept
// of them. Each has 60 random bits, and works with the password only.
func NewRecovery() (codes, hashes []string) {
	for range recoveryCodes {
		c := strings.ToLower(rand.Text()[:12])
		code := c[:4] + "-" + c[4:8] + "-" + c[8:]
		codes, hashes = append(codes, code), append(hashes, HashRecovery(code))
	}
	return codes, hashes
}

// HashRecovery is what is kept of a recovery code, however it was typed.
func HashRecovery(code string) string {
	return Hash(strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(code)))
}

// IsRecovery says whether one of the hashes is of a code.
func IsRecovery(hashes []string, code string) (hash string, ok bool) {
	hash = HashRecovery(code)
	return hash, slices.ContainsFunc(hashes, func(h string) bool { return Same(h, hash) })
}
