package demo

import (
	"context"

	"slipway.dev/examples"
)

// adaCommits ships a change to dev.
func (s *stage) adaCommits(ctx context.Context, v examples.Variant) error {
	s.say("ada commits a change. dev asks nobody: it goes in by itself.")
	d, err := s.ship(ctx, v)
	if err != nil {
		return err
	}
	return s.wanted(d, "completed")
}

// playPromote tells the rest without a person: a change of ada's on its way to prod, and back.
func playPromote(ctx context.Context, s *stage) error {
	if err := s.adaCommits(ctx, named("good-1")); err != nil {
		return err
	}
	staging, err := s.ask(ctx, "staging", 0)
	if err != nil {
		return err
	}
	s.say("ada wrote it, so her approval cannot count, although she holds the role.")
	if err := s.tries(ctx, staging, author, false); err != nil {
		return err
	}
	if err := s.approve(ctx, staging, "bob"); err != nil {
		return err
	}
	if err := s.enters(ctx, staging); err != nil {
		return err
	}
	if err := s.playProd(ctx); err != nil {
		return err
	}
	s.say("Somebody wants the old one back in prod. It was there before: a way back asks nobody.")
	d, err := s.rollback(ctx, service, "prod")
	if err != nil {
		return err
	}
	return s.wanted(d, "completed")
}

// playProd tells of the door of prod, where two must approve, and of time.
func (s *stage) playProd(ctx context.Context) error {
	prod, err := s.ask(ctx, "prod", playAhead)
	if err != nil {
		return err
	}
	if err := s.tries(ctx, prod, author, true); err != nil {
		return err
	}
	if err := s.approve(ctx, prod, "bob", "cleo"); err != nil {
		return err
	}
	if err := s.tries(ctx, prod, "dan", false); err != nil {
		return err
	}
	if err := s.tomorrow(ctx); err != nil {
		return err
	}
	s.say("prod  has its two approvals. It goes in by itself as soon as nothing else is missing.")
	return s.enters(ctx, prod)
}
