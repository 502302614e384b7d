package deploy

import (
	"context"
	"encoding/json"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
)

// Smoker runs the effect smoke.check.
type Smoker struct{ Deps }

// Run passes if all checks pass on each of the instances; the first that does not is the error.
func (s Smoker) Run(ctx context.Context, call engine.EffectCall) (machine.Value, error) {
	var in deploy.SmokeInput
	if err := json.Unmarshal(call.Input, &in); err != nil {
		return nil, err
	}
	return nil, s.Try(ctx, in)
}

// Try runs the checks; nil: all passed on each of the instances.
func (s Smoker) Try(ctx context.Context, in deploy.SmokeInput) error {
	resolved, err := loadConfig(ctx, s.Blobs, in.Config)
	if err != nil {
		return err
	}
	root, err := s.Artifacts.Unpack(ctx, in.Artifact)
	if err != nil {
		return err
	}
	for _, instance := range in.Instances {
		if err := s.Check(ctx, resolved.Smoke, instance.ID, instance.Address, root); err != nil {
			return err
		}
	}
	return nil
}
