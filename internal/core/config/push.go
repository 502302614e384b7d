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
func (s SourceState) push(p Pushed) (machine.Next[SourceState], error) {
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
	next := machine.Next[SourceState]{}
	s.Conflicts = map[string]string{}
	holds := map[string]string{}
	if p.Partial {
		maps.Copy(holds, s.Holds)
	}
	for _, item := range p.Items {
		id := item.Kind + "/" + item.Name
		before, held := s.Holds[id]
		release := s.wanted(item, p, !held || before != item.Digest)
		holds[id] = item.Digest
		if !held || before != item.Digest || release != nil {
			next.Messages = append(next.Messages, s.message(id, EventApplied, Applied{Source: s.Spec.Name, SourceKind: s.Spec.Kind,
				Kind: item.Kind, Name: item.Name, Team: item.Team, Digest: item.Digest, Commit: p.Commit, Release: release}))
		}
	}
	for _, id := range sorted(s.Holds) {
		if _, still := holds[id]; !still {
			next.Messages = append(next.Messages, s.message(id, EventRemoved, From{s.Spec.Name}))
		}
	}
	s.Holds, s.Commit = holds, p.Commit
	next.State = s
	return next, nil
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
		Path: svc.Path, Build: svc.Build, Image: svc.Image, Spec: item.Digest,
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
	}
	return machine.Next[SourceState]{State: s}, nil
}

func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
