package api

import (
	"context"

	"slipway.dev/client/model"
)

type resourcesIn struct {
	Kind string `query:"kind" doc:"Only of this kind, e.g. Service"`
}

type secretID struct {
	Secret string `path:"secret" maxLength:"63"`
}

type setSecretIn struct {
	Secret string `path:"secret" maxLength:"63"`
	Body   model.SecretValue
}

type keyID struct {
	Key string `path:"key" maxLength:"128"`
}

func (d *door) check(ctx context.Context, in *body[model.CheckRequest]) ([]model.Problem, error) {
	return d.Check(ctx, in.Body.Files)
}

func (d *door) apply(ctx context.Context, in *body[model.ApplyRequest]) (model.ApplyResult, error) {
	r, err := d.Apply(ctx, in.Body)
	if r.Changes == nil {
		r.Changes = []model.Change{}
	}
	return r, err
}

func (d *door) resources(ctx context.Context, in *resourcesIn) ([]model.Resource, error) {
	return d.Resources(ctx, in.Kind)
}

func (d *door) secrets(ctx context.Context, _ *none) ([]model.Secret, error) { return d.Secrets(ctx) }

func (d *door) setSecret(ctx context.Context, in *setSecretIn) (model.Secret, error) {
	return d.SetSecret(ctx, in.Secret, in.Body.Value)
}

func (d *door) removeSecret(ctx context.Context, in *secretID) (model.Receipt, error) {
	return d.RemoveSecret(ctx, in.Secret)
}

func (d *door) keys(ctx context.Context, _ *none) ([]model.SigningKey, error) {
	return d.SigningKeys(ctx)
}

func (d *door) rotateKey(ctx context.Context, _ *none) (model.SigningKey, error) {
	return d.RotateSigningKey(ctx)
}

func (d *door) revokeKey(ctx context.Context, in *keyID) (model.Receipt, error) {
	return d.RevokeSigningKey(ctx, in.Key)
}
