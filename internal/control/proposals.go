package control

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/engine"
)

// withProposals adds what is proposed, or was and was refused. What would be new has no
// digest and no spec: it is not in force.
func (c *Control) withProposals(ctx context.Context, list []model.Resource, kind string) ([]model.Resource, error) {
	rows, err := c.Engine.List(ctx, "resource/")
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		labels := row.Summary.Labels
		if labels["proposed"] == "" && labels["refused"] == "" || kind != "" && labels["kind"] != kind {
			continue
		}
		s, _, err := engine.Load[config.ResourceState](ctx, c.Engine, row.ID)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(list, func(r model.Resource) bool { return r.Kind == s.Kind && r.Name == s.Name })
		if i < 0 {
			i, list = len(list), append(list, model.Resource{Kind: s.Kind, Name: s.Name, Source: s.Source})
		}
		list[i].Proposed, list[i].Refused = proposalOf(s), refusalOf(s)
	}
	return list, nil
}

func proposalOf(s config.ResourceState) *model.Proposal {
	p := s.Proposed
	if p == nil {
		return nil
	}
	return &model.Proposal{Action: action(s, p.Digest), Digest: p.Digest, Task: config.TaskName(s.Kind, s.Name), By: p.By.String(), At: p.At, Text: waits(s)}
}

func refusalOf(s config.ResourceState) *model.Proposal {
	r := s.Refused
	if r == nil {
		return nil
	}
	return &model.Proposal{Action: action(s, r.Digest), Digest: r.Digest, Task: config.TaskName(s.Kind, s.Name), At: r.At, Text: r.Reason}
}

func action(s config.ResourceState, digest string) string {
	switch {
	case digest == "":
		return string(config.Delete)
	case s.InForce():
		return string(config.Update)
	}
	return string(config.Create)
}

// waits says what a proposal waits for.
func waits(s config.ResourceState) string {
	if s.Proposed.Trouble != "" {
		return "proposed, but nobody can be asked: " + s.Proposed.Trouble
	}
	return fmt.Sprintf("proposed: waits for approval by %s with the role %s, task %s", s.Proposed.Who(), strings.Join(config.Approvers, " or "), config.TaskName(s.Kind, s.Name))
}

// proposed says of changes that were made which of them wait.
func (c *Control) proposed(ctx context.Context, changes []model.Change) error {
	for i, change := range changes {
		if !config.Governs(change.Kind) {
			continue
		}
		s, _, err := engine.Load[config.ResourceState](ctx, c.Engine, config.ResourceID(change.Kind, change.Name))
		if err != nil {
			return err
		}
		changes[i].Task, changes[i].Reason = "", ""
		if s.Proposed != nil {
			changes[i].Task, changes[i].Reason = config.TaskName(s.Kind, s.Name), waits(s)
		}
	}
	return nil
}
