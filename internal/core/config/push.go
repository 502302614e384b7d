package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
)

// MaxResources is how many resources one source may hold: all of a push are taken in one
// commit, each with the messages that follow.
const MaxResources = 400

// push takes in what a source has now: each resource that is new or different is applied,
// each that is gone is removed, and each service that changed is released.
//
// A change of what governs that must be approved first is asked for, and counts as held only
// when it is settled: until then each push says again what the source wants instead.
func (s SourceState) push(p Pushed, f *Facts) (machine.Next[SourceState], error) {
	if s.Spec.URL != "" && p.Previous != s.Commit {
		return machine.Next[SourceState]{}, fault.New(fault.Conflict,
			"the push of %.12s to the source %s was compared with %.12q, but the last good commit is %.12q", p.Commit, s.Spec.Name, p.Previous, s.Commit)
	}
	s.Trouble, s.Mistakes = "", p.Problem
	s.Head = p.Commit
	if len(p.Items) > MaxResources {
		s.Mistakes = fmt.Sprintf("the source %s has %d resources; at most %d are taken", s.Spec.Name, len(p.Items), MaxResources)
	}
	if s.Mistakes != "" {
		return machine.Next[SourceState]{State: s}, nil
	}
	next := machine.Next[SourceState]{Guards: s.guards(f)}
	s.Conflicts, s.Asked = map[string]string{}, maps.Clone(s.Asked)
	holds := map[string]string{}
	if p.Partial {
		maps.Copy(holds, s.Holds)
	}
	for _, item := range p.Items {
		id := item.Kind + "/" + item.Name
		before, held := s.Holds[id]
		_, asked := s.Asked[id]
		different := !held || before != item.Digest || asked
		release := s.wanted(item, p, different)
		c := f.consent(item.Kind, item.Name)
		holds[id] = item.Digest
		s = s.asks(id, held && before != item.Digest && c.waits(item.Kind, true), item.Digest)
		if _, waits := s.Asked[id]; waits {
			holds[id] = before
		}
		if different || release != nil {
			next.Messages = append(next.Messages, s.message(id, EventApplied, Applied{Source: s.Spec.Name, SourceKind: s.Spec.Kind,
				Kind: item.Kind, Name: item.Name, Team: item.Team, Digest: item.Digest, Commit: p.Commit, Release: release, Consent: c}))
		}
	}
	for _, id := range sorted(s.Holds) {
		if _, still := holds[id]; still {
			continue
		}
		kind, name, _ := strings.Cut(id, "/")
		c := f.consent(kind, name)
		if s = s.asks(id, c.waits(kind, true), ""); c.waits(kind, true) {
			holds[id] = s.Holds[id]
		}
		next.Messages = append(next.Messages, s.message(id, EventRemoved, From{Source: s.Spec.Name, Consent: c}))
	}
	s.Holds, s.Commit = holds, p.Commit
	next.State = s
	return next, nil
}

// guards hold a push to the rules by which it was said what must be approved.
func (s SourceState) guards(f *Facts) []machine.Guard {
	if f == nil {
		return nil
	}
	return []machine.Guard{{Machine: PolicyID, Step: f.Policy}}
}

// asks keeps what the source wants of a resource and does not get by itself, or forgets it.
func (s SourceState) asks(id string, waits bool, digest string) SourceState {
	if !waits {
		delete(s.Asked, id)
		return s
	}
	if s.Asked == nil {
		s.Asked = map[string]string{}
	}
	s.Asked[id] = digest
	return s
}

// settle takes note of what came of a change that was asked for.
func (s SourceState) settle(t Settled) (machine.Next[SourceState], error) {
	id := t.Kind + "/" + t.Name
	s.Asked, s.Holds = maps.Clone(s.Asked), maps.Clone(s.Holds)
	delete(s.Asked, id)
	if _, held := s.Holds[id]; held && t.Digest != "" {
		s.Holds[id] = t.Digest
	} else {
		delete(s.Holds, id)
	}
	return machine.Next[SourceState]{State: s}, nil
}

// wanted gives the release of a service that is to be made, if one is.
func (s SourceState) wanted(item Item, p Pushed, different bool) *Release {
	svc := item.Service
	if item.Kind != manifest.KindService || svc == nil {
		return nil
	}
	if svc.Branch != "" && s.Spec.Branch != "" && svc.Branch != s.Spec.Branch {
		s.Conflicts[item.Kind+"/"+item.Name] = fmt.Sprintf("Service %s is released from the branch %s, but the source %s watches %s",
			item.Name, svc.Branch, s.Spec.Name, s.Spec.Branch)
		return nil
	}
	byHand := svc.Build != nil && s.Spec.URL == "" // there is no source to build
	if byHand || !different && !svc.Changed {
		return nil
	}
	return &Release{
		ID: ReleaseName(p.Commit, svc.Image, item.Digest), Service: item.Name, Source: s.Spec.Name, URL: s.Spec.URL,
		Commit: p.Commit, CommittedAt: p.CommittedAt, Authors: p.Authors, Subject: p.Subject,
		Path: svc.Path, Build: svc.Build, Image: svc.Image, Workflow: svc.Workflow, Spec: item.Digest,
	}
}

// refused takes note that a resource does not take what it was sent. It is not held then.
func (s SourceState) refused(r machine.Refused) (machine.Next[SourceState], error) {
	id := strings.TrimPrefix(r.To, "resource/")
	if r.Type == EventApplied {
		s.Conflicts, s.Holds = maps.Clone(s.Conflicts), maps.Clone(s.Holds)
		if s.Conflicts == nil {
			s.Conflicts = map[string]string{}
		}
		s.Conflicts[id] = r.Reason
		delete(s.Holds, id)
		s.Asked = maps.Clone(s.Asked)
		delete(s.Asked, id)
	}
	return machine.Next[SourceState]{State: s}, nil
}

func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
