package client

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"slipway.dev/client/model"
)

// Gates tells how the doors stand at which something waits.
func (c *Client) Gates(ctx context.Context) ([]model.Gate, error) {
	return get[[]model.Gate](ctx, c, "/v1/gates")
}

// Gate tells how a door stands to a release, or would stand.
func (c *Client) Gate(ctx context.Context, q model.GateQuery) (model.Gate, error) {
	v := url.Values{"with": q.With}
	if q.Release != "" {
		v.Set("release", q.Release)
	}
	if !q.At.IsZero() {
		v.Set("at", q.At.UTC().Format(time.RFC3339))
	}
	if q.Expedite {
		v.Set("expedite", strconv.FormatBool(q.Expedite))
	}
	to := path("v1", "gates", q.Service, q.Environment)
	if len(v) > 0 {
		to += "?" + v.Encode()
	}
	return get[model.Gate](ctx, c, to)
}

// Plan tells what a deployment would do.
func (c *Client) Plan(ctx context.Context, service, environment, release string) (model.Plan, error) {
	return get[model.Plan](ctx, c, with(path("v1", "plans", service, environment), map[string]string{"release": release}))
}

// Deployment tells all about one deployment.
func (c *Client) Deployment(ctx context.Context, id string) (model.DeploymentDetail, error) {
	return get[model.DeploymentDetail](ctx, c, path("v1", "deployments", id))
}

// Decision gives the signed decision by which a deployment went in, and the key to check it.
func (c *Client) Decision(ctx context.Context, id string) (model.Envelope, error) {
	return get[model.Envelope](ctx, c, path("v1", "deployments", id, "decision"))
}

// Promote asks for a release to go on into an environment.
func (c *Client) Promote(ctx context.Context, r model.PromoteRequest) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", "/v1/promotions", r)
}

// RevokeRelease takes away a release's right to enter anywhere.
func (c *Client) RevokeRelease(ctx context.Context, service, release, reason string) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", path("v1", "releases", service, release, "revoke"), model.RevokeRequest{Reason: reason})
}
