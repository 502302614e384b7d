package apitest

import (
	"context"
	"encoding/json"
	"strings"

	"slipway.dev/client/model"
)

// Check finds a problem in each file that says "broken".
func (f *Fake) Check(ctx context.Context, files []model.File) ([]model.Problem, error) {
	var out []model.Problem
	for _, file := range files {
		if strings.Contains(file.Content, "broken") {
			out = append(out, model.Problem{File: file.Name, Line: 3, Column: 5, Text: `unknown field "broken"`})
		}
	}
	return out, nil
}

// Apply says that each file creates a service.
func (f *Fake) Apply(ctx context.Context, r model.ApplyRequest) (model.ApplyResult, error) {
	problems, _ := f.Check(ctx, r.Files)
	if len(problems) > 0 {
		return model.ApplyResult{Problems: problems}, nil
	}
	if err := f.enter(ctx); err != nil {
		return model.ApplyResult{}, err
	}
	defer f.mu.Unlock()
	out := model.ApplyResult{Changes: []model.Change{
		{Kind: "Service", Name: "tickets", Action: "update", Fields: []model.FieldChange{{Path: "spec.run.replicas", Old: "1", New: "2"}}},
		{Kind: "Team", Name: "box-office", Action: "unchanged"},
	}}
	if !r.DryRun {
		out.Position = f.note(Actor(ctx), "resource/Service/tickets", "resource.applied").Position
	}
	return out, nil
}

// Resources gives one service.
func (f *Fake) Resources(ctx context.Context, kind string) ([]model.Resource, error) {
	return []model.Resource{{Kind: "Service", Name: "tickets", Team: "box-office", Source: "shop", Digest: "sha256:0",
		Spec: json.RawMessage(`{"run":{"replicas":1}}`)}}, nil
}
