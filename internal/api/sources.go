package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"slipway.dev/client/model"
)

type sourceID struct {
	Source string `path:"source" maxLength:"63"`
}

// webhookIn has the request as it came: its signature is over the raw bytes.
type webhookIn struct {
	Source  string `path:"source" maxLength:"63"`
	RawBody []byte `contentType:"application/json"`
	header  http.Header
}

// Resolve takes the headers, whichever forge they are of.
func (in *webhookIn) Resolve(hc huma.Context) []error {
	r, _ := humago.Unwrap(hc)
	in.header = r.Header
	return nil
}

func (d *door) sources(ctx context.Context, _ *none) ([]model.Source, error) { return d.Sources(ctx) }

func (d *door) addSource(ctx context.Context, in *body[model.Source]) (model.Receipt, error) {
	return d.AddSource(ctx, in.Body)
}

func (d *door) removeSource(ctx context.Context, in *sourceID) (model.Receipt, error) {
	return d.RemoveSource(ctx, in.Source)
}

func (d *door) pollSource(ctx context.Context, in *sourceID) (model.Receipt, error) {
	return d.PollSource(ctx, in.Source)
}

func (d *door) webhook(ctx context.Context, in *webhookIn) (model.Receipt, error) {
	return d.Webhook(ctx, in.Source, in.header, in.RawBody)
}
