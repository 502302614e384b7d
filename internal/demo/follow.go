package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

// lookEvery is the time between two looks at what is under way.
const lookEvery = 50 * time.Millisecond

// ends are the outcomes that a deployment stays at.
var ends = []string{"completed", "failed", "rolledBack", "rollbackFailed", "superseded", "aborted", "held"}

// follow tells of a commit of a service until its deployment has ended.
func (s *stage) follow(ctx context.Context, service, commit string) (model.Deployment, model.Release, error) {
	rel, err := s.built(ctx, service, commit)
	if err != nil {
		return model.Deployment{}, rel, err
	}
	s.say("%s  release %s is built, in %s; the artifact and its provenance are signed.", s.chapter.tag(service, dev), rel.ID, seconds(rel.BuildSeconds))
	d, err := s.await(ctx, service, dev, func(d model.Deployment) bool { return d.Release == rel.ID })
	return d, rel, err
}

// built waits until a commit's release is built.
func (s *stage) built(ctx context.Context, service, commit string) (model.Release, error) {
	for {
		all, err := s.house.client.Releases(ctx, service, 0)
		if err != nil && ctx.Err() != nil {
			return model.Release{}, err
		}
		at := slices.IndexFunc(all, func(r model.Release) bool { return r.Commit == commit })
		switch {
		case at >= 0 && all[at].Status == "built":
			return all[at], nil
		case at >= 0 && all[at].Status == "failed":
			return all[at], &Otherwise{fmt.Sprintf("the build of %s at %.7s failed: %s", service, commit, all[at].Error)}
		}
		if err := pause(ctx); err != nil {
			return model.Release{}, err
		}
	}
}

// await tells of a deployment until it has ended.
func (s *stage) await(ctx context.Context, service, environment string, is func(model.Deployment) bool) (model.Deployment, error) {
	told := ""
	for {
		d, found, err := s.find(ctx, service, environment, is)
		if err != nil {
			return d, err
		}
		if found && slices.Contains(ends, d.Outcome) {
			return d, nil
		}
		if text := phase(d); text != told && text != "" {
			told = text
			s.say("%s  %s", s.chapter.tag(service, environment), text)
		}
		if err := pause(ctx); err != nil {
			return d, err
		}
	}
}

// find finds a deployment: the active one, of which more is known, or one that has ended.
func (s *stage) find(ctx context.Context, service, environment string, is func(model.Deployment) bool) (model.Deployment, bool, error) {
	lane, err := s.house.client.Lane(ctx, service, environment)
	if client.CodeOf(err) == "notFound" {
		return model.Deployment{}, false, nil
	}
	if err != nil {
		return model.Deployment{}, false, err
	}
	if lane.Active != nil && is(*lane.Active) {
		return *lane.Active, true, nil
	}
	all, err := s.house.client.Deployments(ctx, model.DeploymentsQuery{Service: service, Environment: environment, Limit: 20})
	if at := slices.IndexFunc(all, is); at >= 0 {
		return all[at], true, err
	}
	return model.Deployment{}, false, err
}

// phase puts what a deployment does into words for who sees one for the first time.
func phase(d model.Deployment) string {
	switch d.Outcome {
	case "preparing":
		return "new instances start beside the old ones; no user sees them yet."
	case "checking":
		return "smoke checks ask the new instances what a user would ask."
	case "shifting":
		if d.Weight > 0 && d.Weight < 100 {
			return fmt.Sprintf("%d%% of the requests go to the new release.", d.Weight)
		}
	case "observing":
		return "all requests go to the new release; it is watched for a while."
	case "rollingBack":
		return "all requests go back to the release before."
	}
	return ""
}

// tellEnd tells how a deployment ended.
func (s *stage) tellEnd(d model.Deployment) {
	tag := s.chapter.tag(d.Service, d.Environment)
	switch {
	case d.Cause == "rollback" && d.Outcome == "completed":
		s.say("%s  back on release %s, and its smoke checks passed again.", tag, d.Release)
	case d.Outcome == "completed":
		s.say("%s  release %s is completed after %s.", tag, d.Release, seconds(d.Seconds))
	case s.takenBack(d):
		s.say("%s  release %s was taken back on request.", tag, d.Release)
	case d.Outcome == "rolledBack":
		s.say("%s  release %s was taken back by itself: %s", tag, d.Release, strings.TrimRight(d.Reason, "."))
	default:
		s.say("%s  release %s is %s: %s.", tag, d.Release, d.Outcome, strings.TrimRight(d.Reason, "."))
	}
}

// observation is what the journal says of an instance.
type observation struct {
	at    time.Time
	ID    string
	State string
}

// observed gives what was seen of a deployment's instances, in order.
func (s *stage) observed(ctx context.Context, d model.Deployment) ([]observation, error) {
	entries, err := s.house.client.Audit(ctx, model.AuditQuery{Machine: "deploy/" + d.Service + "/" + d.Environment, Limit: 10000})
	if err != nil {
		return nil, err
	}
	var seen []observation
	for _, e := range entries {
		o := observation{at: e.At}
		if e.Type == "instance.observed" && json.Unmarshal(e.Data, &o) == nil && len(o.ID) > len(d.ID) && o.ID[:len(d.ID)+1] == d.ID+"." {
			seen = append(seen, o)
		}
	}
	return seen, nil
}

// pause waits a little.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(lookEvery):
		return nil
	}
}
