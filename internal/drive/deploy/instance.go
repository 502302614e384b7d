package deploy

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/target"
)

// loadConfig reads the configuration that a deployment was pinned to.
func loadConfig(ctx context.Context, blobs Blobs, digest string) (config.Resolved, error) {
	var r config.Resolved
	b, err := blobs.Get(ctx, digest)
	if err != nil {
		return r, fmt.Errorf("configuration %s: %w", digest, err)
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("configuration %s: %w", digest, err)
	}
	return r, nil
}

// instanceOf makes what a target runs. The service's own variables win over those that
// slipway adds.
func instanceOf(spec deploy.InstanceSpec, r config.Resolved, extra map[string]string) target.Instance {
	env := maps.Clone(extra)
	if env == nil {
		env = map[string]string{}
	}
	env["SLIPWAY_SERVICE"] = spec.Service
	env["SLIPWAY_ENVIRONMENT"] = spec.Environment
	env["SLIPWAY_RELEASE"] = spec.Release
	env["SLIPWAY_DEPLOYMENT"] = spec.Deployment
	env["SLIPWAY_INSTANCE"] = spec.ID
	maps.Copy(env, r.Env)
	return target.Instance{
		ID: spec.ID, Service: spec.Service, Environment: spec.Environment,
		Release: spec.Release, Deployment: spec.Deployment, Artifact: spec.Artifact,
		Command: r.Command, Dir: r.Dir, Env: env, Files: r.Files, Secrets: r.Secrets,
		Limits: target.Limits(r.Limits), Health: target.Health(r.Health), StopGrace: r.StopGrace,
	}
}

// splitID reads service and environment from "service.environment.number.index". The number
// of instances beside a canary has a letter behind it.
func splitID(id string) (service, environment string, ok bool) {
	parts := strings.Split(id, ".")
	if len(parts) != 4 {
		return "", "", false
	}
	return parts[0], parts[1], true
}

// expected says whether a lane's refusal of an observation is of no concern.
func expected(err error) bool {
	return fault.Is(err, fault.Refused) || fault.Is(err, fault.NotFound)
}
