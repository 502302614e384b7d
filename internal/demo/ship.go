package demo

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/examples"
)

// sourceName is what the shop's repository is called in the control plane.
const sourceName = "shop"

// shipped is a version of a service that was committed.
type shipped struct {
	examples.Variant
	version, commit string
	at              time.Time
}

// ship commits a version of a service and follows it until it has ended.
func (s *stage) ship(ctx context.Context, v examples.Variant) (model.Deployment, error) {
	c, err := s.commit(ctx, v)
	if err != nil {
		return model.Deployment{}, err
	}
	return s.arrives(ctx, c)
}

// commit commits a version of a service.
func (s *stage) commit(ctx context.Context, v examples.Variant) (shipped, error) {
	s.number++
	c := shipped{Variant: v, version: strconv.Itoa(s.number)}
	err := v.Apply(s.repo.dir, c.version)
	if err != nil {
		return c, err
	}
	s.last.Store(&v.Service)
	c.commit, c.at, err = s.push(ctx, v.Subject, "services/"+v.Service)
	if err == nil {
		s.say("%s  commit %.7s: %q", s.chapter.tag(v.Service, dev), c.commit, v.Subject)
	}
	return c, err
}

// arrives follows a version until its deployment has ended.
func (s *stage) arrives(ctx context.Context, c shipped) (model.Deployment, error) {
	d, rel, err := s.follow(ctx, c.Service, c.commit)
	if err != nil {
		return d, err
	}
	s.tellEnd(d)
	live := s.crowd.first(s.chapter.host(dev), c.Service, c.version)
	if d.Outcome != "completed" || d.Judge != nil || live.IsZero() { // one user of a hundred sees what is judged, and that one may come late
		return d, nil
	}
	began, err := s.appStart(ctx, d)
	if err != nil {
		return d, err
	}
	s.marks.addLive(live.Sub(c.at), rel.BuildSeconds, began)
	s.say("%s  the first user saw it %s after the commit; %s of that is its own build and start.", s.chapter.tag(c.Service, dev),
		seconds(live.Sub(c.at).Seconds()), seconds(rel.BuildSeconds+began.Seconds()))
	return d, nil
}

// push commits, and tells the control plane as a forge's webhook or a git hook would. The
// time is that of the commit: git itself keeps it in whole seconds only.
func (s *stage) push(ctx context.Context, subject string, paths ...string) (commit string, at time.Time, err error) {
	if commit, err = s.repo.commit(ctx, subject, paths...); err != nil {
		return "", at, err
	}
	at = time.Now()
	_, err = s.house.client.PollSource(ctx, sourceName)
	return commit, at, err
}

// appStart is how long the first instance of a deployment took from the start of its process
// until it was healthy, by the journal.
func (s *stage) appStart(ctx context.Context, d model.Deployment) (time.Duration, error) {
	seen, err := s.observed(ctx, d)
	if err != nil || len(seen) == 0 {
		return 0, err
	}
	var began time.Time
	for _, o := range seen {
		switch {
		case o.ID != seen[0].ID:
		case began.IsZero():
			began = o.at
		case o.State == "healthy":
			return o.at.Sub(began), nil
		}
	}
	return 0, nil
}

// rollback goes back in a service as a person would, and tells how long users still got
// what it went back from.
func (s *stage) rollback(ctx context.Context, service, environment string) (model.Deployment, error) {
	before, err := s.house.client.Lane(ctx, service, environment)
	if err != nil {
		return model.Deployment{}, err
	}
	host := s.chapter.host(environment)
	version, at := s.crowd.newest(host, service), time.Now()
	receipt, err := s.house.client.Rollback(ctx, model.RollbackRequest{Service: service, Environment: environment, Reason: "somebody asked for it"})
	if err != nil {
		return model.Deployment{}, err
	}
	if before.Active != nil { // whoever follows that tells the rest
		s.asked.Store(&receipt.Deployment)
		return *before.Active, nil
	}
	d, err := s.await(client.Await(ctx, receipt.Position), service, environment, func(d model.Deployment) bool { return d.ID == receipt.Deployment })
	if err != nil {
		return d, err
	}
	s.tellEnd(d)
	if d.Outcome != "completed" {
		return d, nil
	}
	took := max(s.crowd.last(host, service, version).Sub(at), time.Duration(d.RollbackMillis*float64(time.Millisecond)))
	s.marks.addBack(took)
	how := "its instances had to be started again"
	if len(before.Kept) > 0 && before.Kept[0].Warm {
		how = "its instances were still warm"
	}
	s.say("%s  %d ms after the request, no user got the other one any more; nothing was built, and %s.", s.chapter.tag(service, environment), took.Milliseconds(), how)
	return d, nil
}

// takenBack says whether a person took a deployment back while it was under way.
func (s *stage) takenBack(d model.Deployment) bool {
	asked := s.asked.Load()
	return d.Outcome == "rolledBack" && asked != nil && *asked == d.ID
}

// wanted makes an error of an outcome that the chapter does not tell of.
func (s *stage) wanted(d model.Deployment, outcome string) error {
	if d.Outcome == outcome || s.takenBack(d) {
		return nil
	}
	return &Otherwise{fmt.Sprintf("release %s of %s was to be %s, and is %s: %s", d.Release, d.Service, outcome, d.Outcome, d.Reason)}
}
