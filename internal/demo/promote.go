package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/examples"
)

// How long before it is to go into prod ada asks: by herself, and when a person has to press
// the keys of two people or three meanwhile.
const (
	playAhead = 4 * time.Second
	liveAhead = 12 * time.Second
)

// author wrote every commit of the demo.
const author = "ada"

// promote is the chapter of the doors: a release is in dev by itself, in staging by one
// approval and in prod by two, none of them its author's.
func promote() chapter {
	next := inTurn([]examples.Variant{named("good-1")})
	return chapter{
		name: "promote", platform: "platform-promote", environments: []string{dev, "staging", "prod"}, rate: 60, open: openDoors, play: playPromote,
		busy: "One thing after the other: ada's last commit is still on its way to dev.",
		hint: "Try g and p, then a (refused: ada wrote it) and b. Then p again, b, c, d (refused: two have), and r.",
		keys: []key{
			{'g', "commit", true, func(ctx context.Context, s *stage) error { return s.adaCommits(ctx, next()) }},
			{'p', "promote", false, promoteNext},
			{'a', "ada", false, answerAs("ada")},
			{'b', "bob", false, answerAs("bob")},
			{'c', "cleo", false, answerAs("cleo")},
			{'d', "dan", false, answerAs("dan")},
			{'e', "explain", false, explainNext},
			{'r', "back", false, backInProd},
		},
	}
}

// openDoors brings a first release through all three environments.
func openDoors(ctx context.Context, s *stage) error {
	hired := make(chan error, 1)
	go func() {
		var err error
		s.people, err = s.hire(ctx)
		hired <- err
	}()
	err := s.openDev(ctx)
	if err := errors.Join(err, <-hired); err != nil {
		return err
	}
	s.say("Four people have accounts: ada, who writes the code, bob, cleo and dan. Each has signed in with a password and a one-time code.")
	s.say("The first release goes the whole way. staging comes after dev and asks for one approval; prod comes after staging and asks for two.")
	if err := s.goThrough(ctx, "staging", "bob"); err != nil {
		return err
	}
	s.crowd.visit(s.chapter.host(dev), s.chapter.host("staging"))
	if err := s.goThrough(ctx, "prod", "bob", "cleo"); err != nil {
		return err
	}
	s.crowd.visit(s.chapter.host(dev), s.chapter.host("staging"), shopHost, shopHost, shopHost)
	s.say("The shop is open in prod, after %s. Its users come, too.", seconds(since(s.start)))
	return nil
}

func (s *stage) openDev(ctx context.Context) error {
	s.say("A shop with three environments: dev, staging, prod. Each has a door, and a gate says who may enter.")
	if _, err := s.house.client.AddSource(ctx, model.Source{Name: sourceName, URL: s.repo.dir, Branch: "main", Kind: "service"}); err != nil {
		return err
	}
	if _, err := s.live(ctx, service); err != nil {
		return err
	}
	s.crowd.arrive(context.WithoutCancel(ctx), s.house.edge, s.chapter.rate, s.chapter.host(dev))
	s.say("dev  has its first release, %s after the start. dev asks nobody. From here on %d requests per second come through the edge; none may fail.", seconds(since(s.start)), s.chapter.rate)
	return s.settled(ctx, service)
}

// goThrough promotes into an environment with the approvals that it takes.
func (s *stage) goThrough(ctx context.Context, environment string, approvers ...string) error {
	p, err := s.promote(ctx, environment, 0)
	if err != nil {
		return err
	}
	if err := s.approve(ctx, p, approvers...); err != nil {
		return err
	}
	return s.enters(ctx, p)
}

// approve has people approve a promotion, which they may.
func (s *stage) approve(ctx context.Context, p *Promotion, names ...string) error {
	for _, name := range names {
		refused, err := s.answer(ctx, s.people[name], p.Deployment, false)
		if err != nil {
			return err
		}
		if refused != "" {
			return &Otherwise{fmt.Sprintf("%s may approve %s, and is refused: %s", name, p.Deployment, refused)}
		}
	}
	return nil
}

// tries has somebody approve who must not.
func (s *stage) tries(ctx context.Context, p *Promotion, name string, byToken bool) error {
	refused, err := s.answer(ctx, s.people[name], p.Deployment, byToken)
	if err == nil && refused == "" {
		err = &Otherwise{fmt.Sprintf("the approval of %s by %s is taken", p.Deployment, name)}
	}
	return err
}

// enters waits until a promotion has gone in.
func (s *stage) enters(ctx context.Context, p *Promotion) error {
	d, err := s.through(ctx, p)
	if err != nil {
		return err
	}
	return s.wanted(d, "completed")
}
