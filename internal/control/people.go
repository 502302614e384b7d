package control

import (
	"context"
	"slices"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
)

// Users lists all accounts.
func (c *Control) Users(ctx context.Context) ([]model.User, error) {
	if _, err := c.may(ctx, access.People, access.Scope{}); err != nil {
		return nil, err
	}
	d, err := c.Directory(ctx)
	if err != nil {
		return nil, err
	}
	all, err := c.People.List(ctx)
	list := []model.User{}
	for _, s := range all {
		list = append(list, userOf(s, d))
	}
	return list, err
}

// User gives an account.
func (c *Control) User(ctx context.Context, name string) (model.User, error) {
	if _, err := c.may(ctx, access.People, access.Scope{}); err != nil {
		return model.User{}, err
	}
	d, err := c.Directory(ctx)
	if err != nil {
		return model.User{}, err
	}
	s, err := c.People.Load(ctx, name)
	return userOf(s, d), err
}

func userOf(s access.PersonState, d *access.Directory) model.User {
	u := model.User{
		Name: s.Name, Title: s.Title, Addresses: s.Addresses, Groups: s.Groups, Teams: d.TeamsOf(s.Name), Status: "active", Reason: s.Reason,
		SeenAt: s.SeenAt, AddedAt: s.AddedAt, Provider: s.Subject != "", Passkeys: len(s.Passkeys), Roles: rolesOf(d.Grants(s.Name)), Same: d.Same(s.Name),
	}
	switch {
	case s.Disabled:
		u.Status = "disabled"
	case s.Invite != nil:
		u.Status = "invited"
	}
	return u
}

func rolesOf(grants []access.Binding) []model.Binding {
	list := []model.Binding{}
	for _, b := range grants {
		list = append(list, model.Binding{Subject: b.Subject, Role: string(b.Role), Team: b.Team, Environment: b.Environment})
	}
	return list
}

// AddUser makes an account, and the link by which its person sets it up.
func (c *Control) AddUser(ctx context.Context, n model.NewUser) (model.Invitation, error) {
	actor, err := c.may(ctx, access.People, access.Scope{})
	if err != nil {
		return model.Invitation{}, err
	}
	link, until, r, err := c.People.Add(ctx, actor, access.Added{Name: n.Name, Title: n.Title, Addresses: n.Addresses})
	return c.invitation(n.Name, link, until, r), err
}

// InviteUser makes a new link for an account, for who has lost what they sign in with.
func (c *Control) InviteUser(ctx context.Context, name string) (model.Invitation, error) {
	actor, err := c.may(ctx, access.People, access.Scope{})
	if err != nil {
		return model.Invitation{}, err
	}
	link, until, r, err := c.People.Invite(ctx, actor, name)
	return c.invitation(name, link, until, r), err
}

// SetUp makes the link by which an administrator is made, for who runs the control plane.
func (c *Control) SetUp(ctx context.Context) (model.Invitation, error) {
	actor, err := c.may(ctx, access.People, access.Scope{})
	if err != nil {
		return model.Invitation{}, err
	}
	if actor.Kind != "host" && actor != access.LocalToken {
		return model.Invitation{}, fault.New(fault.Denied, "only who runs the control plane makes a set-up link").WithHint("on its machine, signed out (slipway logout); or add an account: slipway user add")
	}
	link, until, err := c.People.OfferSetup(ctx, actor)
	return c.invitation("", link, until, engine.Receipt{}), err
}

// invitation puts a link's secret behind the #, which browsers keep to themselves: it is in
// no log of a server or proxy.
func (c *Control) invitation(name, link string, until time.Time, r engine.Receipt) model.Invitation {
	if link == "" {
		return model.Invitation{}
	}
	return model.Invitation{Name: name, Link: c.Page + "setup#" + link, Expires: until, Position: r.Position}
}

// ChangeUser changes an account, disables or enables it.
func (c *Control) ChangeUser(ctx context.Context, name string, u model.UserChange) (model.Receipt, error) {
	actor, err := c.may(ctx, access.People, access.Scope{})
	if err != nil {
		return model.Receipt{}, err
	}
	if u.Addresses != nil {
		if err := c.notTheirOwn(ctx, name); err != nil {
			return model.Receipt{}, err
		}
	}
	var r engine.Receipt
	if u.Title != nil || u.Addresses != nil {
		if r, err = c.People.Tell(ctx, actor, name, access.EventPersonChanged, access.Changed{Title: u.Title, Addresses: u.Addresses}); err != nil {
			return model.Receipt{}, err
		}
	}
	switch {
	case u.Disabled == nil:
	case *u.Disabled:
		r, err = c.People.Disable(ctx, actor, name, u.Reason)
	default:
		r, err = c.People.Tell(ctx, actor, name, access.EventPersonEnabled, nil)
	}
	return model.Receipt{Position: r.Position}, err
}

// Bindings lists who was given which role.
func (c *Control) Bindings(ctx context.Context) ([]model.Binding, error) {
	if _, err := c.may(ctx, access.People, access.Scope{}); err != nil {
		return nil, err
	}
	s, err := c.People.Bindings(ctx)
	return rolesOf(s.Bindings), err
}

// Grant gives a role. Nobody gives one to themselves, by whichever way.
func (c *Control) Grant(ctx context.Context, b model.Binding) (model.Receipt, error) {
	actor, err := c.notToThemselves(ctx, b)
	if err != nil {
		return model.Receipt{}, err
	}
	r, err := c.People.Rights(ctx, actor, access.EventGranted, bindingOf(b))
	return model.Receipt{Position: r.Position}, err
}

