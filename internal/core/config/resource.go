package config

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/task"
)

// ResourceVersion is the version of ResourceState.
const ResourceVersion = 2

// ResourceState is a resource: what it is, and whose.
type ResourceState struct {
	Kind      string     `json:"kind"`
	Name      string     `json:"name"`
	Team      string     `json:"team,omitempty"`
	Source    string     `json:"source,omitempty"` // empty: nobody's; the next to apply it takes it
	From      SourceKind `json:"from,omitempty"`
	Digest    string     `json:"digest"` // of its Document
	Commit    string     `json:"commit,omitempty"`
	AppliedAt time.Time  `json:"appliedAt"`
	Removed   bool       `json:"removed,omitempty"`  // it is not in force; perhaps it never was
	Proposed  *Proposal  `json:"proposed,omitempty"` // change that waits for consent
	Refused   *Refusal   `json:"refused,omitempty"`  // change that its source wanted last and did not get
	Releases  int64      `json:"releases,omitempty"` // of a service: how many were asked for; the order of the last
	Latest    string     `json:"latest,omitempty"`   // name of the last
}

// Resource is the machine of a resource.
type Resource struct{}

// Step takes the events of a resource.
func (Resource) Step(s ResourceState, e machine.Event) (machine.Next[ResourceState], error) {
	switch e.Type {
	case EventApplied:
		return with(e, func(a Applied) (machine.Next[ResourceState], error) { return s.apply(a, e) })
	case EventRemoved:
		return with(e, func(f From) (machine.Next[ResourceState], error) { return s.remove(f, e) })
	case EventReleased:
		return with(e, s.leave)
	case EventDecided:
		return with(e, func(d task.Ended) (machine.Next[ResourceState], error) { return s.decide(d, e.At) })
	case EventRelease:
		return with(e, s.release)
	case "message.refused":
		return with(e, s.refused)
	}
	return machine.Next[ResourceState]{}, fault.New(fault.Invalid, "a resource takes no %s", e.Type)
}

// with decodes an event's data.
func with[D, S any](e machine.Event, take func(D) (machine.Next[S], error)) (machine.Next[S], error) {
	d, err := machine.Decode[D](e)
	if err != nil {
		return machine.Next[S]{}, fault.New(fault.Invalid, "%s cannot be read", e.Type).Because(err)
	}
	return take(d)
}

// apply takes what a source has: at once, or as a proposal.
func (s ResourceState) apply(a Applied, e machine.Event) (machine.Next[ResourceState], error) {
	var none machine.Next[ResourceState]
	if err := mayHold(a.SourceKind, a.Kind, a.Name); err != nil {
		return none, err
	}
	if s.Source != "" && s.Source != a.Source {
		return none, ownedBy(s.Kind, s.Name, s.Source)
	}
	if err := s.moves(a); err != nil {
		return none, err
	}
	unowned := s.Source == ""
	s.Kind, s.Name, s.Source, s.From = a.Kind, a.Name, a.Source, a.SourceKind
	switch {
	case s.InForce() && s.Digest == a.Digest:
		if unowned {
			s.AppliedAt, s.Commit = e.At, a.Commit
		}
		s.Refused = nil
		return s.then(s.drop("the source has again what is in force"), a.Release)
	case a.waits(a.Kind, s.InForce()):
		s.Removed = !s.InForce()
		return s.propose(Proposal{Digest: a.Digest, Team: a.Team, Commit: a.Commit, By: e.Actor, At: e.At}, a.Consent), nil
	}
	next := s.drop("it need not be approved any more")
	put := next.State.put(a.Digest, a.Team, a.Commit, e.At, "")
	next.State, next.Messages = put.State, append(next.Messages, put.Messages...)
	return s.then(next, a.Release)
}

// moves refuses a service another team while an environment asks for approvals: its team says
// who may approve its releases, and a commit that nobody approved must not choose them. That
// holds for one that was removed, too: it would only take two commits.
func (s ResourceState) moves(a Applied) error {
	if a.Kind != manifest.KindService || s.Team == "" || a.Team == s.Team || a.Free {
		return nil
	}
	return staysWith(a.Name, s.Team)
}

func staysWith(service, team string) error {
	return fault.New(fault.Refused, "Service %s belongs to the team %s, which says who may approve its releases", service, team).
		WithHint("leave the team as it is, and give people roles for what %s owns; a team is only changed while no environment asks for approvals", team)
}

// then asks for a release once the content is taken.
func (ResourceState) then(next machine.Next[ResourceState], r *Release) (machine.Next[ResourceState], error) {
	if r == nil {
		return next, nil
	}
	released, err := next.State.release(*r)
	next.State, next.Messages = released.State, append(next.Messages, released.Messages...)
	return next, err
}

// ownedBy says that a resource has another source.
func ownedBy(kind, name, source string) error {
	return fault.New(fault.Refused, "%s %s belongs to the source %s", kind, name, source).
		WithHint("change it there, or take it out there first")
}

