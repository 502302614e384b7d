package demo

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/internal/identity"
)

// person is somebody with an account. What they say, they say signed in as themselves.
type person struct {
	name    string
	session *client.Client // signed in by password and one-time code
	token   *client.Client // a program of theirs
}

// people are those who work on the shop, by name.
type people map[string]*person

// titles are the people's names, by account. The commits are ada's.
var titles = map[string]string{"ada": "Ada Ticket", "bob": "Bob Stalls", "cleo": "Cleo Gallery", "dan": "Dan Foyer"}

// grants are their roles, by team; see platform-promote/platform.yaml for who is in which.
var grants = []model.Binding{
	{Subject: "team:programme", Role: "developer"},
	{Subject: "team:programme", Role: "approver"},
	{Subject: "team:box-office", Role: "approver"},
}

// hire makes the accounts as whoever runs the control plane does, and has each person set
// theirs up by its link.
func (s *stage) hire(ctx context.Context) (people, error) {
	all := people{}
	for name, title := range titles {
		p, err := s.house.enroll(ctx, name, title)
		if err != nil {
			all.close()
			return nil, fmt.Errorf("set up the account of %s: %w", name, err)
		}
		all[name] = p
	}
	for _, b := range grants {
		if _, err := s.house.client.Grant(ctx, b); err != nil {
			all.close()
			return nil, err
		}
	}
	return all, nil
}

// enroll makes an account, and does what its person would: password, authenticator, and a
// token for a program of theirs.
func (h *house) enroll(ctx context.Context, name, title string) (*person, error) {
	invitation, err := h.client.AddUser(ctx, model.NewUser{Name: name, Title: title})
	if err != nil {
		return nil, err
	}
	_, link, _ := strings.Cut(invitation.Link, "#")
	e, err := h.client.BeginEnroll(ctx, model.EnrollRequest{Link: link})
	if err != nil {
		return nil, err
	}
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(e.Secret)
	if err != nil {
		return nil, err
	}
	signed, err := h.client.FinishEnroll(ctx, model.EnrollDone{Flow: e.Flow, Password: rand.Text(), Code: identity.CodeAt(key, time.Now())})
	if err != nil {
		return nil, err
	}
	p := &person{name: name}
	if p.session, err = h.as(signed.Value); err != nil {
		return nil, err
	}
	token, err := p.session.MakeToken(ctx, model.NewToken{Name: "laptop", Scopes: []string{"read", "approve"}, Days: 1})
	if err != nil {
		return nil, err
	}
	p.token, err = h.as(token.Value)
	return p, err
}

// as is a client that acts for whom a session or a token is.
func (h *house) as(value string) (*client.Client, error) {
	return client.New(client.Options{Socket: h.socket(), Token: value})
}

func (all people) close() {
	for _, p := range all {
		p.session.Close()
		p.token.Close()
	}
}
