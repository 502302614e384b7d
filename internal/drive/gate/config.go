package gate

import (
	"context"
	"maps"
	"slices"
	"strings"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/vault"
)

type configKey struct{ spec, environment string }

type resolved struct {
	digest  string
	rollout config.Rollout
	guards  []machine.Guard // that it would still be made so
	err     error
}

// config gives the configuration of a service in an environment as it would be now.
func (b *Book) config(ctx context.Context, spec, environment string) resolved {
	key := configKey{spec, environment}
	b.mu.Lock()
	have, ok := b.configs[key]
	changes := b.changes
	b.mu.Unlock()
	if ok {
		return have
	}
	have = b.resolve(ctx, spec, environment)
	if fault.CodeOf(have.err) != fault.Internal { // another time it may be read
		b.remember(changes, func() { put(b.configs, key, have) })
	}
	return have
}

// resolve makes a configuration. The guards are taken first, as those of the rules are: what
// governs, and the secrets whose versions it has.
func (b *Book) resolve(ctx context.Context, spec, environment string) (r resolved) {
	if r.err = b.hold(ctx, &r, config.PolicyID); r.err != nil {
		return r
	}
	once := func() (names []string) {
		var c config.Resolved
		r.digest, c, r.err = b.Resolve(ctx, spec, environment)
		r.rollout = c.Rollout
		return slices.Sorted(maps.Values(c.Secrets))
	}
	secrets := once()
	for _, ref := range secrets {
		name, _, _ := strings.Cut(ref, "@")
		if r.err = b.hold(ctx, &r, vault.SecretID(name)); r.err != nil {
			return r
		}
	}
	if len(secrets) > 0 { // which they are is known only now
		once()
	}
	return r
}

// hold adds a guard on a machine to a configuration.
func (b *Book) hold(ctx context.Context, r *resolved, id string) error {
	_, step, err := of[any](ctx, &b.cache, id)
	r.guards = append(r.guards, machine.Guard{Machine: id, Step: step})
	return err
}
