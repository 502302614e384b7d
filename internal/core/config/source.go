package config

import (
	"encoding/json"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
)

// Source is the machine of a source.
type Source struct{}

var _ machine.Machine[SourceState] = Source{}

// Step takes the events of a source.
func (Source) Step(s SourceState, e machine.Event) (machine.Next[SourceState], error) {
	if e.Type == EventSourceAdded {
		return with(e, s.add)
	}
	if !s.exists() {
		return machine.Next[SourceState]{}, fault.New(fault.NotFound, "there is no such source").WithHint("slipway source add")
	}
	switch e.Type {
	case EventSourceChanged:
		return with(e, s.change)
	case EventSourceRemoved:
		return s.remove()
	case EventPushed:
		return with(e, func(p Pushed) (machine.Next[SourceState], error) {
			var f *Facts // nil: nobody knows anything
			if len(e.Facts) > 0 {
				if err := json.Unmarshal(e.Facts, &f); err != nil {
					return machine.Next[SourceState]{}, fault.New(fault.Invalid, "the facts of %s cannot be read", e.Type).Because(err)
				}
			}
			s.SeenAt = e.At
			return s.push(p, f)
		})
	case EventSettled:
		return with(e, s.settle)
	case EventProblem:
		return with(e, func(t Trouble) (machine.Next[SourceState], error) {
			s.Trouble = t.Text
			return machine.Next[SourceState]{State: s}, nil
		})
	case "message.refused":
		return with(e, s.refused)
	}
	return machine.Next[SourceState]{}, fault.New(fault.Invalid, "a source takes no %s", e.Type)
}

func (s SourceState) add(spec SourceSpec) (machine.Next[SourceState], error) {
	var none machine.Next[SourceState]
	if s.exists() {
		return none, fault.New(fault.Refused, "there is a source %s already", s.Spec.Name).WithHint("`slipway source remove %s` first, or give the new one another name", s.Spec.Name)
	}
	if err := spec.check(); err != nil {
		return none, err
	}
	return machine.Next[SourceState]{State: SourceState{Spec: spec}}, nil
}

func (p SourceSpec) check() error {
	if err := manifest.CheckName(p.Name); err != nil {
		return fault.New(fault.Invalid, "the source's name").Because(err)
	}
	switch {
	case p.Kind != Platform && p.Kind != Services:
		return fault.New(fault.Invalid, "the kind of source %s is %q; it may be %s or %s", p.Name, p.Kind, Platform, Services)
	case p.URL != "" && p.Branch == "":
		return fault.New(fault.Invalid, "the source %s needs a branch", p.Name)
	case p.Interval < 0:
		return fault.New(fault.Invalid, "the source %s cannot be looked at every %s", p.Name, p.Interval)
	}
	return nil
}

// change gives a source another description. Of another repository or branch nothing is
// known yet, so that the next push is taken whole.
func (s SourceState) change(spec SourceSpec) (machine.Next[SourceState], error) {
	var none machine.Next[SourceState]
	if err := spec.check(); err != nil {
		return none, err
	}
	if spec.Name != s.Spec.Name {
		return none, fault.New(fault.Refused, "the source %s cannot be renamed", s.Spec.Name).WithHint("remove it and add it anew")
	}
	if spec.Kind != s.Spec.Kind && len(s.Holds) > 0 {
		return none, fault.New(fault.Refused, "the source %s holds resources, so that its kind cannot change", s.Spec.Name).WithHint("remove it and add it anew")
	}
	if spec.URL != s.Spec.URL || spec.Branch != s.Spec.Branch {
		s.Head, s.Commit, s.Trouble, s.Mistakes = "", "", "", ""
	}
	s.Spec = spec
	return machine.Next[SourceState]{State: s}, nil
}

// remove lets go of what the source holds. It stays as it is, for another source to take.
func (s SourceState) remove() (machine.Next[SourceState], error) {
	next := machine.Next[SourceState]{State: SourceState{Spec: s.Spec, Removed: true}}
	for _, id := range sorted(s.Holds) {
		next.Messages = append(next.Messages, s.message(id, EventReleased, From{Source: s.Spec.Name}))
	}
	return next, nil
}

// message is an event for a resource named by "Kind/name".
func (s SourceState) message(id, event string, data any) machine.Message {
	return machine.Message{To: "resource/" + id, Type: event, Data: machine.Must(data)}
}
