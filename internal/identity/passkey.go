package identity

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"slipway.dev/internal/core/fault"
)

// Passkeys runs the ceremonies of WebAuthn for one address of the page. A passkey works
// only where it was made.
type Passkeys struct {
	web    *webauthn.WebAuthn
	now    func() time.Time
	making Pending[making]
	proofs Pending[webauthn.SessionData]
}

type making struct {
	holder  Holder
	session webauthn.SessionData
}

// Holder is an account as authenticators know it.
type Holder struct {
	Name  string
	Title string
	Keys  []json.RawMessage // credentials that it has
}

// Passkey is a credential with its ID, in base64url.
type Passkey struct {
	ID         string
	Credential json.RawMessage
}

// NewPasskeys gives the ceremonies for the page at an address: https, or http on localhost.
func NewPasskeys(page string, now func() time.Time) (*Passkeys, error) {
	u, err := url.Parse(page)
	if err != nil {
		return nil, err
	}
	web, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "Slipway", RPOrigins: []string{u.Scheme + "://" + u.Host},
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		return nil, err
	}
	return &Passkeys{web: web, now: now}, nil
}

// BeginNew gives the options for navigator.credentials.create, and the name of the ceremony.
func (p *Passkeys) BeginNew(h Holder) (options json.RawMessage, flow string, err error) {
	user, err := userOf(h)
	if err != nil {
		return nil, "", err
	}
	creation, session, err := p.web.BeginRegistration(user, webauthn.WithExclusions(webauthn.Credentials(user.keys).CredentialDescriptors()))
	if err != nil {
		return nil, "", err
	}
	options, err = json.Marshal(creation)
	return options, p.making.Put(making{h, *session}, p.now()), err
}

// FinishNew checks what the authenticator made, and gives the account that it is for.
func (p *Passkeys) FinishNew(flow string, response []byte) (name string, key Passkey, err error) {
	m, ok := p.making.Take(flow, p.now())
	if !ok {
		return "", Passkey{}, ErrFlow
	}
	user, err := userOf(m.holder)
	if err != nil {
		return "", Passkey{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return "", Passkey{}, errPasskey.Because(err)
	}
	c, err := p.web.CreateCredential(user, m.session, parsed)
	if err != nil {
		return "", Passkey{}, errPasskey.Because(err)
	}
	key, err = passkeyOf(c)
	return m.holder.Name, key, err
}

// BeginProof gives the options for navigator.credentials.get. It is not asked whose.
func (p *Passkeys) BeginProof() (options json.RawMessage, flow string, err error) {
	assertion, session, err := p.web.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, "", err
	}
	options, err = json.Marshal(assertion)
	return options, p.proofs.Put(*session, p.now()), err
}

// FinishProof checks an authenticator's signature. Find gives an account by its name. A
// passkey that was copied (its counter went back) is refused.
func (p *Passkeys) FinishProof(flow string, response []byte, find func(name string) (Holder, error)) (name string, key Passkey, err error) {
	session, ok := p.proofs.Take(flow, p.now())
	if !ok {
		return "", Passkey{}, ErrFlow
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return "", Passkey{}, errPasskey.Because(err)
	}
	user, c, err := p.web.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		h, err := find(string(handle))
		if err != nil {
			return nil, err
		}
		return userOf(h)
	}, session, parsed)
	if err != nil {
		return "", Passkey{}, errPasskey.Because(err)
	}
	if c.Authenticator.CloneWarning {
		return "", Passkey{}, errPasskey.Because(errors.New("the passkey's counter went back: it may have been copied"))
	}
	key, err = passkeyOf(c)
	return user.WebAuthnName(), key, err
}

// ErrFlow says that a ceremony cannot be finished.
var ErrFlow = fault.New(fault.Denied, "the sign-in was not begun here, took too long, or is over").WithHint("begin again")

var errPasskey = fault.New(fault.Denied, "the passkey is not valid here").WithHint("try again, or sign in in another way")

func passkeyOf(c *webauthn.Credential) (Passkey, error) {
	raw, err := json.Marshal(c)
	return Passkey{ID: base64.RawURLEncoding.EncodeToString(c.ID), Credential: raw}, err
}

// user is a Holder as the library wants it.
type user struct {
	Holder
	keys []webauthn.Credential
}

func userOf(h Holder) (user, error) {
	u := user{Holder: h}
	for _, raw := range h.Keys {
		var c webauthn.Credential
		if err := json.Unmarshal(raw, &c); err != nil {
			return u, err
		}
		u.keys = append(u.keys, c)
	}
	return u, nil
}

// WebAuthnID is the account's name: it is no secret, and never changes.
func (u user) WebAuthnID() []byte { return []byte(u.Name) }

// WebAuthnName is the account's name.
func (u user) WebAuthnName() string { return u.Name }

// WebAuthnDisplayName is the person's name.
func (u user) WebAuthnDisplayName() string {
	if u.Title == "" {
		return u.Name
	}
	return u.Title
}

// WebAuthnCredentials are the passkeys that it has.
func (u user) WebAuthnCredentials() []webauthn.Credential { return u.keys }
