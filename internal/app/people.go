package app

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"slipway.dev/internal/api"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/drive/people"
	"slipway.dev/internal/drive/source"
	"slipway.dev/internal/identity"
)

// OIDC says which identity provider people may sign in with; no issuer: none.
type OIDC struct {
	Issuer string
	Client string // who we are to it
	Secret string // name of the secret that proves it; empty: a public client
}

// openPeople makes the driver of accounts.
func (h *house) openPeople() (err error) {
	h.people, err = people.New(people.Deps{Engine: h.engine, Box: h.vault.Box, Teams: h.teams, Log: h.Log})
	people.Register(h.engine)
	h.engine.HandleFacts("access", h.people.Facts)
	return err
}

// openSignIn makes the ways to sign in that depend on where the page is served.
func (h *house) openSignIn() (err error) {
	page := h.page()
	h.control.Page = page
	if u, err := url.Parse(page); err == nil && net.ParseIP(u.Hostname()) == nil && (u.Scheme == "https" || u.Hostname() == "localhost") {
		if h.people.Passkeys, err = identity.NewPasskeys(page, h.engine.Now); err != nil {
			return fault.New(fault.Invalid, "passkeys cannot be used at %s", page).Because(err).WithHint("name the page's address with --url")
		}
	}
	if h.OIDC.Issuer == "" {
		return nil
	}
	h.people.Provider, err = identity.NewProvider(identity.ProviderOptions{
		Issuer: h.OIDC.Issuer, ClientID: h.OIDC.Client, Callback: page + "session/callback", Secret: h.oidcSecret, Now: time.Now,
	})
	return err
}

func (h *house) oidcSecret(ctx context.Context) (string, error) {
	if h.OIDC.Secret == "" {
		return "", nil
	}
	_, value, err := h.vault.Current(ctx, h.OIDC.Secret)
	return strings.TrimSpace(string(value)), err
}

// page is the address of the page, with a slash at its end. On this machine it is called
// localhost: browsers make no passkeys for an IP address.
func (h *house) page() string {
	if h.URL != "" {
		return strings.TrimRight(h.URL, "/") + "/"
	}
	host, port, _ := net.SplitHostPort(h.Listen)
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		host = "localhost"
	}
	return h.scheme() + "://" + net.JoinHostPort(host, port) + "/"
}

// shown is the address of the page for people to open: for plain HTTP on this machine the
// number, which no resolver can lead astray.
func (h *house) shown() string {
	if h.URL == "" && !h.PageTLS.Set() {
		return "http://" + h.Listen + "/"
	}
	return h.page()
}

// scheme is what the page's listener speaks.
func (h *house) scheme() string {
	if h.PageTLS.Set() {
		return "https"
	}
	return "http"
}

// teams gives the teams that are in force.
func (h *house) teams(ctx context.Context) ([]manifest.Resource, error) {
	owned, err := source.Of(ctx, h.engine, manifest.KindTeam)
	var list []manifest.Resource
	for _, o := range owned {
		list = append(list, o.Resource)
	}
	return list, err
}

// callers tells whose value is sent: of a session, of a token, or that of the token file.
func (h *house) callers() (func(ctx context.Context, value string) (access.Caller, error), error) {
	file, err := api.TokenFile(h.dirs.Token())
	return func(ctx context.Context, value string) (access.Caller, error) {
		if kind, _, _ := identity.ParseValue(value); kind != "" {
			return h.people.Caller(ctx, value)
		}
		return file(ctx, value)
	}, err
}

// refused counts what was refused for want of a right.
func (h *house) refused(who access.Caller, _ access.Operation, _ access.Scope) {
	h.people.Suspect(access.RefusedRight, who.Actor.String())
}

// offerSetup prints the link that makes the first administrator, while there is nobody.
func (h *house) offerSetup(ctx context.Context) error {
	nobody, err := h.people.NobodyYet(ctx)
	if err != nil || !nobody {
		return err
	}
	link, until, err := h.people.OfferSetup(ctx, self)
	if err == nil {
		fmt.Fprintf(h.Out, "  set up    %ssetup#%s\n            makes the first account, once, until %s; a new link: slipway user setup\n",
			h.page(), link, until.Local().Format("Monday 15:04"))
	}
	return err
}
