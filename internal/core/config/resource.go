package config

import (
	"fmt"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
)

// ResourceVersion is the version of ResourceState.
const ResourceVersion = 1

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
	Removed   bool       `json:"removed,omitempty"`
	Releases  int64      `json:"releases,omitempty"` // of a service: how many were asked for; the order of the last
	Latest    string     `json:"latest,omitempty"`   // name of the last
}

// Resource is the machine of a resource.
type Resource struct{}

// Step takes the events of a resource.
func (Resource) Step(s ResourceState, e machine.Event) (machine.Next[ResourceState], error) {
	switch e.Type {
	case EventApplied:
		return with(e, func(a Applied) (machine.Next[ResourceState], error) { return s.apply(a, e.At) })
	case EventRemoved:
		return with(e, func(f From) (machine.Next[ResourceState], error) { return s.leave(f, true) })
	case EventReleased:
		return with(e, func(f From) (machine.Next[ResourceState], error) { return s.leave(f, false) })
	case EventRelease:
		return with(e, s.release)
	case "message.refused": // a release that there is already
		return machine.Next[ResourceState]{State: s}, nil
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

func (s ResourceState) apply(a Applied, at time.Time) (machine.Next[ResourceState], error) {
	var none machine.Next[ResourceState]
	if err := mayHold(a.SourceKind, a.Kind, a.Name); err != nil {
		return none, err
	}
	if s.Source != "" && s.Source != a.Source {
		return none, ownedBy(s.Kind, s.Name, s.Source)
	}
	if s.Removed || s.Source == "" || s.Digest != a.Digest {
		s.AppliedAt, s.Commit = at, a.Commit
	}
	s.Kind, s.Name, s.Team, s.Digest, s.Removed = a.Kind, a.Name, a.Team, a.Digest, false
	s.Source, s.From = a.Source, a.SourceKind
	if a.Release == nil {
		return machine.Next[ResourceState]{State: s}, nil
	}
	return s.release(*a.Release)
}

// ownedBy says that a resource has another source.
func ownedBy(kind, name, source string) error {
	return fault.New(fault.Refused, "%s %s belongs to the source %s", kind, name, source).
		WithHint("change it there, or take it out there first")
}

// mayHold says whether a source of a kind may hold a resource of a kind.
func mayHold(source SourceKind, kind, name string) error {
	if source == Platform || source == Services && kind == manifest.KindService {
		return nil
	}
	return fault.New(fault.Denied, "a source of services may not hold %s %s", kind, name).
		WithHint("only a platform source may; an administrator registers it with: slipway source add --kind platform")
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

// leave takes a resource from its source.
func (s ResourceState) leave(f From, remove bool) (machine.Next[ResourceState], error) {
	if s.Kind == "" || s.Removed {
		return machine.Next[ResourceState]{}, fault.New(fault.NotFound, "there is no such resource")
	}
	if s.Source != f.Source {
		return machine.Next[ResourceState]{}, ownedBy(s.Kind, s.Name, s.Source)
	}
	s.Source, s.From, s.Removed = "", "", remove
	return machine.Next[ResourceState]{State: s}, nil
}

// Desired gives nothing: a resource only is.
func (Resource) Desired(ResourceState) []machine.Desired { return nil }

// Summary gives a resource's row.
func (Resource) Summary(s ResourceState) machine.Summary {
	out := machine.Summary{Status: "applied", Title: s.Kind + " " + s.Name, Done: true,
		Labels: map[string]string{"kind": s.Kind, "name": s.Name, "team": s.Team, "source": s.Source, "digest": s.Digest}}
	switch {
	case s.Removed:
		out.Status = "removed"
	case s.Source == "":
		out.Status = "unowned"
	}
	if !s.Removed && s.Digest != "" {
		out.Keeps = []string{s.Digest}
	}
	return out
}

// Upgrade reads states of older versions, of which there are none.
func (Resource) Upgrade(from int, _ []byte) (ResourceState, error) {
	return ResourceState{}, fmt.Errorf("a resource's state of version %d", from)
}

var _ machine.Machine[ResourceState] = Resource{}
