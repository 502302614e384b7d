package people

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/identity"
	"slipway.dev/internal/store"
)

// How long a session lasts at most: of a browser, and of the command line.
const (
	browserSession = 12 * time.Hour
	programSession = 7 * 24 * time.Hour
)

// Begun is a session that began. Value is shown once.
type Begun struct {
	Value   string
	Session access.SessionState
}

// errSignIn is the same whatever was wrong, so that nobody learns which accounts there are.
var errSignIn = fault.New(fault.Denied, "the name, the password or the code is wrong").
	WithHint("a one-time code counts once; wait for the next one")

// SignIn checks a password and a one-time code, or a recovery code in its place.
func (d *Driver) SignIn(ctx context.Context, name, password, code string, c model.Client) (Begun, error) {
	counted := name
	if access.CheckName(name) != nil { // nobody's: it is not to be kept
		counted = ""
	}
	if err := d.limits.Take(counted, c.Address, d.now()); err != nil {
		d.Suspect(access.FailedSignIn, name)
		return Begun{}, err
	}
	s, err := d.Load(ctx, name)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Begun{}, err
	}
	in, ok, err := d.proof(s, password, code)
	if err != nil {
		return Begun{}, err
	}
	if !ok {
		d.Suspect(access.FailedSignIn, name)
		return Begun{}, errSignIn
	}
	b, err := d.begin(ctx, s.Name, in, c)
	if fault.Is(err, fault.Denied) || fault.Is(err, fault.Refused) { // a code that was used, an account that was disabled
		d.Suspect(access.FailedSignIn, name)
		err = errSignIn
	}
	return b, err
}

// proof does the same work whether there is such an account or not.
func (d *Driver) proof(s access.PersonState, password, code string) (access.SignedIn, bool, error) {
	sealed := s.Sealed
	if len(sealed) == 0 || s.Disabled {
		sealed = d.decoy
	}
	has, err := d.unseal(sealed)
	if err != nil {
		return access.SignedIn{}, false, err
	}
	known := identity.PasswordIs(has.Password, password)
	if counter, ok := identity.CheckCode(has.TOTP, code, d.now()); ok {
		return access.SignedIn{How: access.ByPassword, Counter: counter}, known, nil
	}
	hash, ok := identity.IsRecovery(s.Recovery, code)
	return access.SignedIn{How: access.ByRecovery, Code: hash}, known && ok, nil
}

// begin starts a session of a person who has proven who they are.
func (d *Driver) begin(ctx context.Context, name string, in access.SignedIn, c model.Client, before ...engine.To) (Begun, error) {
	events := append(before, to(person(name), access.PersonID(name), access.EventPersonSignedIn, in))
	return d.start(ctx, name, in.How, c, events...)
}

// start starts a session together with other events. Its value is always a new one, so that
// nobody can have given it to the browser before.
func (d *Driver) start(ctx context.Context, name, how string, c model.Client, events ...engine.To) (Begun, error) {
	id := identity.NewID()
	value, hash := identity.NewValue(identity.Session, id)
	life := browserSession
	if c.Program {
		life = programSession
	}
	started := access.Started{ID: id, Person: name, Hash: hash, How: how, Agent: clip(c.Agent), Expires: d.now().Add(life)}
	events = append(events, to(person(name), access.SessionID(id), access.EventSessionStarted, started))
	if _, err := d.Engine.Submit(ctx, events...); err != nil {
		return Begun{}, err
	}
	s, err := d.Session(ctx, id)
	return Begun{Value: value, Session: s}, err
}

func clip(s string) string {
	if len(s) > 200 {
		s = s[:200]
	}
	return strconv.QuoteToGraphic(s)[1 : len(strconv.QuoteToGraphic(s))-1]
}

// BeginPasskey gives the options for a sign-in by passkey, and the name of the ceremony.
func (d *Driver) BeginPasskey(address string) (json.RawMessage, string, error) {
	if d.Passkeys == nil {
		return nil, "", errNoPasskeys
	}
	if err := d.limits.Take("", address, d.now()); err != nil {
		return nil, "", err
	}
	return d.Passkeys.BeginProof()
}

var errNoPasskeys = fault.New(fault.Refused, "there are no passkeys at this address").WithHint("they need https, or localhost: slipway up --url")

