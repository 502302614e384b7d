package client

import (
	"context"

	"slipway.dev/client/model"
)

// SignInWays tells how one can sign in.
func (c *Client) SignInWays(ctx context.Context) (model.SignInWays, error) {
	return get[model.SignInWays](ctx, c, "/v1/session/ways")
}

// SignIn signs in by password and one-time code. The client does not keep the session; make
// a new one with its value as Token.
func (c *Client) SignIn(ctx context.Context, s model.SignIn) (model.SignedIn, error) {
	if c.open {
		return model.SignedIn{}, c.readable()
	}
	s.Program = true
	return call[model.SignedIn](ctx, c, "POST", "/v1/session", s)
}

// readable refuses to send a secret.
func (c *Client) readable() error {
	return invalid("%s has no TLS: the password could be read on the way", c.place)
}

// BeginEnroll begins to set up an account by its link.
func (c *Client) BeginEnroll(ctx context.Context, r model.EnrollRequest) (model.Enrolling, error) {
	if c.open {
		return model.Enrolling{}, c.readable()
	}
	return call[model.Enrolling](ctx, c, "POST", "/v1/enrollments/begin", r)
}

// FinishEnroll sets it up, and signs in.
func (c *Client) FinishEnroll(ctx context.Context, d model.EnrollDone) (model.SignedIn, error) {
	d.Program = true
	return call[model.SignedIn](ctx, c, "POST", "/v1/enrollments/finish", d)
}

// Whoami tells who the caller is, and what they may.
func (c *Client) Whoami(ctx context.Context) (model.Whoami, error) {
	return get[model.Whoami](ctx, c, "/v1/session")
}

// SignOut ends the caller's session.
func (c *Client) SignOut(ctx context.Context) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "DELETE", "/v1/session", nil)
}

// ChangePassword changes the caller's own password; their other sessions end.
func (c *Client) ChangePassword(ctx context.Context, p model.PasswordChange) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", "/v1/session/password", p)
}

// Sessions lists the caller's own sessions, or everybody's.
func (c *Client) Sessions(ctx context.Context, everybody bool) ([]model.Session, error) {
	return get[[]model.Session](ctx, c, all("/v1/sessions", everybody))
}

// EndSession ends a session.
func (c *Client) EndSession(ctx context.Context, id string) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "DELETE", path("v1", "sessions", id), nil)
}

func all(path string, everybody bool) string {
	if everybody {
		return path + "?all=true"
	}
	return path
}

// Tokens lists the caller's own tokens, or everybody's.
func (c *Client) Tokens(ctx context.Context, everybody bool) ([]model.Token, error) {
	return get[[]model.Token](ctx, c, all("/v1/tokens", everybody))
}

// MakeToken makes a token of the caller's. Its value is in the answer, and nowhere else.
func (c *Client) MakeToken(ctx context.Context, n model.NewToken) (model.Token, error) {
	return call[model.Token](ctx, c, "POST", "/v1/tokens", n)
}

// RevokeToken ends a token.
func (c *Client) RevokeToken(ctx context.Context, owner, name string) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "DELETE", path("v1", "tokens", owner, name), nil)
}

// Users lists accounts.
func (c *Client) Users(ctx context.Context) ([]model.User, error) {
	return get[[]model.User](ctx, c, "/v1/users")
}

// User tells about an account.
func (c *Client) User(ctx context.Context, name string) (model.User, error) {
	return get[model.User](ctx, c, path("v1", "users", name))
}

// AddUser makes an account, and the link by which its person sets it up.
func (c *Client) AddUser(ctx context.Context, n model.NewUser) (model.Invitation, error) {
	return call[model.Invitation](ctx, c, "POST", "/v1/users", n)
}

// InviteUser makes a new link for an account.
func (c *Client) InviteUser(ctx context.Context, name string) (model.Invitation, error) {
	return call[model.Invitation](ctx, c, "POST", path("v1", "users", name, "invitations"), nil)
}

// SetUp makes the link by which an administrator is made.
func (c *Client) SetUp(ctx context.Context) (model.Invitation, error) {
	return call[model.Invitation](ctx, c, "POST", "/v1/setup", nil)
}

// ChangeUser changes an account, disables or enables it.
func (c *Client) ChangeUser(ctx context.Context, name string, u model.UserChange) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "PATCH", path("v1", "users", name), u)
}

// MapAddress says whose an address is.
func (c *Client) MapAddress(ctx context.Context, m model.AddressMap) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", "/v1/addresses", m)
}

// Bindings lists who was given which role.
func (c *Client) Bindings(ctx context.Context) ([]model.Binding, error) {
	return get[[]model.Binding](ctx, c, "/v1/bindings")
}

// Grant gives a role.
func (c *Client) Grant(ctx context.Context, b model.Binding) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", "/v1/bindings", b)
}

// Ungrant takes a role away.
func (c *Client) Ungrant(ctx context.Context, b model.Binding) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", "/v1/bindings/revocations", b)
}

// StartAccessReview asks whether people still need what they may.
func (c *Client) StartAccessReview(ctx context.Context) (model.AccessReview, error) {
	return call[model.AccessReview](ctx, c, "POST", "/v1/access-reviews", nil)
}
