package access

import (
	"encoding/json"
	"time"

	"slipway.dev/internal/core/machine"
)

// PersonVersion is the version of PersonState.
const PersonVersion = 1

// Events of an account, with their data.
const (
	EventPersonAdded    = "person.added"          // Added: the first event
	EventPersonInvited  = "person.invited"        // Invitation: a new link to set up how to sign in
	EventPersonEnrolled = "person.enrolled"       // Enrolled: the link was used
	EventPersonChanged  = "person.changed"        // Changed
	EventPersonDisabled = "person.disabled"       // Reason
	EventPersonEnabled  = "person.enabled"        // no data
	EventPersonSignedIn = "person.signedIn"       // SignedIn
	EventPasswordSet    = "person.passwordSet"    // PasswordSet
	EventPasskeyAdded   = "person.passkeyAdded"   // Passkey
	EventPasskeyRemoved = "person.passkeyRemoved" // PasskeyRef
)

// Ways to sign in.
const (
	ByPassword = "password"
	ByRecovery = "recovery"
	ByPasskey  = "passkey"
	ByOIDC     = "oidc"
	ByLink     = "link"
)

// The data of the events.
type (
	// Added makes an account.
	Added struct {
		Name      string      `json:"name"`
		Title     string      `json:"title,omitempty"` // the person's name
		Addresses []string    `json:"addresses,omitempty"`
		Groups    []string    `json:"groups,omitempty"`
		Subject   string      `json:"subject,omitempty"` // at the identity provider: "issuer|subject"
		Invite    *Invitation `json:"invite,omitempty"`
	}
	// Invitation is a link by which somebody may set up, once, how they sign in.
	Invitation struct {
		Hash    string    `json:"hash"` // SHA-256 of what is in the link
		Expires time.Time `json:"expires"`
	}
	// Enrolled uses the link. Whatever the account had to sign in with is replaced.
	Enrolled struct {
		Hash     string   `json:"hash"`               // of the link
		Sealed   []byte   `json:"sealed,omitempty"`   // Credentials
		Counter  int64    `json:"counter,omitempty"`  // of the one-time code that proved the set-up
		Recovery []string `json:"recovery,omitempty"` // SHA-256 of recovery codes
		Passkey  *Passkey `json:"passkey,omitempty"`
	}
	// Changed replaces what it has.
	Changed struct {
		Title     *string   `json:"title,omitempty"`
		Addresses *[]string `json:"addresses,omitempty"`
	}
	// Reason says why.
	Reason struct {
		Text string `json:"text,omitempty"`
	}
	// SignedIn tells of a sign-in whose secrets were checked. What may count only once is
	// checked here.
	SignedIn struct {
		How     string          `json:"how"`
		Counter int64           `json:"counter,omitempty"` // of the one-time code
		Code    string          `json:"code,omitempty"`    // SHA-256 of the recovery code
		Passkey string          `json:"passkey,omitempty"` // its ID
		Updated json.RawMessage `json:"updated,omitempty"` // the passkey's credential since
		Subject string          `json:"subject,omitempty"` // at the identity provider
		Groups  *[]string       `json:"groups,omitempty"`  // as it told them
	}
	// PasswordSet gives new credentials, proven by a code.
	PasswordSet struct {
		Sealed  []byte `json:"sealed"`
		Counter int64  `json:"counter"`
	}
	// PasskeyRef names a passkey.
	PasskeyRef struct {
		ID string `json:"id"`
	}
)

// Credentials are what is sealed of an account.
type Credentials struct {
	Password string `json:"password"` // argon2id, in its usual encoding
	TOTP     []byte `json:"totp"`     // key of one-time codes
}

// Passkey is a WebAuthn credential. It holds no secret: that stays with the authenticator.
type Passkey struct {
	ID         string          `json:"id"` // base64url
	Title      string          `json:"title,omitempty"`
	Credential json.RawMessage `json:"credential"`
	AddedAt    time.Time       `json:"addedAt,omitzero"`
	UsedAt     time.Time       `json:"usedAt,omitzero"`
}

// PersonState is an account.
type PersonState struct {
	Person
	Title    string        `json:"title,omitempty"`
	Reason   string        `json:"reason,omitempty"` // why it is disabled
	AddedAt  time.Time     `json:"addedAt"`
	AddedBy  machine.Actor `json:"addedBy"`
	SeenAt   time.Time     `json:"seenAt,omitzero"` // last sign-in
	Invite   *Invitation   `json:"invite,omitempty"`
	Sealed   []byte        `json:"sealed,omitempty"`
	Counter  int64         `json:"counter,omitempty"` // of the last one-time code: none up to it counts again
	Recovery []string      `json:"recovery,omitempty"`
	Passkeys []Passkey     `json:"passkeys,omitempty"`
	Subject  string        `json:"subject,omitempty"`
}

// Invited says whether a link with this hash may be used at a time.
func (s PersonState) Invited(hash string, at time.Time) bool {
	return s.Invite != nil && !s.Disabled && hash != "" && s.Invite.Hash == hash && at.Before(s.Invite.Expires)
}
