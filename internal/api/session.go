package api

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
)

// SignIn is what Control offers to who is not signed in, and to who is for their own account.
type SignIn interface {
	SignInWays(ctx context.Context) (model.SignInWays, error)
	SignIn(ctx context.Context, s model.SignIn, from model.Client) (model.SignedIn, error)
	BeginPasskey(ctx context.Context, from model.Client) (model.Ceremony, error)
	FinishPasskey(ctx context.Context, d model.CeremonyDone, from model.Client) (model.SignedIn, error)
	BeginEnroll(ctx context.Context, r model.EnrollRequest, from model.Client) (model.Enrolling, error)
	FinishEnroll(ctx context.Context, d model.EnrollDone, from model.Client) (model.SignedIn, error)

	Whoami(ctx context.Context) (model.Whoami, error)
	SignOut(ctx context.Context) (model.Receipt, error)
	ChangePassword(ctx context.Context, p model.PasswordChange) (model.Receipt, error)
	BeginNewPasskey(ctx context.Context) (model.Ceremony, error)
	FinishNewPasskey(ctx context.Context, d model.CeremonyDone) (model.Receipt, error)
	RemovePasskey(ctx context.Context, id string) (model.Receipt, error)
}

// fromIn is the input of an operation that must know who calls as far as can be seen.
type fromIn[T any] struct {
	Body    T
	request *http.Request
}

// Resolve keeps the request.
func (in *fromIn[T]) Resolve(hc huma.Context) []error {
	in.request, _ = humago.Unwrap(hc)
	return nil
}

func (in *fromIn[T]) client(program bool) model.Client { return clientOf(in.request, program) }

func clientOf(r *http.Request, program bool) model.Client {
	c := model.Client{Agent: r.UserAgent(), Address: "socket", Program: program}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		c.Address = host
	}
	return c
}

// signedIn answers with a session: a program gets its value in the body, a browser as a
// cookie that no script can read.
type signedIn struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      model.SignedIn
}

// signs binds a handler that begins a session.
func signs[T any](f func(context.Context, *fromIn[T]) (model.SignedIn, bool, error)) binding {
	return func(d *door, api huma.API, op huma.Operation) {
		huma.Register(api, op, func(ctx context.Context, in *fromIn[T]) (*signedIn, error) {
			s, program, err := f(ctx, in)
			if err != nil {
				return nil, d.problemOf(ctx, err)
			}
			d.endOld(in.request)
			if program {
				return &signedIn{Body: s}, nil
			}
			out := &signedIn{Body: s, SetCookie: []http.Cookie{d.cookie(s.Value, s.Expires)}}
			out.Body.Value = ""
			return out, nil
		})
	}
}

// cookie keeps a session in a browser. With TLS no other site, and no plain http, can set it.
func (d *door) cookie(value string, expires time.Time) http.Cookie {
	return http.Cookie{ //nolint:gosec // Secure is set wherever there is TLS; without it, on loopback, browsers would drop the cookie
		Name: d.cookieName("slipway"), Value: value, Path: "/", Expires: expires,
		HttpOnly: true, Secure: d.Secure, SameSite: http.SameSiteLaxMode,
	}
}

// noCookie has a browser forget one.
func (d *door) noCookie(name string) http.Cookie {
	c := d.cookie("", time.Unix(1, 0)) //nolint:gosec // see cookie
	c.Name, c.MaxAge = d.cookieName(name), -1
	return c
}

func (d *door) cookieName(name string) string {
	if d.Secure {
		return "__Host-" + name
	}
	return name
}

// endOld ends the session that a browser had before it signed in anew.
func (d *door) endOld(r *http.Request) {
	if who, ok := d.byCookie(r); ok {
		_, _ = d.SignOut(d.As(r.Context(), who)) // it has a new one whether or not this ends
	}
}

// byCookie finds out whose session a browser has.
func (d *door) byCookie(r *http.Request) (access.Caller, bool) {
	c, err := r.Cookie(d.cookieName("slipway"))
	if err != nil || d.Authenticate == nil {
		return access.Caller{}, false
	}
	who, err := d.Authenticate(r.Context(), c.Value)
	return who, err == nil && who.Session != "" // a token is no cookie
}

func (d *door) signInWays(ctx context.Context, _ *none) (model.SignInWays, error) {
	return d.SignInWays(ctx)
}

func (d *door) signIn(ctx context.Context, in *fromIn[model.SignIn]) (model.SignedIn, bool, error) {
	s, err := d.SignIn(ctx, in.Body, in.client(in.Body.Program))
	return s, in.Body.Program, err
}

func (d *door) beginPasskey(ctx context.Context, in *fromIn[struct{}]) (model.Ceremony, error) {
	return d.BeginPasskey(ctx, in.client(false))
}

func (d *door) finishPasskey(ctx context.Context, in *fromIn[model.CeremonyDone]) (model.SignedIn, bool, error) {
	s, err := d.FinishPasskey(ctx, in.Body, in.client(in.Body.Program))
	return s, in.Body.Program, err
}

func (d *door) beginEnroll(ctx context.Context, in *fromIn[model.EnrollRequest]) (model.Enrolling, error) {
	return d.BeginEnroll(ctx, in.Body, in.client(false))
}

func (d *door) finishEnroll(ctx context.Context, in *fromIn[model.EnrollDone]) (model.SignedIn, bool, error) {
	s, err := d.FinishEnroll(ctx, in.Body, in.client(in.Body.Program))
	return s, in.Body.Program, err
}

func (d *door) whoami(ctx context.Context, _ *none) (model.Whoami, error) { return d.Whoami(ctx) }

type signedOut struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      model.Receipt
}

// signOut ends the session and has the browser forget it.
func (d *door) signOut(_ *door, api huma.API, op huma.Operation) {
	huma.Register(api, op, func(ctx context.Context, _ *none) (*signedOut, error) {
		r, err := d.SignOut(ctx)
		if err != nil {
			return nil, d.problemOf(ctx, err)
		}
		return &signedOut{SetCookie: []http.Cookie{d.noCookie("slipway")}, Body: r}, nil
	})
}

func (d *door) changePassword(ctx context.Context, in *body[model.PasswordChange]) (model.Receipt, error) {
	return d.ChangePassword(ctx, in.Body)
}

func (d *door) beginNewPasskey(ctx context.Context, _ *none) (model.Ceremony, error) {
	return d.BeginNewPasskey(ctx)
}

func (d *door) finishNewPasskey(ctx context.Context, in *body[model.CeremonyDone]) (model.Receipt, error) {
	return d.FinishNewPasskey(ctx, in.Body)
}

type passkeyID struct {
	Passkey string `path:"passkey" maxLength:"400"`
}

func (d *door) removePasskey(ctx context.Context, in *passkeyID) (model.Receipt, error) {
	return d.RemovePasskey(ctx, in.Passkey)
}
