package people

import (
	"context"
	"encoding/json"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/identity"
)

// How long links hold.
const (
	setupLife  = 24 * time.Hour
	inviteLife = 7 * 24 * time.Hour
)

// enrolling is a set-up under way.
type enrolling struct {
	link, name, title string
	totp              []byte
	passkey           string // its ceremony
}

// Enrolling is what somebody needs to set up how they sign in.
type Enrolling struct {
	Flow    string
	Name    string
	Secret  string          // of one-time codes, to be typed in
	URI     string          // the same, to be scanned
	Passkey json.RawMessage // options for navigator.credentials.create; empty: there are none
}

// Proof is what they set up: a password with a one-time code, or a passkey.
type Proof struct {
	Password, Code string
	Passkey        json.RawMessage
}

// errLink is the same for every link that is not good.
var errLink = fault.New(fault.Denied, "the link was used, or is too old").WithHint("ask for a new one: slipway user invite NAME, or slipway user setup")

// NobodyYet says whether there is no account yet.
func (d *Driver) NobodyYet(ctx context.Context) (bool, error) {
	rows, err := d.Engine.List(ctx, "person/")
	return err == nil && len(rows) == 0, err
}

// OfferSetup makes the link by which an administrator is made. Links before count no more.
func (d *Driver) OfferSetup(ctx context.Context, a machine.Actor) (string, time.Time, error) {
	value, hash := identity.NewValue(identity.Invite, "")
	until := d.now().Add(setupLife)
	_, err := d.Engine.Submit(ctx, to(a, access.BindingsID, access.EventSetupOffered, access.Invitation{Hash: hash, Expires: until}))
	return value, until, err
}

// Add makes an account and the link for its person.
func (d *Driver) Add(ctx context.Context, a machine.Actor, n access.Added) (link string, until time.Time, r engine.Receipt, err error) {
	if err := access.CheckName(n.Name); err != nil { // before it becomes part of a machine's name
		return "", time.Time{}, engine.Receipt{}, err
	}
	link, n.Invite = d.invitation(n.Name)
	r, err = d.Engine.Submit(ctx, to(a, access.PersonID(n.Name), access.EventPersonAdded, n))
	return link, n.Invite.Expires, r, err
}

// Invite makes a new link for an account. Using it replaces all that the account has to
// sign in with.
func (d *Driver) Invite(ctx context.Context, a machine.Actor, name string) (link string, until time.Time, r engine.Receipt, err error) {
	s, err := d.Load(ctx, name)
	if err != nil {
		return "", time.Time{}, engine.Receipt{}, err
	}
	link, i := d.invitation(name)
	r, err = d.Engine.Submit(ctx, to(a, access.PersonID(name), access.EventPersonInvited, *i))
	if err == nil && !s.SeenAt.IsZero() { // who makes the link could use it, and be that person
		d.Suspect(access.WayReplaced, name+" by "+a.String())
	}
	return link, i.Expires, r, err
}

func (d *Driver) invitation(name string) (string, *access.Invitation) {
	value, hash := identity.NewValue(identity.Invite, name)
	return value, &access.Invitation{Hash: hash, Expires: d.now().Add(inviteLife)}
}

// BeginEnroll looks at a link. Name and title are for the set-up link, which names nobody.
func (d *Driver) BeginEnroll(ctx context.Context, link, name, title, address string) (Enrolling, error) {
	if err := d.limits.Take("", address, d.now()); err != nil {
		return Enrolling{}, err
	}
	who, err := d.invited(ctx, link, name)
	if err != nil {
		return Enrolling{}, err
	}
	key, err := identity.NewTOTP()
	if err != nil {
		return Enrolling{}, err
	}
	e := enrolling{link: link, name: who, title: title, totp: key}
	out := Enrolling{Name: who, Secret: identity.TOTPText(key), URI: identity.TOTPURI(key, who)}
	if d.Passkeys != nil {
		if out.Passkey, e.passkey, err = d.Passkeys.BeginNew(identity.Holder{Name: who, Title: title}); err != nil {
			return Enrolling{}, err
		}
	}
	out.Flow = d.enrolls.Put(e, d.now())
	return out, nil
}

