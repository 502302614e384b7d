package people

import (
	"context"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
)

// Facts tell a review of rights how they are used. Other events of the bindings need none.
func (d *Driver) Facts(ctx context.Context, _ engine.Reader, e machine.Event) (machine.Value, error) {
	if e.Type != access.EventReviewStarted && e.Type != machine.Timer {
		return nil, nil
	}
	people, err := d.Directory(ctx)
	if err != nil {
		return nil, err
	}
	s, err := d.bindings(ctx)
	if err != nil {
		return nil, err
	}
	all, err := d.List(ctx)
	if err != nil {
		return nil, err
	}
	byName := map[string]access.PersonState{}
	for _, p := range all {
		byName[p.Name] = p
	}
	facts := access.ReviewFacts{Holders: map[string]access.Use{}}
	for _, b := range s.Bindings {
		var use access.Use
		for _, name := range people.Holding(b.Subject) {
			if p := byName[name]; people.Active(name) {
				use.People++
				if p.SeenAt.After(use.Seen) {
					use.Seen = p.SeenAt
				}
			}
		}
		facts.Holders[b.Subject] = use
	}
	return machine.Must(facts), nil
}
