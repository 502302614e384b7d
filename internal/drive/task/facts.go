// Package task tells the machines of tasks who acts on them: which person is behind an actor,
// which other accounts are the same human's, and which of those who are asked they are.
package task

import (
	"context"
	"errors"
	"slices"
	"strings"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/engine"
)

// Driver finds the facts of tasks' events.
type Driver struct {
	// Directory gives who is who, as it is now.
	Directory func(ctx context.Context) (*access.Directory, error)
}

// acts are the events that say something only if the right person does.
var acts = []string{task.EventAnswered, task.EventWithdrawn, task.EventClaimed, task.EventDelegated}

// Register registers the machine of tasks, with its facts; before the engine starts.
func (d Driver) Register(e *engine.Engine) {
	engine.Register(e, "task", task.Version, task.Machine{})
	e.HandleFacts("task", d.Facts)
}

// Facts is an engine.FactsFunc for machines of the kind "task". The guards hold the step to
// nobody's rights having changed since.
func (d Driver) Facts(ctx context.Context, r engine.Reader, e machine.Event) (machine.Value, error) {
	if !slices.Contains(acts, e.Type) {
		return nil, nil
	}
	guards, err := guardsOf(ctx, r) // before the directory: a change after this makes them fail
	if err != nil {
		return nil, err
	}
	s, _, err := engine.Load[task.State](ctx, r, engine.Subject(ctx))
	if fault.Is(err, fault.NotFound) {
		return nil, nil // the machine says so
	}
	if err != nil {
		return nil, err
	}
	directory, err := d.Directory(ctx)
	if err != nil {
		return nil, err
	}
	facts := Who(directory, e.Actor, s)
	facts.Guards, facts.Gone = guards, gone(directory, s)
	if e.Type == task.EventDelegated {
		to, err := machine.Decode[task.Delegation](e)
		if err != nil {
			return nil, fault.New(fault.Invalid, "%s cannot be read", e.Type).Because(err)
		}
		if directory.Active(to.To) {
			facts.To = append([]string{to.To}, directory.Same(to.To)...)
			facts.ToGroups = groups(directory, to.To, s)
		}
	}
	return machine.Must(facts), nil
}

// Who says who an actor is to a task. Of one that is no person with an active account, it
// says nothing.
func Who(d *access.Directory, a machine.Actor, s task.State) task.Facts {
	person := task.Account(a)
	if person == "" || !d.Active(person) {
		return task.Facts{}
	}
	f := task.Facts{Person: person, Same: d.Same(person)}
	if a.Kind == "token" {
		_, f.Via, _ = strings.Cut(a.Name, "/")
	}
	f.Groups = groups(d, person, s)
	return f
}

// groups gives those of Ask.From that a person is in.
func groups(d *access.Directory, person string, s task.State) (list []string) {
	scope := access.Scope{Team: s.Team, Environment: s.Environment}
	for _, group := range s.From {
		if d.In(person, group, scope) {
			list = append(list, group)
		}
	}
	return list
}

// gone gives those whose answers count no more, with the reason.
func gone(d *access.Directory, s task.State) map[string]string {
	out := map[string]string{}
	var counted []string
	for _, g := range s.Given {
		if g.Void != "" {
			continue
		}
		same := d.Same(g.Person)
		first := slices.IndexFunc(counted, func(other string) bool { return slices.Contains(same, other) })
		var barred *task.Barred
		switch {
		case !d.Active(g.Person):
			out[g.Person] = "their account is disabled or gone"
		case errors.As(s.MayAnswer(task.Facts{Person: g.Person, Same: same}), &barred):
			out[g.Person] = "it turned out that they may not answer"
		case len(groups(d, g.Person, s)) == 0 && !slices.Contains(s.Delegates, g.Person):
			out[g.Person] = "they lost the right to answer"
		case first >= 0:
			out[g.Person] = "it turned out that they are " + counted[first]
		default:
			counted = append(counted, g.Person)
		}
	}
	return out
}

// guardsOf gives the steps of what a directory is made of.
func guardsOf(ctx context.Context, r engine.Reader) ([]machine.Guard, error) {
	var list []machine.Guard
	for _, id := range []string{access.BindingsID, config.PolicyID} {
		_, step, err := r.State(ctx, id)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		list = append(list, machine.Guard{Machine: id, Step: step})
	}
	return list, nil
}
