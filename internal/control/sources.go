package control

import (
	"context"
	"net/http"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/source"
)

// Sources looks at the repositories that are watched.
type Sources interface {
	Kick(name string) (watched bool)
	// Commits gives the commits of a source that are in to and not in from, newest first;
	// more says that there are others. fault.NotFound: one of them is not known.
	Commits(ctx context.Context, source, from, to string) (list []model.PlanCommit, more bool, err error)
}

// Sources lists the sources.
func (c *Control) Sources(ctx context.Context) ([]model.Source, error) {
	if _, err := c.may(ctx, access.Read, access.Scope{}); err != nil {
		return nil, err
	}
	all, err := engine.All[config.SourceState](ctx, c.Engine, "source/")
	if err != nil {
		return nil, err
	}
	list := []model.Source{}
	for _, s := range all {
		if !s.Removed {
			list = append(list, sourceOf(s))
		}
	}
	return list, nil
}

func sourceOf(s config.SourceState) model.Source {
	return model.Source{
		Name: s.Spec.Name, URL: s.Spec.URL, Branch: s.Spec.Branch, Kind: string(s.Spec.Kind),
		WebhookSecret: s.Spec.Webhook, Credential: s.Spec.Credential, Head: s.Head, SeenAt: s.SeenAt, Problem: s.Problem(),
	}
}

// AddSource watches a repository from now on.
func (c *Control) AddSource(ctx context.Context, s model.Source) (model.Receipt, error) {
	actor, err := c.may(ctx, access.Sources, access.Scope{})
	if err != nil {
		return model.Receipt{}, err
	}
	if s.Kind == string(config.Platform) { // it brings what rules all
		if _, err := c.may(ctx, access.Apply, access.Scope{}); err != nil {
			return model.Receipt{}, err
		}
	}
	if err := source.CheckURL(s.URL); err != nil {
		return model.Receipt{}, err
	}
	if s.Branch == "" {
		s.Branch = "main"
	}
	if err := source.CheckBranch(s.Branch); err != nil {
		return model.Receipt{}, err
	}
	if s.Kind == "" {
		s.Kind = string(config.Services)
	}
	return c.tell(ctx, actor, config.SourceID(s.Name), config.EventSourceAdded, config.SourceSpec{
		Name: s.Name, Kind: config.SourceKind(s.Kind), URL: s.URL, Branch: s.Branch,
		Webhook: s.WebhookSecret, Credential: s.Credential,
	})
}

// RemoveSource ends the watch. What came from the source stays, for another source to take.
func (c *Control) RemoveSource(ctx context.Context, name string) (model.Receipt, error) {
	actor, err := c.may(ctx, access.Sources, access.Scope{})
	if err != nil {
		return model.Receipt{}, err
	}
	if s, err := c.source(ctx, name); err == nil && s.Spec.Kind == config.Platform {
		if _, err := c.may(ctx, access.Apply, access.Scope{}); err != nil {
			return model.Receipt{}, err
		}
	}
	return c.tell(ctx, actor, config.SourceID(name), config.EventSourceRemoved, nil)
}

// PollSource has a source looked at now.
func (c *Control) PollSource(ctx context.Context, name string) (model.Receipt, error) {
	if _, err := c.may(ctx, access.Sources, access.Scope{}); err != nil {
		return model.Receipt{}, err
	}
	if _, err := c.source(ctx, name); err != nil {
		return model.Receipt{}, err
	}
	if !c.Deps.Sources.Kick(name) {
		return model.Receipt{}, fault.New(fault.Refused, "the source %s has no repository to look at", name).
			WithHint("it is applied by hand: slipway apply --source %s", name)
	}
	return model.Receipt{}, nil
}

func (c *Control) source(ctx context.Context, name string) (config.SourceState, error) {
	s, _, err := engine.Load[config.SourceState](ctx, c.Engine, config.SourceID(name))
	if err == nil && s.Removed {
		err = fault.New(fault.NotFound, "removed")
	}
	return s, noSuch("source", name, err)
}

// Webhook takes a forge's word that something was pushed. The word is not taken for what was
// pushed: the source is looked at. Its signature stands in for a token.
func (c *Control) Webhook(ctx context.Context, name string, header http.Header, body []byte) (model.Receipt, error) {
	spec, key := c.webhookKey(ctx, name)
	push, err := source.ParsePush(header, body, key)
	if fault.Is(err, fault.Denied) {
		return model.Receipt{}, fault.New(fault.Denied, "the webhook is not signed with the secret of a source").
			WithHint("set the secret on both sides: slipway secret set NAME, slipway source add --webhook-secret NAME")
	}
	if err != nil {
		return model.Receipt{}, err
	}
	if push.Branch == spec.Branch { // the signature says which source; its address may be another than the forge tells
		c.Deps.Sources.Kick(name)
	}
	return model.Receipt{}, nil
}

// webhookKey gives what a source's webhooks are signed with. Without one no signature is
// right, and strangers get the same answer whether there is such a source or not.
func (c *Control) webhookKey(ctx context.Context, name string) (config.SourceSpec, []byte) {
	s, err := c.source(ctx, name)
	if err != nil || s.Spec.Webhook == "" {
		return config.SourceSpec{}, nil
	}
	_, key, err := c.Vault.Current(ctx, s.Spec.Webhook)
	if err != nil {
		return config.SourceSpec{}, nil
	}
	return s.Spec, key
}
