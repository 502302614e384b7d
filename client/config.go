package client

import (
	"context"

	"slipway.dev/client/model"
)

// Sources lists the repositories that are watched.
func (c *Client) Sources(ctx context.Context) ([]model.Source, error) {
	return get[[]model.Source](ctx, c, "/v1/sources")
}

// AddSource begins to watch a repository.
func (c *Client) AddSource(ctx context.Context, s model.Source) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", "/v1/sources", s)
}

// RemoveSource ends watching a repository. What it declared stays.
func (c *Client) RemoveSource(ctx context.Context, name string) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "DELETE", path("v1", "sources", name), nil)
}

// PollSource looks at a repository now.
func (c *Client) PollSource(ctx context.Context, name string) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", path("v1", "sources", name, "poll"), nil)
}

// Check checks manifests; nothing is changed.
func (c *Client) Check(ctx context.Context, files []model.File) ([]model.Problem, error) {
	return call[[]model.Problem](ctx, c, "POST", "/v1/check", model.CheckRequest{Files: files})
}

// Apply brings manifests in, or with DryRun says what that would change.
func (c *Client) Apply(ctx context.Context, r model.ApplyRequest) (model.ApplyResult, error) {
	return call[model.ApplyResult](ctx, c, "POST", "/v1/apply", r)
}

// Resources lists what is declared, of one kind or ("") of all.
func (c *Client) Resources(ctx context.Context, kind string) ([]model.Resource, error) {
	return get[[]model.Resource](ctx, c, with("/v1/resources", map[string]string{"kind": kind}))
}

// Secrets lists secrets, without values.
func (c *Client) Secrets(ctx context.Context) ([]model.Secret, error) {
	return get[[]model.Secret](ctx, c, "/v1/secrets")
}

// SetSecret sets a secret's value, as a new version.
func (c *Client) SetSecret(ctx context.Context, name string, value []byte) (model.Secret, error) {
	return call[model.Secret](ctx, c, "PUT", path("v1", "secrets", name), model.SecretValue{Value: value})
}

// RemoveSecret removes a secret with all its versions.
func (c *Client) RemoveSecret(ctx context.Context, name string) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "DELETE", path("v1", "secrets", name), nil)
}

// SigningKeys lists the public keys that statements are signed with.
func (c *Client) SigningKeys(ctx context.Context) ([]model.SigningKey, error) {
	return get[[]model.SigningKey](ctx, c, "/v1/keys")
}

// RotateSigningKey makes a new active key; the one before still verifies.
func (c *Client) RotateSigningKey(ctx context.Context) (model.SigningKey, error) {
	return call[model.SigningKey](ctx, c, "POST", "/v1/keys/rotate", nil)
}

// RevokeSigningKey ends trust in a key: what it signed no longer verifies.
func (c *Client) RevokeSigningKey(ctx context.Context, id string) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", path("v1", "keys", id, "revoke"), nil)
}
