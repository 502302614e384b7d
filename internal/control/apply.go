package control

import (
	"context"
	"strings"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	drive "slipway.dev/internal/drive/source"
	"slipway.dev/internal/engine"
)

// Check says what is wrong with manifests, against all that is in force.
func (c *Control) Check(ctx context.Context, files []model.File) ([]model.Problem, error) {
	if _, err := c.may(ctx, access.Read, access.Scope{}); err != nil {
		return nil, err
	}
	owned, err := c.Owned(ctx)
	if err != nil {
		return nil, err
	}
	_, problems := c.parse(files, owned, "", true)
	return problemsOf(problems), nil
}

// Apply takes files as the content of a source that is applied by hand, or says what that
// would change. It is taken whole or not at all.
func (c *Control) Apply(ctx context.Context, r model.ApplyRequest) (model.ApplyResult, error) {
	actor, err := c.may(ctx, access.Apply, access.Scope{})
	if err != nil {
		return model.ApplyResult{}, err
	}
	if err := manifest.CheckName(r.Source); err != nil {
		return model.ApplyResult{}, fault.New(fault.Invalid, "the source's name").Because(err)
	}
	s, err := c.source(ctx, r.Source)
	isNew := fault.Is(err, fault.NotFound)
	switch {
	case isNew:
		s = config.SourceState{Spec: config.SourceSpec{Name: r.Source, Kind: config.Platform}}
	case err != nil:
		return model.ApplyResult{}, err
	case s.Spec.URL != "":
		return model.ApplyResult{}, fault.New(fault.Refused, "the source %s comes from %s", r.Source, s.Spec.URL).
			WithHint("commit there, or apply under another name with --source")
	}
	owned, err := c.Owned(ctx)
	if err != nil {
		return model.ApplyResult{}, err
	}
	found, problems := c.parse(r.Files, owned, r.Source, !r.Prune)
	if len(problems) > 0 {
		return model.ApplyResult{Problems: problemsOf(problems)}, nil
	}
	if len(found) > config.MaxResources {
		return model.ApplyResult{}, fault.New(fault.TooLarge, "%d resources are over the limit of %d", len(found), config.MaxResources).
			WithHint("apply them under several names with --source")
	}
	plan := config.Plan(owned, found, r.Source, s.Spec.Kind, !r.Prune)
	result := model.ApplyResult{Changes: changesOf(plan)}
	if r.DryRun || !differs(plan) && !s.Reconsiders(found, !r.Prune) {
		return result, nil
	}
	if err := conflict(plan); err != nil {
		return result, err
	}
	if result.Position, err = c.push(ctx, actor, s, isNew, found, !r.Prune); err != nil {
		return result, err
	}
	return result, c.proposed(ctx, result.Changes)
}

// push brings resources as events, together with the source if it is new.
func (c *Control) push(ctx context.Context, actor machine.Actor, s config.SourceState, isNew bool, found []manifest.Resource, partial bool) (int64, error) {
	pushed := config.Pushed{Partial: partial}
	for _, r := range found {
		if _, err := c.Engine.Blobs().Put(ctx, r.Document()); err != nil {
			return 0, err
		}
		item, err := config.ItemOf(r, nil)
		if err != nil {
			return 0, err
		}
		pushed.Items = append(pushed.Items, item)
	}
	id := config.SourceID(s.Spec.Name)
	var events []engine.To
	if isNew {
		events = append(events, engine.To{Machine: id, Event: machine.Event{Type: config.EventSourceAdded, Actor: actor, Data: machine.Must(s.Spec)}})
	}
	events = append(events, engine.To{Machine: id, Event: machine.Event{Type: config.EventPushed, Actor: actor, Data: machine.Must(pushed)}})
	r, err := c.Engine.Submit(ctx, events...)
	return r.Position, err
}

// parse reads what a source has, and holds it against all that is in force. With partial,
// what else is of the source stays.
func (c *Control) parse(files []model.File, owned []config.Owned, name string, partial bool) ([]manifest.Resource, manifest.Problems) {
	var found []manifest.Resource
	var problems manifest.Problems
	for _, f := range files {
		r, p := manifest.Parse(f.Name, []byte(f.Content))
		found, problems = append(found, r...), append(problems, p...)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return found, drive.Check(owned, found, name, partial)
}

func differs(plan []config.Change) bool {
	for _, p := range plan {
		if p.Action != config.Unchanged {
			return true
		}
	}
	return false
}

// conflict is the first reason why a plan cannot be carried out.
func conflict(plan []config.Change) error {
	for _, p := range plan {
		if p.Action == config.Conflict {
			return fault.New(fault.Refused, "nothing was applied: %s", p.Reason)
		}
	}
	return nil
}

func changesOf(plan []config.Change) []model.Change {
	list := make([]model.Change, len(plan))
	for i, p := range plan {
		list[i] = model.Change{Kind: p.Kind, Name: p.Name, Action: string(p.Action), Reason: p.Reason, Task: p.Task}
		if p.Task != "" {
			list[i].Reason = "it must be approved first by somebody with the role " + strings.Join(config.Approvers, " or ")
		}
		for _, f := range p.Fields {
			list[i].Fields = append(list[i].Fields, model.FieldChange(f))
		}
	}
	return list
}

func problemsOf(problems manifest.Problems) []model.Problem {
	list := make([]model.Problem, len(problems))
	for i, p := range problems {
		list[i] = model.Problem{File: p.File, Line: p.Line, Column: p.Column, Text: p.Text}
	}
	return list
}
