package identity

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"slipway.dev/internal/core/fault"
)

// The cost of a guess, as the OWASP password storage cheat sheet has it for argon2id.
const (
	argonMemory = 19 << 10 // KiB
	argonTime   = 2
	argonLanes  = 1
	saltBytes   = 16
	keyBytes    = 32
)

// Bounds of a password, in characters and in bytes.
const (
	MinPassword = 12
	maxPassword = 1024
)

// hashing bounds the memory that guesses take at once: 4 × 19 MiB.
var hashing = make(chan struct{}, 4)

func derive(password string, salt []byte, time, memory uint32, lanes uint8) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, time, memory, lanes, keyBytes)
}

// CheckPassword says whether it may be somebody's password.
func CheckPassword(password string) error {
	switch {
	case !utf8.ValidString(password) || len(password) > maxPassword:
		return fault.New(fault.Invalid, "the password is longer than %d bytes, or no text", maxPassword)
	case utf8.RuneCountInString(password) < MinPassword:
		return fault.New(fault.Invalid, "the password has less than %d characters", MinPassword).WithHint("several words are easy to keep in mind")
	case strings.Count(password, password[:1]) == len(password):
		return fault.New(fault.Invalid, "the password is one character, again and again")
	}
	return nil
}

// HashPassword gives what is kept of a password, in argon2's usual encoding.
func HashPassword(password string) (string, error) {
	if err := CheckPassword(password); err != nil {
		return "", err
	}
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	key := derive(password, salt, argonTime, argonMemory, argonLanes)
	e := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		e.EncodeToString(salt), e.EncodeToString(key)), nil
}

// PasswordIs says whether a password is the one that a hash was made of. With an empty hash
// (there is no such account) it says no after the same time.
func PasswordIs(hash, password string) bool {
	p, ok := parseHash(hash)
	if !ok {
		p = hashed{time: argonTime, memory: argonMemory, lanes: argonLanes, salt: make([]byte, saltBytes), key: make([]byte, keyBytes)}
	}
	if len(password) > maxPassword {
		password = ""
	}
	key := derive(password, p.salt, p.time, p.memory, p.lanes)
	return subtle.ConstantTimeCompare(key, p.key) == 1 && ok
}

type hashed struct {
	time, memory uint32
	lanes        uint8
	salt, key    []byte
}

func parseHash(hash string) (hashed, bool) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return hashed{}, false
	}
	var h hashed
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.time, &h.lanes); err != nil {
		return hashed{}, false
	}
	var err1, err2 error
	h.salt, err1 = base64.RawStdEncoding.DecodeString(parts[4])
	h.key, err2 = base64.RawStdEncoding.DecodeString(parts[5])
	fits := h.memory <= 1<<20 && h.time >= 1 && h.time <= 16 && h.lanes >= 1 && len(h.key) == keyBytes
	return h, err1 == nil && err2 == nil && fits
}
