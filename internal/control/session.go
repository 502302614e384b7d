package control

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/drive/people"
)

// SignInWays says how one can sign in here. It asks for no permission.
func (c *Control) SignInWays(ctx context.Context) (model.SignInWays, error) {
	nobody, err := c.People.NobodyYet(ctx)
	w := model.SignInWays{Password: true, Passkeys: c.People.Passkeys != nil, Setup: nobody}
	if p := c.People.Provider; p != nil {
		w.Provider = p.Issuer
	}
	return w, err
}

// SignIn signs in by password and one-time code.
func (c *Control) SignIn(ctx context.Context, s model.SignIn, from model.Client) (model.SignedIn, error) {
	return signedIn(c.People.SignIn(ctx, s.Name, s.Password, s.Code, from))
}

// BeginPasskey begins a sign-in by passkey.
func (c *Control) BeginPasskey(_ context.Context, from model.Client) (model.Ceremony, error) {
	return ceremony(c.People.BeginPasskey(from.Address))
}

// FinishPasskey signs in by passkey.
func (c *Control) FinishPasskey(ctx context.Context, d model.CeremonyDone, from model.Client) (model.SignedIn, error) {
	return signedIn(c.People.FinishPasskey(ctx, d.Flow, d.Response, from))
}

// BeginProvider gives the address of the identity provider, and what the browser keeps.
func (c *Control) BeginProvider(ctx context.Context, back string, from model.Client) (to, browser string, err error) {
	return c.People.BeginProvider(ctx, back, from)
}

// FinishProvider signs in by the identity provider, and says where to go on.
func (c *Control) FinishProvider(ctx context.Context, query url.Values, browser string, from model.Client) (model.SignedIn, string, error) {
	b, back, err := c.People.FinishProvider(ctx, query, browser, from)
	s, err := signedIn(b, err)
	return s, back, err
}

// BeginEnroll looks at a link and gives what is needed to set up the account.
func (c *Control) BeginEnroll(ctx context.Context, r model.EnrollRequest, from model.Client) (model.Enrolling, error) {
	e, err := c.People.BeginEnroll(ctx, r.Link, r.Name, r.Title, from.Address)
	return model.Enrolling(e), err
}

// FinishEnroll sets the account up, and signs in.
func (c *Control) FinishEnroll(ctx context.Context, d model.EnrollDone, from model.Client) (model.SignedIn, error) {
	b, codes, err := c.People.FinishEnroll(ctx, d.Flow, people.Proof{Password: d.Password, Code: d.Code, Passkey: d.Passkey}, from)
	s, err := signedIn(b, err)
	if err == nil {
		s.Recovery = codes
	}
	return s, err
}

func ceremony(options json.RawMessage, flow string, err error) (model.Ceremony, error) {
	return model.Ceremony{Flow: flow, Options: options}, err
}

func signedIn(b people.Begun, err error) (model.SignedIn, error) {
	if err != nil {
		return model.SignedIn{}, err
	}
	return model.SignedIn{Person: b.Session.Person, Session: b.Session.ID, Expires: b.Session.Expires, Value: b.Value}, nil
}

// Whoami says who the caller is, and what they may.
func (c *Control) Whoami(ctx context.Context) (model.Whoami, error) {
	actor, err := c.may(ctx, access.Self, access.Scope{})
	if err != nil {
		return model.Whoami{}, err
	}
	who, d, err := c.known(ctx)
	if err != nil {
		return model.Whoami{}, err
	}
	w := model.Whoami{Actor: actor.String(), Person: who.Person, Session: who.Session, Roles: rolesOf(d.Grants(who.Person)), Same: d.Same(who.Person)}
	for _, word := range access.Words() {
		op, _ := access.ScopeNamed(word)
		if somewhere(d, who, op) && (op != access.Glass || actor.Kind == "person") { // only who is signed in breaks glass
			w.Operations = append(w.Operations, word)
		}
		if slices.Contains(who.Scopes, op) {
			w.Scopes = append(w.Scopes, word)
		}
	}
	if who.Person == "" {
		return w, nil
	}
	if who.Session != "" {
		s, err := c.People.Session(ctx, who.Session)
		if err != nil {
			return w, err
		}
		w.Expires = s.Expires
	}
	p, err := c.People.Load(ctx, who.Person)
	w.Title, w.Addresses, w.Groups, w.Recovery = p.Title, p.Addresses, p.Groups, len(p.Recovery)
	for _, k := range p.Passkeys {
		w.Passkeys = append(w.Passkeys, model.Passkey{ID: k.ID, Title: k.Title, AddedAt: k.AddedAt, UsedAt: k.UsedAt})
	}
	return w, err
}

