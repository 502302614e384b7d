package apitest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// Sources lists sources.
func (f *Fake) Sources(ctx context.Context) ([]model.Source, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	return slices.Clone(f.sources), nil
}

// AddSource adds one.
func (f *Fake) AddSource(ctx context.Context, s model.Source) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	if f.source(s.Name) >= 0 {
		return model.Receipt{}, fault.New(fault.Refused, "there is a source %s already", s.Name)
	}
	f.sources = append(f.sources, s)
	return f.note(Actor(ctx), "source/"+s.Name, "source.added"), nil
}

func (f *Fake) source(name string) int {
	return slices.IndexFunc(f.sources, func(s model.Source) bool { return s.Name == name })
}

// RemoveSource removes one.
func (f *Fake) RemoveSource(ctx context.Context, name string) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	i := f.source(name)
	if i < 0 {
		return model.Receipt{}, fault.New(fault.NotFound, "there is no source %s", name)
	}
	f.sources = slices.Delete(f.sources, i, i+1)
	return f.note(Actor(ctx), "source/"+name, "source.removed"), nil
}

// PollSource looks at one.
func (f *Fake) PollSource(ctx context.Context, name string) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	if f.source(name) < 0 {
		return model.Receipt{}, fault.New(fault.NotFound, "there is no source %s", name)
	}
	return f.note(Actor(ctx), "source/"+name, "source.polled"), nil
}

// WebhookSecret signs the webhooks that Webhook takes, as GitHub signs them.
const WebhookSecret = "It's a Secret to Everybody"

// Webhook takes a push with a signature of WebhookSecret.
func (f *Fake) Webhook(_ context.Context, name string, h http.Header, body []byte) (model.Receipt, error) {
	mac := hmac.New(sha256.New, []byte(WebhookSecret))
	mac.Write(body)
	if !hmac.Equal([]byte(h.Get("X-Hub-Signature-256")), []byte("sha256="+hex.EncodeToString(mac.Sum(nil)))) {
		return model.Receipt{}, fault.New(fault.Denied, "the webhook's signature is not valid")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.note(machine.Actor{Kind: "token", Name: "webhook"}, "source/"+name, "source.pushed"), nil
}
