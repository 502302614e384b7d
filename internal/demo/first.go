package demo

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/examples"
)

// first is the chapter of the main job: a commit is live without a failed request, and one
// command takes it back.
func first() chapter {
	goods, bads := pick("good-1", "good-2"), pick("no-start", "smoke-fails", "errors-under-load", "leaks")
	good, bad := inTurn(goods), inTurn(bads)
	return chapter{
		name: "first", platform: "platform", environments: []string{dev}, rate: 150, open: openShop,
		busy: "One thing after the other: the last release is still on its way. r takes it back, q quits.", play: playFirst,
		keys: []key{
			{'g', "good", true, func(ctx context.Context, s *stage) error { return s.shipGood(ctx, good()) }},
			{'b', "bad", true, func(ctx context.Context, s *stage) error { return s.shipBad(ctx, bad()) }},
			{'r', "roll back", false, goBack},
		},
	}
}

// openShop brings the shop up: one service first, then the rest.
func openShop(ctx context.Context, s *stage) error {
	source := model.Source{Name: sourceName, URL: s.repo.dir, Branch: "main", Kind: "service"}
	s.say("A new repository with one service: Slipway is to watch its branch main.")
	if _, err := s.house.client.AddSource(ctx, source); err != nil {
		return err
	}
	lane, err := s.live(ctx, "concerts")
	if err != nil {
		return err
	}
	s.last.Store(&lane.Service)
	s.say("concerts  is live, %s after the start: %s", seconds(since(s.start)), strings.Join(lane.URLs, " "))
	s.say("Users arrive: %d requests per second through the edge. Whatever happens from here on, none may fail.", s.chapter.rate)
	s.crowd.arrive(context.WithoutCancel(ctx), s.house.edge, s.chapter.rate, shopHost)

	if _, _, err := s.push(ctx, "Sell tickets", "."); err != nil {
		return err
	}
	s.say("The next commit adds four services. Only what changed is built: concerts stays as it is.")
	if err := s.settled(ctx, "concerts", "tickets", "payments", "signin", "telemetry"); err != nil {
		return err
	}
	s.crowd.shop.Store(true)
	s.say("All five are live after %s. Users now sign in and buy tickets, too.", seconds(since(s.start)))
	return nil
}

// live waits until users can reach a service. Its first release may still be watched then.
func (s *stage) live(ctx context.Context, service string) (model.Lane, error) {
	for {
		lanes, err := s.house.client.Lanes(ctx)
		if err != nil {
			return model.Lane{}, err
		}
		at := slices.IndexFunc(lanes, func(l model.Lane) bool { return l.Service == service })
		if at >= 0 {
			l := lanes[at]
			if err := buildFailed(l); err != nil {
				return l, err
			}
			if l.Current != nil || l.Active != nil && !l.Active.LiveAt.IsZero() {
				return l, nil
			}
		}
		if err := errors.Join(s.sound(ctx), pause(ctx)); err != nil {
			return model.Lane{}, err
		}
	}
}

func buildFailed(l model.Lane) error {
	if l.Pending == nil || l.Pending.Status != "failed" {
		return nil
	}
	return &Otherwise{"the build of " + l.Service + " failed: " + l.Pending.Error}
}

// settled waits until these services run.
func (s *stage) settled(ctx context.Context, services ...string) error {
	for len(services) > 0 {
		lanes, err := s.house.client.Lanes(ctx)
		if err != nil {
			return err
		}
		for _, l := range lanes {
			if err := buildFailed(l); err != nil {
				return err
			}
			at := slices.Index(services, l.Service)
			if at >= 0 && l.Current != nil && l.Active == nil {
				s.say("%s  release %s %s.", s.chapter.tag(l.Service, l.Environment), l.Current.Release, running(l))
				services = slices.Delete(services, at, at+1)
			}
		}
		if err := errors.Join(s.sound(ctx), pause(ctx)); err != nil {
			return err
		}
	}
	return nil
}