func (c *Control) notToThemselves(ctx context.Context, b model.Binding) (machine.Actor, error) {
	actor, err := c.may(ctx, access.People, access.Scope{})
	if err != nil {
		return actor, err
	}
	who, d, err := c.known(ctx)
	if err != nil || who.Person == "" {
		return actor, err
	}
	own := append(d.Same(who.Person), who.Person)
	if slices.ContainsFunc(d.Holding(b.Subject), func(p string) bool { return slices.Contains(own, p) }) {
		return actor, fault.New(fault.Refused, "nobody gives a role to themselves").
			WithHint("somebody else can; or who runs the control plane, on its machine")
	}
	return actor, nil
}

// Ungrant takes a role away.
func (c *Control) Ungrant(ctx context.Context, b model.Binding) (model.Receipt, error) {
	actor, err := c.may(ctx, access.People, access.Scope{})
	if err != nil {
		return model.Receipt{}, err
	}
	r, err := c.People.Rights(ctx, actor, access.EventUngranted, bindingOf(b))
	return model.Receipt{Position: r.Position}, err
}

func bindingOf(b model.Binding) access.Binding {
	return access.Binding{Subject: b.Subject, Role: access.Role(b.Role), Team: b.Team, Environment: b.Environment}
}

// notTheirOwn refuses that somebody changes their own addresses: they could then approve
// what they wrote.
func (c *Control) notTheirOwn(ctx context.Context, account string) error {
	who, d, err := c.known(ctx)
	if err == nil && who.Person != "" && (account == who.Person || slices.Contains(d.Same(who.Person), account)) {
		err = fault.New(fault.Refused, "nobody changes their own addresses").WithHint("somebody else who manages people can")
	}
	return err
}

// MapAddress says whose an address is. Nobody does that with their own.
func (c *Control) MapAddress(ctx context.Context, m model.AddressMap) (model.Receipt, error) {
	actor, err := c.may(ctx, access.People, access.Scope{})
	if err != nil {
		return model.Receipt{}, err
	}
	if m.Person != "" && m.Person != access.Nobody {
		if _, err := c.People.Load(ctx, m.Person); err != nil {
			return model.Receipt{}, err
		}
	}
	who, d, err := c.known(ctx)
	if err != nil {
		return model.Receipt{}, err
	}
	if who.Person != "" && slices.Contains(d.Behind(m.Address), who.Person) {
		return model.Receipt{}, fault.New(fault.Refused, "the address %s is your own", m.Address).WithHint("somebody else can map it")
	}
	r, err := c.People.Rights(ctx, actor, access.EventMapped, access.Mapped{Address: m.Address, Person: m.Person})
	return model.Receipt{Position: r.Position}, err
}

// Tokens lists tokens: the caller's own, or everybody's.
func (c *Control) Tokens(ctx context.Context, everybody bool) ([]model.Token, error) {
	_, owner, err := c.ownOr(ctx, everybody)
	if err != nil {
		return nil, err
	}
	all, err := c.People.Tokens(ctx, owner)
	list := []model.Token{}
	for _, s := range all {
		list = append(list, c.tokenOf(s))
	}
	return list, err
}

func (c *Control) tokenOf(s access.TokenState) model.Token {
	t := model.Token{Owner: s.Owner, Name: s.Name, Scopes: s.Scopes, Status: "live", MadeAt: s.MadeAt, Expires: s.Expires, UsedAt: s.UsedAt}
	switch {
	case !s.RevokedAt.IsZero():
		t.Status = "revoked"
	case !s.Live(c.Engine.Now()):
		t.Status = "expired"
	}
	return t
}

// defaultTokenDays is how long a token holds if nobody says.
const defaultTokenDays = 90

// MakeToken makes a token of the caller's. Its value is in the answer, and nowhere else.
func (c *Control) MakeToken(ctx context.Context, n model.NewToken) (model.Token, error) {
	who, err := c.signedInPerson(ctx)
	if err != nil {
		return model.Token{}, err
	}
	if slices.Contains(n.Scopes, "glass") {
		return model.Token{}, fault.New(fault.Invalid, "no token breaks glass: only somebody who is signed in does").
			WithHint("leave the scope glass out; there are: %v", access.ScopeWords())
	}
	if n.Days == 0 {
		n.Days = defaultTokenDays
	}
	life := time.Duration(min(n.Days, 1000)) * 24 * time.Hour
	value, s, err := c.People.MakeToken(ctx, who.Actor, who.Person, n.Name, n.Scopes, life)
	t := c.tokenOf(s)
	t.Value = value
	return t, err
}

// RevokeToken ends a token of the caller's own, or of anybody's.
func (c *Control) RevokeToken(ctx context.Context, owner, name string) (model.Receipt, error) {
	actor, err := c.may(ctx, access.Self, access.Scope{})
	if err != nil {
		return model.Receipt{}, err
	}
	if who, _ := caller(ctx); who.Person != owner {
		if _, err := c.may(ctx, access.People, access.Scope{}); err != nil {
			return model.Receipt{}, err
		}
	}
	r, err := c.People.RevokeToken(ctx, actor, owner, name, "revoked by "+actor.String())
	return model.Receipt{Position: r.Position}, err
}
