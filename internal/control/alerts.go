package control

import (
	"context"
	"slices"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/alert"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// mostAlerts is how many alerts that are over are listed.
const mostAlerts = 50

// Alerts lists what is wrong with flows: what is not over first, latest first.
func (c *Control) Alerts(ctx context.Context) ([]model.Alert, error) {
	see, err := c.sees(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := c.Engine.List(ctx, "alert/")
	if err != nil {
		return nil, err
	}
	list := []model.Alert{}
	for _, row := range latest(rows) {
		s, _, err := engine.Load[alert.State](ctx, c.Engine, row.ID)
		if err != nil {
			return nil, err
		}
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
	return list, nil
}

// latest gives the alerts that are not over and the last of those that are. Only these are
// looked at: the page asks at each change, and alerts are never forgotten.
func latest(rows []store.Row) []store.Row {
	slices.SortStableFunc(rows, func(a, b store.Row) int { return b.Updated.Compare(a.Updated) })
	over := 0
	return slices.DeleteFunc(rows, func(r store.Row) bool {
		if r.Summary.Done {
			over++
		}
		return r.Summary.Done && over > mostAlerts
	})
}