// sound is an error if one of the first releases did not get in.
func (s *stage) sound(ctx context.Context) error {
	all, err := s.house.client.Deployments(ctx, model.DeploymentsQuery{Environment: dev})
	for _, d := range all {
		if slices.Contains(ends, d.Outcome) && d.Outcome != "completed" {
			return s.wanted(d, "completed")
		}
	}
	return err
}

// playFirst tells the rest without a person: good releases, a bad one, and the way back.
func playFirst(ctx context.Context, s *stage) error {
	if err := s.shipGood(ctx, named("good-1")); err != nil {
		return err
	}
	if err := s.shipBad(ctx, named("errors-under-load")); err != nil {
		return err
	}
	if err := s.shipGood(ctx, named("good-2")); err != nil {
		return err
	}
	s.say("Somebody does not like that one: a single request takes it back.")
	d, err := s.rollback(ctx, "tickets", dev)
	if err != nil {
		return err
	}
	return s.wanted(d, "completed")
}

func (s *stage) shipGood(ctx context.Context, v examples.Variant) error {
	s.say("A good release of %s is committed.", v.Service)
	d, err := s.ship(ctx, v)
	if err != nil {
		return err
	}
	return s.wanted(d, "completed")
}

// troubles say what to watch for, by variant.
var troubles = map[string]string{
	"no-start":          "It will not even start. No user can notice: it gets no request before it is healthy.",
	"smoke-fails":       "It starts and is healthy, but does not do its job. The smoke check sees that before a user does.",
	"errors-under-load": "It passes every check, and fails once it has served for a while. Only a part of the users gets it.",
	"leaks":             "It works, and eats memory until the limit ends it.",
	"some-orders-fail":  "It passes every check, and breaks the purchase of tickets, for 5 customers of 100.",
	"slow-to-publish":   "It is right, but organisers have to wait when they publish a concert. Nobody who buys notices.",
}

func (s *stage) shipBad(ctx context.Context, v examples.Variant) error {
	s.say("A bad release of %s is committed. %s", v.Service, troubles[v.Name])
	d, err := s.ship(ctx, v)
	if err != nil {
		return err
	}
	return s.wanted(d, "rolledBack")
}

// goBack rolls back what was shipped last and is there, or on its way.
func goBack(ctx context.Context, s *stage) error {
	lanes, err := s.house.client.Lanes(ctx)
	if err != nil {
		return err
	}
	service := toLeave(lanes, *s.last.Load())
	if service == "" {
		s.say("There is nothing to go back to: what Slipway took back is gone already. Press g first.")
		return nil
	}
	s.say("Back with %s, on request.", service)
	_, err = s.rollback(ctx, service, dev)
	if refused(err) {
		s.say("%s  cannot go back: %s.", service, err)
		return nil
	}
	return err
}

// toLeave picks the service to go back with: what was shipped last if it is on its way, or
// else the one that completed last and has something to go back to; "" if there is none.
func toLeave(lanes []model.Lane, shipped string) string {
	var found string
	var at time.Time
	for _, l := range lanes {
		if l.Service == shipped && l.Active != nil {
			return shipped
		}
		if l.Current != nil && len(l.Kept) > 0 && l.Current.CompletedAt.After(at) {
			found, at = l.Service, l.Current.CompletedAt
		}
	}
	return found
}

// pick gives versions by their names, in that order.
func pick(names ...string) []examples.Variant {
	var list []examples.Variant
	for _, name := range names {
		list = append(list, named(name))
	}
	return list
}

func named(name string) examples.Variant {
	all := examples.Variants()
	return all[slices.IndexFunc(all, func(v examples.Variant) bool { return v.Name == name })]
}

// inTurn gives one after the other, over and over.
func inTurn(list []examples.Variant) func() examples.Variant {
	n := -1
	return func() examples.Variant {
		n = (n + 1) % len(list)
		return list[n]
	}
}
