package model

import (
	"encoding/json"
	"time"
)

// Whoami is who the caller is, and what they may.
type Whoami struct {
	Actor      string    `json:"actor"`                // "person:ada", "token:ada/ci", "host:root"
	Person     string    `json:"person,omitempty"`     // account; empty: none
	Title      string    `json:"title,omitempty"`      // the person's name
	Session    string    `json:"session,omitempty"`    // its ID
	Scopes     []string  `json:"scopes,omitempty"`     // of a token: what it is limited to
	Expires    time.Time `json:"expires,omitzero"`     // of the session
	Roles      []Binding `json:"roles"`                // that hold, also those of teams and groups
	Operations []string  `json:"operations,omitempty"` // that are allowed somewhere
	Same       []string  `json:"same,omitempty"`       // other accounts of the same human, for all that is known
	Addresses  []string  `json:"addresses,omitempty"`
	Groups     []string  `json:"groups,omitempty"`
	Passkeys   []Passkey `json:"passkeys,omitempty"`
	Recovery   int       `json:"recovery,omitempty"` // recovery codes that are left
}

// Passkey is a passkey of an account.
type Passkey struct {
	ID      string    `json:"id"`
	Title   string    `json:"title,omitempty"`
	AddedAt time.Time `json:"addedAt"`
	UsedAt  time.Time `json:"usedAt,omitzero"`
}

// SignInWays says how one can sign in here.
type SignInWays struct {
	Password bool   `json:"password"`
	Passkeys bool   `json:"passkeys"`
	Provider string `json:"provider,omitempty"` // issuer of the identity provider
	Setup    bool   `json:"setup"`              // there is no account yet: the set-up link makes the first
}

// SignIn signs in by password. Program: the answer holds the session's value, for a program
// to send as a bearer token; otherwise it is set as a cookie.
type SignIn struct {
	Name     string `json:"name"`
	Password string `json:"password"`
	Code     string `json:"code"` // one-time code, or a recovery code
	Program  bool   `json:"program,omitempty"`
}

// Client is who signs in, as far as it can be seen.
type Client struct {
	Agent   string // what it calls itself
	Address string // IP address
	Program bool   // not a browser: its session lasts longer
}

// SignedIn is a session that began.
type SignedIn struct {
	Person   string    `json:"person"`
	Session  string    `json:"session"`
	Expires  time.Time `json:"expires"`
	Value    string    `json:"value,omitempty"`    // for a program; shown once
	Recovery []string  `json:"recovery,omitempty"` // recovery codes of a new account; shown once
}

// Ceremony is the first half of what an authenticator does. Options are for
// navigator.credentials; Flow names it when it is finished.
type Ceremony struct {
	Flow    string          `json:"flow"`
	Options json.RawMessage `json:"options"`
}

// CeremonyDone is the second half: what the authenticator answered.
type CeremonyDone struct {
	Flow     string          `json:"flow"`
	Response json.RawMessage `json:"response"`
	Title    string          `json:"title,omitempty"` // of a new passkey
	Program  bool            `json:"program,omitempty"`
}

// EnrollRequest begins to set up an account by its link. Link is what stands behind # in
// it. Name and Title are for the set-up link, which makes the first account.
type EnrollRequest struct {
	Link  string `json:"link"`
	Name  string `json:"name,omitempty"`
	Title string `json:"title,omitempty"`
}

// Enrolling is what somebody needs to set up how they sign in.
type Enrolling struct {
	Flow    string          `json:"flow"`
	Name    string          `json:"name"`
	Secret  string          `json:"secret"` // of one-time codes, to be typed into an authenticator
	URI     string          `json:"uri"`    // the same, to be scanned
	Passkey json.RawMessage `json:"passkey,omitempty"`
}

