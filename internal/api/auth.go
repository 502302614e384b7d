package api

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/user"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
)

// authenticated lets a request in whose caller is known, and tells Control who it is. What
// the caller may do is Control's to decide.
func (d *door) authenticated(hc huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(hc)
	who, err := d.caller(r)
	if err != nil {
		p := d.problemOf(r.Context(), err)
		if _, local := peerOf(r.Context()); !local && p.Status == http.StatusForbidden {
			p.Status, p.Title = http.StatusUnauthorized, http.StatusText(http.StatusUnauthorized)
		}
		p.write(w)
		return
	}
	next(huma.WithContext(hc, d.As(r.Context(), who)))
}

// caller finds out who calls: over the unix socket by the kernel's word, otherwise by token.
func (d *door) caller(r *http.Request) (access.Caller, error) {
	if p, local := peerOf(r.Context()); local {
		who, err := p.caller()
		if err != nil || r.Header.Get("Authorization") == "" {
			return who, err
		}
		// Who runs the control plane may also act as somebody who is signed in.
	}
	if r.Header.Get("Authorization") == "" {
		if who, ok := d.byCookie(r); ok {
			return who, nil
		}
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "Bearer") || token == "" || d.Authenticate == nil {
		return access.Caller{}, errNoToken
	}
	who, err := d.Authenticate(r.Context(), token)
	if err != nil && fault.CodeOf(err) == fault.Internal {
		return access.Caller{}, errors.Join(errors.New("authenticate"), err)
	}
	return who, err
}

var errNoToken = fault.New(fault.Denied, "nobody is signed in").
	WithHint("slipway login; or send a token as `Authorization: Bearer …`")

// visitor puts into the context of a page's request who looks at it, if anybody is signed
// in. The page finds out by asking Control.
func (d *door) visitor(ctx context.Context, r *http.Request) context.Context {
	if who, err := d.caller(r); err == nil {
		return d.As(ctx, who)
	}
	return ctx
}

// peer is the process at the other end of a unix socket.
type peer struct {
	uid   int
	known bool // the kernel told
}

type peerKey struct{}

func peerOf(ctx context.Context) (peer, bool) {
	p, ok := ctx.Value(peerKey{}).(peer)
	return p, ok
}

// caller is the user at the other end: who runs the control plane, or root. Whoever that is
// could also be somebody else, so that it is no person.
func (p peer) caller() (access.Caller, error) {
	if !p.known || (p.uid != 0 && p.uid != os.Getuid()) {
		return access.Caller{}, fault.New(fault.Denied, "this socket is only for the user who runs the control plane").
			WithHint("use the HTTP address and a token")
	}
	id := strconv.Itoa(p.uid)
	if u, err := user.LookupId(id); err == nil {
		return access.HostCaller(u.Username), nil
	}
	return access.HostCaller("uid-" + id), nil
}
