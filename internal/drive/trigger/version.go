package trigger

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/trigger"
	"slipway.dev/internal/core/workflow"
)

// version reads what a deployment brought: the definition out of its artifact, and how it runs
// out of its configuration. The definition's canonical form is in the blob store then.
func (a *activator) version(ctx context.Context, spec deploy.WorkflowSpec) (v trigger.Active, err error) {
	c, err := a.config(ctx, spec)
	if err != nil {
		return v, err
	}
	def, err := a.definition(ctx, spec.Artifact, c.File)
	if err != nil {
		return v, err
	}
	if err := trigger.Fits(def, slices.Collect(maps.Keys(c.secrets))); err != nil {
		return v, err
	}
	v = trigger.Active{Release: spec.Release, Definition: def.Digest, Config: spec.Config, Secrets: c.secrets, Webhook: c.secrets[c.Webhook],
		Namespace: def.Document.Namespace, Name: def.Document.Name, Version: def.Document.Version, Title: def.Document.Title}
	if v.Schedule, err = trigger.ScheduleOf(def, c.Zone, c.Missed, c.Overlap); err != nil {
		return v, err
	}
	if _, err := a.Engine.Blobs().Put(ctx, def.Canonical); err != nil {
		return v, err
	}
	seed := make([]byte, 16)
	_, err = rand.Read(seed)
	v.Seed = hex.EncodeToString(seed)
	return v, err
}

// settings is of a deployed configuration what concerns a workflow.
type settings struct {
	config.Workflow
	secrets map[string]string
}

func (a *activator) config(ctx context.Context, spec deploy.WorkflowSpec) (s settings, err error) {
	blob, err := a.Engine.Blobs().Get(ctx, spec.Config)
	if err != nil {
		return s, fmt.Errorf("its configuration: %w", err)
	}
	var r config.Resolved
	if err := json.Unmarshal(blob, &r); err != nil {
		return s, fault.New(fault.Invalid, "its configuration cannot be read").Because(err)
	}
	if r.Workflow == nil {
		return s, fault.New(fault.Invalid, "its configuration is not that of a workflow")
	}
	return settings{*r.Workflow, r.Secrets}, nil
}

// definition reads the workflow of an artifact. file is what its author calls it.
func (a *activator) definition(ctx context.Context, artifact, file string) (*workflow.Definition, error) {
	dir, err := a.Artifacts.Unpack(ctx, artifact)
	if err != nil {
		return nil, err
	}
	text, err := read(dir)
	if err != nil {
		return nil, err
	}
	def, problems := workflow.Parse(file, text)
	if def != nil {
		problems = def.Refusals()
	}
	if len(problems) > 0 {
		return nil, fault.New(fault.Invalid, "its definition is not one that can run").Because(problems)
	}
	return def, nil
}

func read(dir string) ([]byte, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	f, err := root.Open(config.WorkflowFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Invalid, "there is no %s in its artifact", config.WorkflowFile)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, workflow.MaxFile+1)) // one more, which the parser refuses
	return text, err
}