// FinishPasskey signs in by passkey.
func (d *Driver) FinishPasskey(ctx context.Context, flow string, response []byte, c model.Client) (Begun, error) {
	if d.Passkeys == nil {
		return Begun{}, errNoPasskeys
	}
	name, key, err := d.Passkeys.FinishProof(flow, response, func(name string) (identity.Holder, error) { return d.holder(ctx, name) })
	if err != nil {
		d.Suspect(access.FailedSignIn, "a passkey")
		return Begun{}, err
	}
	return d.begin(ctx, name, access.SignedIn{How: access.ByPasskey, Passkey: key.ID, Updated: key.Credential}, c)
}

// holder gives an account as authenticators know it.
func (d *Driver) holder(ctx context.Context, name string) (identity.Holder, error) {
	s, err := d.Load(ctx, name)
	if err == nil && s.Disabled {
		err = noAccount(name)
	}
	h := identity.Holder{Name: name, Title: s.Title}
	for _, k := range s.Passkeys {
		h.Keys = append(h.Keys, k.Credential)
	}
	return h, err
}

// BeginProvider gives the address of the identity provider to go to, and what the browser
// keeps until it comes back.
func (d *Driver) BeginProvider(ctx context.Context, back string, c model.Client) (to, browser string, err error) {
	if d.Provider == nil {
		return "", "", errNoProvider
	}
	if err := d.limits.Take("", c.Address, d.now()); err != nil {
		return "", "", err
	}
	return d.Provider.Begin(ctx, back)
}

var errNoProvider = fault.New(fault.NotFound, "no identity provider is set up").WithHint("slipway up --oidc-issuer")

// FinishProvider signs in by what the identity provider says, and gives where to go on.
func (d *Driver) FinishProvider(ctx context.Context, query url.Values, browser string, c model.Client) (Begun, string, error) {
	if d.Provider == nil {
		return Begun{}, "", errNoProvider
	}
	claims, err := d.Provider.Finish(ctx, query, browser)
	if err != nil {
		d.Suspect(access.FailedSignIn, "the identity provider's")
		d.Log.WarnContext(ctx, "a sign-in by the identity provider failed", "err", err)
		return Begun{}, "", err
	}
	name, before, err := d.account(ctx, claims)
	if err != nil {
		return Begun{}, "", err
	}
	in := access.SignedIn{How: access.ByOIDC, Subject: claims.Subject, Groups: claims.Groups}
	b, err := d.begin(ctx, name, in, c, before...)
	return b, claims.ReturnTo, err
}

// account finds the account of whom the provider names: the one that has signed in so
// before; the one that has an address which the provider has verified; or a new one, which may nothing until somebody or a group gives it a role.
func (d *Driver) account(ctx context.Context, c identity.Claims) (string, []engine.To, error) {
	rows, err := d.Engine.List(ctx, "person/", store.ListOptions{Labels: map[string]string{"subject": c.Subject}, Limit: 1})
	if err != nil {
		return "", nil, err
	}
	if len(rows) > 0 {
		return rows[0].Summary.Labels["name"], nil, nil
	}
	if name, err := d.waiting(ctx, c.Email); name != "" || err != nil {
		return name, nil, err
	}
	wish := accountName(c.Name)
	if wish == "user" {
		wish = accountName(c.Email)
	}
	for n := 2; ; n++ {
		name := wish
		if n > 2 {
			name = wish + "-" + strconv.Itoa(n-1)
		}
		if _, err := d.Load(ctx, name); !fault.Is(err, fault.NotFound) {
			if err != nil || n > 1000 {
				return "", nil, err
			}
			continue
		}
		added := access.Added{Name: name, Title: c.Title, Subject: c.Subject}
		if access.CheckAddress(c.Email) == nil {
			added.Addresses = []string{c.Email}
		}
		return name, []engine.To{to(person(name), access.PersonID(name), access.EventPersonAdded, added)}, nil
	}
}

// waiting gives the one account that has an address and has not been to the provider.
func (d *Driver) waiting(ctx context.Context, address string) (string, error) {
	if address == "" {
		return "", nil
	}
	all, err := d.List(ctx)
	if err != nil {
		return "", err
	}
	found := ""
	for _, s := range all {
		if s.Disabled || s.Subject != "" || !contains(s.Addresses, address) {
			continue
		}
		if found != "" {
			return "", nil // two: nobody knows which
		}
		found = s.Name
	}
	return found, nil
}

func contains(list []string, address string) bool {
	for _, a := range list {
		if a == access.Address(address) {
			return true
		}
	}
	return false
}
