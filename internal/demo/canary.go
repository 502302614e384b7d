package demo

import (
	"context"
	"errors"
	"fmt"

	"slipway.dev/client/model"
	"slipway.dev/examples"
)

// canary is the chapter of the judge: what a release does to the business flows decides
// whether it gets all users, and how fast.
func canary() chapter {
	good := inTurn(pick("good-2"))
	slow := inTurn(pick("slow-to-publish", "good-1"))
	return chapter{
		name: "canary", platform: "platform", environments: []string{dev}, rate: 400, judged: []string{"tickets", "concerts"}, open: openJudged, play: playCanary,
		busy: "One thing after the other: the last release is still judged. r takes it back, q quits.",
		hint: "b breaks 5 orders of 100. s makes organisers wait, which Slipway only warns of; s again mends it.",
		keys: []key{
			{'b', "breaks", true, func(ctx context.Context, s *stage) error {
				return s.shipTo(ctx, named("some-orders-fail"), s.judgeBreaking)
			}},
			{'s', "slows", true, func(ctx context.Context, s *stage) error { return s.shipTo(ctx, slow(), s.judgeSlow) }},
			{'g', "good", true, func(ctx context.Context, s *stage) error { return s.shipGood(ctx, good()) }},
			{'r', "roll back", false, goBack},
		},
	}
}

func openJudged(ctx context.Context, s *stage) error {
	if err := openShop(ctx, s); err != nil {
		return err
	}
	s.say("Six business flows go through the shop, and Slipway sees each of their requests. purchase-ticket matters most, create-upcoming-concerts least.")
	s.say("tickets and concerts go in by evidence, without percentages and pauses: 1%% of the users get a release first, and more as doubts fade.")
	return nil
}

// playCanary tells of two releases at once: one breaks a flow for a few, one slows down a flow
// that matters little.
func playCanary(ctx context.Context, s *stage) error {
	breaking, err := s.commitBad(ctx, named("some-orders-fail"))
	if err != nil {
		return err
	}
	if _, err := s.built(ctx, breaking.Service, breaking.commit); err != nil { // of two commits at once, only the last would be released
		return err
	}
	slow, err := s.commitBad(ctx, named("slow-to-publish"))
	if err != nil {
		return err
	}
	slowJudged := make(chan error, 1)
	go func() { slowJudged <- s.judgeSlow(ctx, slow) }()
	err = s.judgeBreaking(ctx, breaking)
	return errors.Join(err, <-slowJudged)
}

// shipTo commits a version and has it judged.
func (s *stage) shipTo(ctx context.Context, v examples.Variant, judge func(context.Context, shipped) error) error {
	c, err := s.commitBad(ctx, v)
	if err != nil {
		return err
	}
	return judge(ctx, c)
}

// commitBad commits a version, and says what is the matter with it.
func (s *stage) commitBad(ctx context.Context, v examples.Variant) (shipped, error) {
	if v.Good {
		s.say("A good release of %s is committed.", v.Service)
	} else {
		s.say("A release of %s is committed. %s", v.Service, troubles[v.Name])
	}
	return s.commit(ctx, v)
}

// judgeBreaking follows what breaks the purchase of tickets for a few.
func (s *stage) judgeBreaking(ctx context.Context, c shipped) error {
	before := s.crowd.hitIn(purchase.flow)
	d, err := s.arrives(ctx, c)
	if err != nil {
		return err
	}
	if err := s.wanted(d, "rolledBack"); err != nil || s.takenBack(d) {
		return err
	}
	found, err := judged(d)
	if err != nil {
		return err
	}
	host := s.chapter.host(d.Environment)
	found.Seconds = round(s.crowd.last(host, d.Service, c.version).Sub(s.crowd.first(host, d.Service, c.version)).Seconds(), 1)
	found.UsersHit = s.crowd.hitIn(purchase.flow) - before
	s.marks.addCanary(found)
	s.table(evidence(*d.Judge))
	s.say("%s  users had it for %s, and %s met an error. Nobody had to look, and no threshold was set.", d.Service, seconds(found.Seconds), count(found.UsersHit, "user"))
	return nil
}

// judgeSlow follows what does all right but, perhaps, slow down a flow of low criticality.
func (s *stage) judgeSlow(ctx context.Context, c shipped) error {
	host := s.chapter.host(dev)
	old := s.crowd.newest(host, c.Service)
	d, err := s.arrives(ctx, c)
	if err != nil {
		return err
	}
	if err := s.wanted(d, "completed"); err != nil || s.takenBack(d) {
		return err
	}
	if d.Judge == nil {
		return &Otherwise{fmt.Sprintf("%s was completed, and not judged", d.ID)}
	}
	took := round(s.crowd.last(host, d.Service, old).Sub(s.crowd.first(host, d.Service, c.version)).Seconds(), 1)
	flow := warned(*d.Judge)
	s.marks.addPromoted(Promoted{Service: d.Service, Seconds: took}, flow)
	s.table(evidence(*d.Judge))
	s.say("%s  what matters is proven fine, so it went from 1%% of the users to all in %s.", d.Service, seconds(took))
	switch {
	case flow != nil:
		s.say("%s  a warning stays: %s is worse. That is of low criticality, and no reason to take a release back.", d.Service, flow.Flow)
	case !c.Good:
		return &Otherwise{fmt.Sprintf("nobody is warned of %q", c.Subject)}
	}
	return nil
}

// evidence are the rows of a judgement's table: what was known of each flow in the end.
func evidence(j model.Judgement) []row {
	marks := map[string]string{"rollback": "fail", "promote": "pass", "hold": "unknown"}
	var rows []row
	for _, f := range j.Flows {
		if f.Canary.Requests == 0 {
			continue
		}
		r := row{mark: marks[f.Verdict], name: f.Flow, text: []string{fmt.Sprintf("%s: %d of %d requests failed, %d of %d of the old release.",
			f.Criticality, f.Canary.Errors, f.Canary.Requests, f.Baseline.Errors, f.Baseline.Requests)}}
		if w := warned(j); w != nil && w.Flow == f.Flow {
			r.mark = "waived"
		}
		if f.Reason != "" && f.Verdict != "rollback" { // that would say the same again
			r.text = append(r.text, "→ "+f.Reason)
		}
		rows = append(rows, r)
	}
	return rows
}
