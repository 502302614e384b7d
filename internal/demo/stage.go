package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"slipway.dev/client/model"
)

// dev is the first environment of every chapter: releases go in there by themselves.
const dev = "dev"

// shopHost is where users find the shop.
const shopHost = "shop.localhost"

// teller tells a person, a line at a time, or shows a table.
type teller interface {
	say(format string, args ...any)
	table(rows []row)
}

// stage is the world that a chapter plays in.
type stage struct {
	teller
	chapter chapter
	house   *house
	repo    *repo
	crowd   *crowd
	start   time.Time
	number  int                    // of the last version that was committed
	last    atomic.Pointer[string] // service that was last shipped
	asked   atomic.Pointer[string] // deployment that a person took back while it was under way
	frozen  atomic.Bool            // prod has a freeze
	marks   measures
	people  people
	doors   doors
}

func newStage(t teller, c chapter) *stage {
	return &stage{teller: t, chapter: c, start: time.Now(), number: 1, crowd: newCrowd()}
}

// open starts a control plane with a shop that nobody has deployed yet.
func (s *stage) open(ctx context.Context, o Options) error {
	if err := needs(); err != nil {
		return err
	}
	var err error
	if s.house, err = startHouse(o); err != nil {
		return err
	}
	s.say("The page is at %s - keep it open beside this.", s.house.page)
	if _, err := os.Stat(filepath.Join(o.Cache, "go-build")); err != nil {
		s.say("The first build on this machine compiles Go's standard library; that takes half a minute, once.")
	}
	if s.repo, err = makeRepo(ctx, filepath.Join(s.house.dir, "shop"), s.chapter.judged...); err != nil {
		return err
	}
	if err := s.house.ready(ctx); err != nil {
		return err
	}
	platform, err := s.repo.platform(s.chapter.platform)
	if err != nil {
		return err
	}
	if err := s.apply(ctx, "platform", platform); err != nil {
		return err
	}
	_, err = s.house.client.SetSecret(ctx, "payment-key", []byte(rand.Text()))
	return err
}

// apply brings in a manifest, as those do who run the platform.
func (s *stage) apply(ctx context.Context, source, content string) error {
	result, err := s.house.client.Apply(ctx, model.ApplyRequest{Source: source, Files: []model.File{{Name: source + ".yaml", Content: content}}})
	if err == nil && len(result.Problems) > 0 {
		err = errors.New(result.Problems[0].Text)
	}
	if err != nil {
		return fmt.Errorf("bring in the manifests of %s: %w", source, err)
	}
	return nil
}

// close ends all that the stage has started.
func (s *stage) close() error {
	s.crowd.stop()
	s.people.close()
	if s.house == nil {
		return nil
	}
	s.say("Stopping the shop, the edge and the control plane.")
	return s.house.stop()
}

// because adds the control plane's last words to an error, if it is gone.
func (s *stage) because(err error) error {
	if err == nil || s.house == nil || s.house.ended == nil {
		return err
	}
	select {
	case <-s.house.ended:
		return s.house.died()
	default:
		return err
	}
}

// result sums up, and has the journal verified.
func (s *stage) result(ctx context.Context) (Result, error) {
	deployments, err := s.house.client.Deployments(ctx, model.DeploymentsQuery{Limit: 1000})
	if err != nil {
		return Result{}, err
	}
	audit, err := s.house.client.VerifyAudit(ctx)
	if err != nil {
		return Result{}, err
	}
	r := s.marks.result(deployments, audit, s.crowd.stop())
	r.Promotions, err = s.promotions(ctx)
	return r, err
}
