package api

import (
	"context"

	"slipway.dev/client/model"
)

// People is what Control offers to manage accounts, roles, sessions and tokens.
type People interface {
	Users(ctx context.Context) ([]model.User, error)
	User(ctx context.Context, name string) (model.User, error)
	AddUser(ctx context.Context, n model.NewUser) (model.Invitation, error)
	InviteUser(ctx context.Context, name string) (model.Invitation, error)
	SetUp(ctx context.Context) (model.Invitation, error)
	ChangeUser(ctx context.Context, name string, u model.UserChange) (model.Receipt, error)
	MapAddress(ctx context.Context, m model.AddressMap) (model.Receipt, error)

	Bindings(ctx context.Context) ([]model.Binding, error)
	Grant(ctx context.Context, b model.Binding) (model.Receipt, error)
	Ungrant(ctx context.Context, b model.Binding) (model.Receipt, error)

	Tokens(ctx context.Context, everybody bool) ([]model.Token, error)
	MakeToken(ctx context.Context, n model.NewToken) (model.Token, error)
	RevokeToken(ctx context.Context, owner, name string) (model.Receipt, error)
	Sessions(ctx context.Context, everybody bool) ([]model.Session, error)
	EndSession(ctx context.Context, id string) (model.Receipt, error)

	StartAccessReview(ctx context.Context) (model.AccessReview, error)
}

type (
	userID struct {
		User string `path:"user" maxLength:"63"`
	}
	changeUserIn struct {
		User string `path:"user" maxLength:"63"`
		Body model.UserChange
	}
	tokenID struct {
		Owner string `path:"owner" maxLength:"63"`
		Token string `path:"token" maxLength:"63"`
	}
	sessionID struct {
		Session string `path:"session" maxLength:"63"`
	}
	everybodyIn struct {
		All bool `query:"all" doc:"Everybody's, not only the caller's own"`
	}
)

func (d *door) users(ctx context.Context, _ *none) ([]model.User, error) { return d.Users(ctx) }

func (d *door) user(ctx context.Context, in *userID) (model.User, error) { return d.User(ctx, in.User) }

func (d *door) addUser(ctx context.Context, in *body[model.NewUser]) (model.Invitation, error) {
	return d.AddUser(ctx, in.Body)
}

func (d *door) inviteUser(ctx context.Context, in *userID) (model.Invitation, error) {
	return d.InviteUser(ctx, in.User)
}

func (d *door) setUp(ctx context.Context, _ *none) (model.Invitation, error) { return d.SetUp(ctx) }

func (d *door) changeUser(ctx context.Context, in *changeUserIn) (model.Receipt, error) {
	return d.ChangeUser(ctx, in.User, in.Body)
}

func (d *door) mapAddress(ctx context.Context, in *body[model.AddressMap]) (model.Receipt, error) {
	return d.MapAddress(ctx, in.Body)
}

func (d *door) bindings(ctx context.Context, _ *none) ([]model.Binding, error) {
	return d.Bindings(ctx)
}

func (d *door) grant(ctx context.Context, in *body[model.Binding]) (model.Receipt, error) {
	return d.Grant(ctx, in.Body)
}

func (d *door) ungrant(ctx context.Context, in *body[model.Binding]) (model.Receipt, error) {
	return d.Ungrant(ctx, in.Body)
}

func (d *door) tokens(ctx context.Context, in *everybodyIn) ([]model.Token, error) {
	return d.Tokens(ctx, in.All)
}

func (d *door) makeToken(ctx context.Context, in *body[model.NewToken]) (model.Token, error) {
	return d.MakeToken(ctx, in.Body)
}

func (d *door) revokeToken(ctx context.Context, in *tokenID) (model.Receipt, error) {
	return d.RevokeToken(ctx, in.Owner, in.Token)
}

func (d *door) sessions(ctx context.Context, in *everybodyIn) ([]model.Session, error) {
	return d.Sessions(ctx, in.All)
}

func (d *door) endSession(ctx context.Context, in *sessionID) (model.Receipt, error) {
	return d.EndSession(ctx, in.Session)
}

func (d *door) startAccessReview(ctx context.Context, _ *none) (model.AccessReview, error) {
	return d.StartAccessReview(ctx)
}
