package control

import (
	"context"
	"strings"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	doors "slipway.dev/internal/drive/gate"
	"slipway.dev/internal/engine"
)

// Deployment tells all about one deployment: what was planned, how the gate stood, and how
// it ended.
func (c *Control) Deployment(ctx context.Context, id string) (model.DeploymentDetail, error) {
	row, pending, err := c.row(ctx, id)
	if err != nil {
		return model.DeploymentDetail{}, err
	}
	names := c.subjects(ctx)
	d := model.DeploymentDetail{Deployment: c.deploymentOf(row, names), VSA: row.VSA}
	if row.Finished.IsZero() && !pending {
		lane, _, err := engine.Load[deploy.State](ctx, c.Engine, deploy.MachineID(row.Service, row.Environment))
		if err == nil && lane.Active != nil && lane.Active.Deployment == id { // or it has ended meanwhile
			d.Deployment = c.activeOf(lane, names)
		}
	}
	if d.Plan, err = c.readPlan(ctx, row.Plan); err != nil {
		return d, err
	}
	if pending {
		e, err := c.Doors.Explain(ctx, doors.Question{Service: row.Service, Environment: row.Environment, Deployment: id})
		if err == nil {
			g := gateOf(e, id)
			d.Gate = &g
		}
		return d, ignoring(fault.NotFound, err)
	}
	if row.Gate != "" {
		d.Gate = &model.Gate{
			Service: row.Service, Environment: row.Environment, Release: row.Release, Artifact: row.Artifact, Config: row.Config,
			Deployment: id, Verdict: string(row.Gate), Conditions: conditionsOf(row.Conditions), At: began(row.Row),
			Glass: row.Glass, Expedite: row.Expedite,
		}
	}
	return d, nil
}

// row finds a deployment in its lane, or in its record if that has forgotten it. It says
// whether it still waits at the gate.
func (c *Control) row(ctx context.Context, id string) (deploy.Ended, bool, error) {
	parts := append(strings.Split(id, "."), "", "")
	unknown := fault.New(fault.NotFound, "there is no deployment %s", id).WithHint("slipway history")
	if _, err := c.may(ctx, access.Read, c.scope(ctx, parts[0], parts[1])); err != nil {
		return deploy.Ended{}, false, err
	}
	if len(parts) != 5 {
		return deploy.Ended{}, false, unknown
	}
	s, _, err := engine.Load[deploy.State](ctx, c.Engine, deploy.MachineID(parts[0], parts[1]))
	if err != nil {
		return deploy.Ended{}, false, ignoring(fault.NotFound, err, unknown)
	}
	for _, row := range s.Rows() {
		if row.Deployment == id && row.Finished.IsZero() { // once it has ended, its record knows more
			return deploy.Ended{Service: s.Service, Environment: s.Environment, Row: row}, waitsIn(s, id) != nil, nil
		}
	}
	ended, _, err := engine.Load[deploy.Ended](ctx, c.Engine, deploy.RecordID(id))
	return ended, false, ignoring(fault.NotFound, err, unknown)
}

// ignoring gives another error in place of one of a code; without one, none.
func ignoring(code fault.Code, err error, instead ...error) error {
	if !fault.Is(err, code) {
		return err
	}
	for _, e := range instead {
		return e
	}
	return nil
}

// Decision gives the signed decision by which a deployment went in.
func (c *Control) Decision(ctx context.Context, id string) (model.Envelope, error) {
	row, _, err := c.row(ctx, id)
	if err != nil {
		return model.Envelope{}, err
	}
	if row.VSA == "" {
		return model.Envelope{}, fault.New(fault.NotFound, "%s has no signed decision: it has not gone in, or went back to what was there before", id)
	}
	envelope, err := c.Engine.Blobs().Get(ctx, row.VSA)
	if err != nil {
		return model.Envelope{}, err
	}
	keys, err := c.SigningKeys(ctx)
	return model.Envelope{Envelope: envelope, Keys: keys}, err
}

// began is when a deployment went in; zero if it did not.
func began(r deploy.Row) time.Time {
	if len(r.Phases) == 0 {
		return time.Time{}
	}
	return r.Phases[0].At
}