// signedInPerson gives the account of a caller who is signed in. Who holds a token must not
// be able to make it last by other ways in.
func (c *Control) signedInPerson(ctx context.Context) (access.Caller, error) {
	if _, err := c.may(ctx, access.Self, access.Scope{}); err != nil {
		return access.Caller{}, err
	}
	who, err := caller(ctx)
	if err == nil && (who.Actor.Kind != "person" || who.Person == "") {
		err = fault.New(fault.Denied, "%s is nobody who is signed in", who.Actor).WithHint("slipway login")
	}
	return who, err
}

// SignOut ends the caller's session.
func (c *Control) SignOut(ctx context.Context) (model.Receipt, error) {
	who, err := c.signedInPerson(ctx)
	if err != nil {
		return model.Receipt{}, err
	}
	r, err := c.People.EndSession(ctx, who.Actor, who.Session, "signed out")
	return model.Receipt{Position: r.Position}, err
}

// ChangePassword gives the caller's account a new password. Their other sessions end.
func (c *Control) ChangePassword(ctx context.Context, p model.PasswordChange) (model.Receipt, error) {
	who, err := c.signedInPerson(ctx)
	if err != nil {
		return model.Receipt{}, err
	}
	return model.Receipt{}, c.People.SetPassword(ctx, who.Person, who.Session, p.Old, p.New, p.Code)
}

// BeginNewPasskey begins to add a passkey to the caller's account.
func (c *Control) BeginNewPasskey(ctx context.Context) (model.Ceremony, error) {
	who, err := c.signedInPerson(ctx)
	if err != nil {
		return model.Ceremony{}, err
	}
	return ceremony(c.People.BeginNewPasskey(ctx, who.Person))
}

// FinishNewPasskey adds it.
func (c *Control) FinishNewPasskey(ctx context.Context, d model.CeremonyDone) (model.Receipt, error) {
	who, err := c.signedInPerson(ctx)
	if err != nil {
		return model.Receipt{}, err
	}
	r, err := c.People.FinishNewPasskey(ctx, who.Person, d.Flow, d.Title, d.Response)
	return model.Receipt{Position: r.Position}, err
}

// RemovePasskey removes one from the caller's account.
func (c *Control) RemovePasskey(ctx context.Context, id string) (model.Receipt, error) {
	who, err := c.signedInPerson(ctx)
	if err != nil {
		return model.Receipt{}, err
	}
	r, err := c.People.Tell(ctx, who.Actor, who.Person, access.EventPasskeyRemoved, access.PasskeyRef{ID: id})
	return model.Receipt{Position: r.Position}, err
}

// Sessions lists sessions that have not ended: the caller's own, or everybody's.
func (c *Control) Sessions(ctx context.Context, everybody bool) ([]model.Session, error) {
	who, owner, err := c.ownOr(ctx, everybody)
	if err != nil {
		return nil, err
	}
	all, err := c.People.Sessions(ctx, owner)
	list := []model.Session{}
	for _, s := range all {
		list = append(list, model.Session{ID: s.ID, Person: s.Person, How: s.How, Agent: s.Agent,
			StartedAt: s.StartedAt, SeenAt: s.SeenAt, Expires: s.Expires, Current: s.ID == who.Session})
	}
	slices.SortFunc(list, func(a, b model.Session) int { return b.SeenAt.Compare(a.SeenAt) })
	return list, err
}

// ownOr says whose things a caller may see: their own, or everybody's ("") if they may
// manage people.
func (c *Control) ownOr(ctx context.Context, everybody bool) (who access.Caller, owner string, err error) {
	if _, err := c.may(ctx, access.Self, access.Scope{}); err != nil {
		return who, "", err
	}
	who, err = caller(ctx)
	if err != nil {
		return who, "", err
	}
	if everybody || who.Person == "" {
		_, err := c.may(ctx, access.People, access.Scope{})
		return who, "", err
	}
	return who, who.Person, nil
}

// EndSession ends a session of the caller's own, or of anybody's.
func (c *Control) EndSession(ctx context.Context, id string) (model.Receipt, error) {
	actor, err := c.may(ctx, access.Self, access.Scope{})
	if err != nil {
		return model.Receipt{}, err
	}
	who, _, err := c.known(ctx)
	if err != nil {
		return model.Receipt{}, err
	}
	s, err := c.People.Session(ctx, id)
	own := err == nil && who.Person != "" && s.Person == who.Person
	if !own { // whether there is such a session is for those to know
		if _, err := c.may(ctx, access.People, access.Scope{}); err != nil {
			return model.Receipt{}, err
		}
	}
	if err != nil {
		return model.Receipt{}, noSuch("session", id, err)
	}
	r, err := c.People.EndSession(ctx, actor, id, "ended by "+actor.String())
	return model.Receipt{Position: r.Position}, err
}