// invited gives the account that a link is for.
func (d *Driver) invited(ctx context.Context, link, name string) (string, error) {
	kind, names, hash := identity.ParseValue(link)
	if kind != identity.Invite {
		return "", errLink
	}
	if names[0] == "" {
		return d.firstName(ctx, hash, name)
	}
	s, err := d.Load(ctx, names[0])
	if err != nil {
		return "", unknownLink(err)
	}
	if !s.Invited(hash, d.now()) {
		return "", errLink
	}
	return s.Name, nil
}

func (d *Driver) firstName(ctx context.Context, hash, name string) (string, error) {
	b, err := d.bindings(ctx)
	if err != nil {
		return "", err
	}
	if !b.CanSetUp(hash, d.now()) {
		return "", errLink
	}
	if err := access.CheckName(name); err != nil {
		return "", err
	}
	if _, err := d.Load(ctx, name); !fault.Is(err, fault.NotFound) {
		return "", fault.New(fault.Refused, "there is an account %s already", name).WithHint("choose another name")
	}
	return name, nil
}

func unknownLink(err error) error {
	if fault.Is(err, fault.NotFound) {
		return errLink
	}
	return err
}

// FinishEnroll keeps what was set up, and signs in. The recovery codes are shown once; with
// a passkey there are none.
func (d *Driver) FinishEnroll(ctx context.Context, flow string, p Proof, c model.Client) (Begun, []string, error) {
	e, ok := d.enrolls.Take(flow, d.now())
	if !ok {
		return Begun{}, nil, identity.ErrFlow
	}
	done, codes, err := d.enrolled(e, p)
	if err != nil {
		// A mistyped code must not cost the whole set-up. The ceremony of a passkey is over,
		// and its next one begins again.
		if fault.Is(err, fault.Invalid) && len(p.Passkey) == 0 {
			d.enrolls.PutAs(flow, e, d.now())
		}
		return Begun{}, nil, err
	}
	_, names, hash := identity.ParseValue(e.link)
	var events []engine.To
	if names[0] == "" { // the first: the account is made by who has the link
		done.Hash = hash
		invite := &access.Invitation{Hash: hash, Expires: d.now().Add(time.Minute)}
		events = append(events,
			to(person(e.name), access.BindingsID, access.EventSetupUsed, access.SetupUsed{Hash: hash, Person: e.name}),
			to(person(e.name), access.PersonID(e.name), access.EventPersonAdded, access.Added{Name: e.name, Title: e.title, Invite: invite}))
	}
	done.Hash = hash
	events = append(events, to(person(e.name), access.PersonID(e.name), access.EventPersonEnrolled, done))
	b, err := d.start(ctx, e.name, access.ByLink, c, events...)
	if err == nil {
		err = d.endSessions(ctx, person(e.name), e.name, b.Session.ID, "the account was set up anew")
	}
	return b, codes, err
}

// enrolled checks what was set up.
func (d *Driver) enrolled(e enrolling, p Proof) (access.Enrolled, []string, error) {
	if len(p.Passkey) > 0 {
		if d.Passkeys == nil {
			return access.Enrolled{}, nil, errNoPasskeys
		}
		_, key, err := d.Passkeys.FinishNew(e.passkey, p.Passkey)
		return access.Enrolled{Passkey: &access.Passkey{ID: key.ID, Credential: key.Credential}}, nil, err
	}
	sealed, counter, err := d.credentials(p.Password, p.Code, e.totp)
	codes, hashes := identity.NewRecovery()
	return access.Enrolled{Sealed: sealed, Counter: counter, Recovery: hashes}, codes, err
}

// credentials seals a password with a key of one-time codes, of which a code is shown.
func (d *Driver) credentials(password, code string, totp []byte) (sealed []byte, counter int64, err error) {
	counter, ok := identity.CheckCode(totp, code, d.now())
	if !ok {
		return nil, 0, fault.New(fault.Invalid, "the one-time code is wrong").WithHint("compare this machine's clock with your authenticator's")
	}
	hash, err := identity.HashPassword(password)
	if err != nil {
		return nil, 0, err
	}
	sealed, err = d.seal(access.Credentials{Password: hash, TOTP: totp})
	return sealed, counter, err
}
