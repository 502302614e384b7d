package client

import (
	"context"
	"strconv"

	"slipway.dev/client/model"
)

// System tells what the control plane is.
func (c *Client) System(ctx context.Context) (model.System, error) {
	return get[model.System](ctx, c, "/v1/system")
}

// Lanes lists services and environments with what runs there.
func (c *Client) Lanes(ctx context.Context) ([]model.Lane, error) {
	return get[[]model.Lane](ctx, c, "/v1/lanes")
}

// Lane tells what runs of a service in an environment and what is on its way.
func (c *Client) Lane(ctx context.Context, service, environment string) (model.Lane, error) {
	return get[model.Lane](ctx, c, path("v1", "lanes", service, environment))
}

// Deployments lists deployments, latest first.
func (c *Client) Deployments(ctx context.Context, q model.DeploymentsQuery) ([]model.Deployment, error) {
	return get[[]model.Deployment](ctx, c, with("/v1/deployments", map[string]string{
		"service": q.Service, "environment": q.Environment, "limit": strconv.Itoa(q.Limit)}))
}

// Deploy puts a release into an environment.
func (c *Client) Deploy(ctx context.Context, r model.DeployRequest) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", "/v1/deployments", r)
}

// Rollback goes back in an environment.
func (c *Client) Rollback(ctx context.Context, r model.RollbackRequest) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", "/v1/rollbacks", r)
}

// Abort stops the deployment under way.
func (c *Client) Abort(ctx context.Context, r model.AbortRequest) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", "/v1/aborts", r)
}

// Settle decides on a held deployment.
func (c *Client) Settle(ctx context.Context, r model.SettleRequest) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", "/v1/settlements", r)
}

// Releases lists a service's releases, latest first; limit 0 leaves it to the control plane.
func (c *Client) Releases(ctx context.Context, service string, limit int) ([]model.Release, error) {
	return get[[]model.Release](ctx, c, with(path("v1", "releases", service), map[string]string{"limit": strconv.Itoa(limit)}))
}

// Release tells about one release.
func (c *Client) Release(ctx context.Context, service, id string) (model.Release, error) {
	return get[model.Release](ctx, c, path("v1", "releases", service, id))
}

// RetryBuild builds a release again whose build failed or was cancelled.
func (c *Client) RetryBuild(ctx context.Context, service, release string) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", path("v1", "releases", service, release, "retry"), nil)
}

// CancelBuild stops a release's build.
func (c *Client) CancelBuild(ctx context.Context, service, release string) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", path("v1", "releases", service, release, "cancel"), nil)
}
