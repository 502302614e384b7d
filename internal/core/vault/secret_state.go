package vault

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// Kept is how many versions of a secret stay readable.
const Kept = 10

// MaxInline is the most sealed bytes that a state holds itself. Longer ones are a blob.
const MaxInline = 4096

// Sealed is an age ciphertext: inline, or the digest of the blob that holds it.
type Sealed struct {
	Bytes []byte `json:"bytes,omitempty"` // base64 in JSON; at most MaxInline
	Blob  string `json:"blob,omitempty"`  // "sha256:…"
}

// SecretState is a secret. The zero value is one that was never set.
type SecretState struct {
	Name     string   `json:"name"`
	Last     int      `json:"last"`               // highest version ever given
	Versions []Stored `json:"versions,omitempty"` // kept ones, oldest first
	Removed  bool     `json:"removed,omitempty"`
}

// Stored is one version of a secret.
type Stored struct {
	Version int           `json:"version"`
	Sealed  Sealed        `json:"sealed"`
	At      time.Time     `json:"at"`
	By      machine.Actor `json:"by"`
}

// Listed is what may be shown of a secret: never a value, sealed or not.
type Listed struct {
	Name     string          `json:"name"`
	Versions []ListedVersion `json:"versions"` // oldest first; the last one is current
}

// ListedVersion is what may be shown of a version.
type ListedVersion struct {
	Version int           `json:"version"`
	At      time.Time     `json:"at"`
	By      machine.Actor `json:"by"`
}

// Listing gives what may be shown.
func (s SecretState) Listing() Listed {
	l := Listed{Name: s.Name, Versions: []ListedVersion{}}
	for _, v := range s.Versions {
		l.Versions = append(l.Versions, ListedVersion{Version: v.Version, At: v.At, By: v.By})
	}
	return l
}

// Current gives the newest version; fault.NotFound if there is none.
func (s SecretState) Current() (Stored, error) {
	if len(s.Versions) == 0 {
		return Stored{}, fault.New(fault.NotFound, "there is no secret %s", s.Name).
			WithHint("slipway secret set %s", s.Name)
	}
	return s.Versions[len(s.Versions)-1], nil
}

// Find gives a version; fault.NotFound if it is not kept (any more).
func (s SecretState) Find(version int) (Stored, error) {
	for _, v := range s.Versions {
		if v.Version == version {
			return v, nil
		}
	}
	return Stored{}, fault.New(fault.NotFound, "version %d of the secret %s is not kept", version, s.Name).
		WithHint("the last %d versions are; deploy again to take the current one", Kept)
}

var namePattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// CheckName says whether a secret may have this name: 1 to 63 of a-z, 0-9 and, inside, "-".
func CheckName(name string) error {
	if !namePattern.MatchString(name) {
		return fault.New(fault.Invalid, "%q cannot be the name of a secret", name).
			WithHint("1 to 63 small letters, digits and, inside, dashes: payment-key")
	}
	return nil
}

// Ref names a version of a secret: "payment-key@3".
func Ref(name string, version int) string { return name + "@" + strconv.Itoa(version) }

// ParseRef is the inverse of Ref.
func ParseRef(ref string) (name string, version int, err error) {
	name, number, ok := strings.Cut(ref, "@")
	if ok {
		version, err = strconv.Atoi(number)
	}
	if !ok || err != nil || version < 1 || CheckName(name) != nil || Ref(name, version) != ref {
		return "", 0, fault.New(fault.Invalid, "%q does not name a version of a secret", ref).WithHint("such as payment-key@3")
	}
	return name, version, nil
}

func (s Sealed) check() error {
	switch {
	case (len(s.Bytes) == 0) == (s.Blob == ""):
		return fmt.Errorf("it needs the sealed bytes or the digest of their blob, and not both")
	case len(s.Bytes) > MaxInline:
		return fmt.Errorf("%d sealed bytes are over %d and belong into a blob", len(s.Bytes), MaxInline)
	}
	return nil
}