// EnrollDone ends it: a password with a one-time code, or a passkey.
type EnrollDone struct {
	Flow     string          `json:"flow"`
	Password string          `json:"password,omitempty"`
	Code     string          `json:"code,omitempty"`
	Passkey  json.RawMessage `json:"passkey,omitempty"`
	Program  bool            `json:"program,omitempty"`
}

// PasswordChange gives the caller's account a new password.
type PasswordChange struct {
	Old  string `json:"old"`
	New  string `json:"new"`
	Code string `json:"code"`
}

// User is an account.
type User struct {
	Name      string    `json:"name"`
	Title     string    `json:"title,omitempty"`
	Addresses []string  `json:"addresses,omitempty"`
	Groups    []string  `json:"groups,omitempty"` // of the identity provider
	Teams     []string  `json:"teams,omitempty"`
	Status    string    `json:"status"` // active, invited, disabled
	Reason    string    `json:"reason,omitempty"`
	SeenAt    time.Time `json:"seenAt,omitzero"` // last sign-in
	AddedAt   time.Time `json:"addedAt"`
	Provider  bool      `json:"provider,omitempty"` // signs in by the identity provider
	Passkeys  int       `json:"passkeys,omitempty"`
	Roles     []Binding `json:"roles"`          // that hold, also those of teams and groups
	Same      []string  `json:"same,omitempty"` // other accounts that share an address with it
}

// NewUser is an account to be made.
type NewUser struct {
	Name      string   `json:"name"`
	Title     string   `json:"title,omitempty"`
	Addresses []string `json:"addresses,omitempty"`
}

// UserChange replaces what it names.
type UserChange struct {
	Title     *string   `json:"title,omitempty"`
	Addresses *[]string `json:"addresses,omitempty"`
	Disabled  *bool     `json:"disabled,omitempty"`
	Reason    string    `json:"reason,omitempty"`
}

// Invitation is a link by which somebody sets up an account, once. It is shown once.
type Invitation struct {
	Name     string    `json:"name,omitempty"` // empty: of the first account
	Link     string    `json:"link"`
	Expires  time.Time `json:"expires"`
	Position int64     `json:"position,omitempty"`
}

// Binding gives a role to somebody.
type Binding struct {
	Subject     string `json:"subject"` // person:NAME, team:NAME, group:NAME or workflow:NAME
	Role        string `json:"role"`
	Team        string `json:"team,omitempty"`        // only for what this team owns
	Environment string `json:"environment,omitempty"` // only there
}

// AddressMap says whose an e-mail or git address is.
type AddressMap struct {
	Address string `json:"address"`
	Person  string `json:"person,omitempty"` // account, or "nobody" for a program's; empty: it is not known any more
}

// Token is a token without its value.
type Token struct {
	Owner   string    `json:"owner"`
	Name    string    `json:"name"`
	Scopes  []string  `json:"scopes"`
	Status  string    `json:"status"` // live, expired, revoked
	MadeAt  time.Time `json:"madeAt"`
	Expires time.Time `json:"expires"`
	UsedAt  time.Time `json:"usedAt,omitzero"`
	Value   string    `json:"value,omitempty"` // only in the answer to its making
}

// NewToken is a token to be made.
type NewToken struct {
	Name   string   `json:"name"`
	Scopes []string `json:"scopes"`
	Days   int      `json:"days,omitempty"` // how long it holds; 0: 90
}

// Session is a session without its value.
type Session struct {
	ID        string    `json:"id"`
	Person    string    `json:"person"`
	How       string    `json:"how"` // password, recovery, passkey, oidc, link
	Agent     string    `json:"agent,omitempty"`
	StartedAt time.Time `json:"startedAt"`
	SeenAt    time.Time `json:"seenAt"`
	Expires   time.Time `json:"expires"`
	Current   bool      `json:"current,omitempty"` // the caller's own
}

// AccessReview asks whether people still need what they may.
type AccessReview struct {
	Position int64    `json:"position,omitempty"`
	Tasks    []string `json:"tasks"` // one for each team and environment with roles
}