// mayHold says whether a source of a kind may hold a resource of a kind.
func mayHold(source SourceKind, kind, name string) error {
	if source == Platform || source == Services && ofServices(kind) {
		return nil
	}
	return fault.New(fault.Denied, "a source of services may not hold %s %s", kind, name).
		WithHint("only a platform source may; an administrator registers it with: slipway source add --kind platform")
}

// ofServices says whether resources of a kind come from the repositories of services: what is
// deployed, and what it is for. They do not govern, so that no consent is asked.
func ofServices(kind string) bool {
	switch kind {
	case manifest.KindService, manifest.KindFlow, manifest.KindUseCase, manifest.KindProcess, manifest.KindComponent:
		return true
	}
	return false
}

// release numbers a release and asks for it.
func (s ResourceState) release(r Release) (machine.Next[ResourceState], error) {
	switch {
	case s.Kind != manifest.KindService || s.Removed:
		return machine.Next[ResourceState]{}, fault.New(fault.Refused, "there is no service %s", r.Service)
	case r.ID == "" || r.Service != s.Name || (r.Build == nil) == (r.Image == ""):
		return machine.Next[ResourceState]{}, fault.New(fault.Invalid, "a release of %s needs an identity, and either a build or an image", s.Name)
	}
	s.Releases++
	s.Latest = r.ID
	r.Order, r.Spec = s.Releases, s.Digest
	message := machine.Message{To: machine.ID("release", s.Name, r.ID), Type: EventReleaseRequested, Data: machine.Must(r)}
	return machine.Next[ResourceState]{State: s, Messages: []machine.Message{message}}, nil
}

// remove takes a resource out of force: at once, or as a proposal. What was never in force
// is only proposed no more.
func (s ResourceState) remove(f From, e machine.Event) (machine.Next[ResourceState], error) {
	if err := s.owned(f); err != nil {
		return machine.Next[ResourceState]{}, err
	}
	switch {
	case !s.InForce():
		next := s.drop("the source has it no longer")
		source := next.State.Source
		next.State.Source, next.State.From, next.State.Refused = "", "", nil
		return next.State.settled(source, next), nil
	case f.waits(s.Kind, true):
		return s.propose(Proposal{By: e.Actor, At: e.At}, f.Consent), nil
	}
	next := s.drop("it need not be approved any more")
	put := next.State.put("", "", "", e.At, "")
	put.State.Source, put.State.From = "", ""
	next.State, next.Messages = put.State, append(next.Messages, put.Messages...)
	return next, nil
}

// leave takes a resource from its source. What is in force stays, and what the source wanted
// is forgotten.
func (s ResourceState) leave(f From) (machine.Next[ResourceState], error) {
	if err := s.owned(f); err != nil {
		return machine.Next[ResourceState]{}, err
	}
	next := s.drop("its source was removed")
	next.State.Source, next.State.From, next.State.Refused = "", "", nil
	return next, nil
}

// owned wants a source to be the one that the resource comes from.
func (s ResourceState) owned(f From) error {
	if s.Kind == "" || !s.InForce() && s.Source == "" {
		return fault.New(fault.NotFound, "there is no such resource")
	}
	if s.Source != f.Source {
		return ownedBy(s.Kind, s.Name, s.Source)
	}
	return nil
}

// refused keeps that nobody can be asked. Of a release that there is already nothing follows.
func (s ResourceState) refused(r machine.Refused) (machine.Next[ResourceState], error) {
	if s.Proposed != nil && r.Type == task.EventOpened {
		p := *s.Proposed
		p.Trouble = r.Reason
		s.Proposed = &p
	}
	return machine.Next[ResourceState]{State: s}, nil
}

// Desired gives nothing: a resource only is.
func (Resource) Desired(ResourceState) []machine.Desired { return nil }

// Summary gives a resource's row. It is removed if it is not in force, also if it is
// proposed; the labels "proposed" and "refused" have the digest that is, or "removal".
func (Resource) Summary(s ResourceState) machine.Summary {
	out := machine.Summary{Status: "applied", Title: s.Kind + " " + s.Name, Done: s.Proposed == nil,
		Labels: map[string]string{"kind": s.Kind, "name": s.Name, "team": s.Team, "source": s.Source, "digest": s.Digest}}
	switch {
	case !s.InForce():
		out.Status = "removed"
	case s.Source == "":
		out.Status = "unowned"
	}
	if s.InForce() {
		out.Keeps = []string{s.Digest}
	}
	if s.Refused != nil {
		out.Labels["refused"] = cmp.Or(s.Refused.Digest, "removal")
	}
	if p := s.Proposed; p != nil {
		out.Labels["proposed"] = cmp.Or(p.Digest, "removal")
		if p.Digest != "" {
			out.Keeps = append(out.Keeps, p.Digest)
		}
	}
	return out
}

// Upgrade reads states of older versions. In the first one nothing waited for consent.
func (Resource) Upgrade(from int, raw []byte) (ResourceState, error) {
	if from != 1 {
		return ResourceState{}, fmt.Errorf("a resource's state of version %d", from)
	}
	var s ResourceState
	return s, json.Unmarshal(raw, &s)
}

var _ machine.Machine[ResourceState] = Resource{}
