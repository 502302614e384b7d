package control

import (
	"context"
	"slices"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/catalog"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/slo"
)

// Catalog has what is declared, as it is in force.
type Catalog interface {
	Catalog(ctx context.Context) (*catalog.Catalog, error)
}

// Flows lists the business flows and how they do. What is declared, every reader may know;
// how it does, only who may read of its team and the environment.
func (c *Control) Flows(ctx context.Context) ([]model.Flow, error) {
	see, err := c.sees(ctx)
	if err != nil {
		return nil, err
	}
	k, err := c.Catalog.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	states, err := c.flowStates(ctx, see, k.Flows())
	if err != nil {
		return nil, err
	}
	found := map[string]int{}
	for _, f := range k.Findings() {
		if f.Kind == manifest.KindFlow {
			found[f.Name]++
		}
	}
	list := []model.Flow{}
	for _, f := range k.Flows() {
		list = append(list, flowOf(f, states[f.Name], found[f.Name]))
	}
	return list, nil
}

func flowOf(f flow.Flow, states []model.FlowState, findings int) model.Flow {
	out := model.Flow{Name: f.Name, Team: f.Team, Type: f.Spec.Type, Description: string(f.Spec.Description), Criticality: string(f.Criticality),
		Process: string(f.Spec.Process), Escalation: f.Escalation(), Services: []string{}, States: states, Findings: findings}
	out.Services = append(out.Services, f.Services()...) // [] in JSON where there is none
	slices.Sort(out.Services)
	return out
}

// flowStates gives how flows do, by flow and environment.
func (c *Control) flowStates(ctx context.Context, see sight, flows []flow.Flow) (map[string][]model.FlowState, error) {
	rows, err := c.Engine.List(ctx, "slo/")
	if err != nil {
		return nil, err
	}
	teams := map[string]string{}
	for _, f := range flows {
		teams[f.Name] = f.Team
	}
	out := map[string][]model.FlowState{}
	for _, row := range rows {
		l := row.Summary.Labels
		team, known := teams[l["flow"]]
		if !known || row.Status == slo.Removed || !see.of(team, l["environment"]) {
			continue
		}
		out[l["flow"]] = append(out[l["flow"]], model.FlowState{Environment: l["environment"], State: row.Status, Reason: row.Summary.Title})
	}
	return out, nil
}

// Findings lists what is not as it should be in what is declared.
func (c *Control) Findings(ctx context.Context) ([]model.Finding, error) {
	if _, err := c.may(ctx, access.Read, access.Scope{}); err != nil {
		return nil, err
	}
	k, err := c.Catalog.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	list := []model.Finding{}
	for _, f := range k.Findings() {
		list = append(list, findingOf(f))
	}
	return list, nil
}

func findingOf(f catalog.Finding) model.Finding {
	return model.Finding{Code: f.Code, Severity: string(f.Severity), Kind: f.Kind, Name: f.Name, Attribute: f.Attribute,
		Text: f.Text, Hint: f.Hint, File: f.At.File, Line: f.At.Line}
}
