package control

import (
	"context"
	"slices"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/alert"
	"slipway.dev/internal/engine"
)

// mostAlerts is how many alerts that are over are listed.
const mostAlerts = 50

// Alerts lists what is wrong with flows: what is not over first, latest first.
func (c *Control) Alerts(ctx context.Context) ([]model.Alert, error) {
	see, err := c.sees(ctx)
	if err != nil {
		return nil, err
	}
	all, err := engine.All[alert.State](ctx, c.Engine, "alert/")
	if err != nil {
		return nil, err
	}
	list := []model.Alert{}
	for _, s := range all {
		if see.of(s.Team, s.Environment) {
			list = append(list, model.Alert{Flow: s.Flow, Environment: s.Environment, Criticality: s.Criticality, Objective: s.Objective, Severity: string(s.Severity),
				Title: s.Title, Text: s.Text, Status: string(s.Status), FiredAt: s.FiredAt, By: s.By, Comment: s.Comment, ResolvedAt: s.ResolvedAt,
				Reason: s.Reason, Task: s.Task, Team: s.Team, Runbook: s.Runbook})
		}
	}
	slices.SortStableFunc(list, func(a, b model.Alert) int {
		if a.ResolvedAt.IsZero() != b.ResolvedAt.IsZero() {
			if a.ResolvedAt.IsZero() {
				return -1
			}
			return 1
		}
		return b.FiredAt.Compare(a.FiredAt)
	})
	over := 0
	return slices.DeleteFunc(list, func(a model.Alert) bool {
		if !a.ResolvedAt.IsZero() {
			over++
		}
		return over > mostAlerts
	}), nil
}
