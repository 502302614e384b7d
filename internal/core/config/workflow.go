package config

import (
	"strings"

	"slipway.dev/internal/core/manifest"
)

// WorkflowFile is the file of an artifact that has a workflow's definition, as its author wrote it.
const WorkflowFile = "workflow.yaml"

// WorkflowItem is what a release needs of a workflow.
type WorkflowItem struct {
	File    string   `json:"file"`              // below Path
	Secrets []string `json:"secrets,omitempty"` // names that its manifest gives it, in any environment
}

// Workflow is how a workflow runs in an environment. It is part of a Resolved, so that who
// approves a deployment approves it.
type Workflow struct {
	File    string `json:"file"`
	Zone    string `json:"zone,omitempty"`    // of its cron expression; empty: UTC
	Missed  string `json:"missed,omitempty"`  // trigger's words
	Overlap string `json:"overlap,omitempty"` // trigger's words
	Webhook string `json:"webhook,omitempty"` // which of its secrets signs webhooks
}

// BuildOf says how the artifact of a service is made; nil: it is an image. That of a workflow is its file.
func BuildOf(s manifest.Service) (*manifest.Build, *WorkflowItem) {
	if s.Workflow == nil {
		return s.Build, nil
	}
	item := &WorkflowItem{File: string(s.Workflow.File)}
	layers := []map[manifest.EnvName]manifest.From{s.Secrets}
	for _, o := range s.Overrides {
		layers = append(layers, o.Secrets)
	}
	item.Secrets = sorted(merged(layers...))
	return &manifest.Build{Run: manifest.Text("cp -- " + quoted(item.File) + ` "$OUT/` + WorkflowFile + `"`)}, item
}

// quoted is a word for a shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// resolveWorkflow is Resolve for a workflow. It has no instances, so that of all configuration
// only its secrets are left.
func resolveWorkflow(r manifest.Resource, s manifest.Service, environment string, versions map[string]int) (out Resolved, err error) {
	out = Resolved{Service: r.Name, Environment: environment,
		Workflow: &Workflow{File: string(s.Workflow.File), Zone: string(s.Workflow.Zone), Missed: s.Workflow.Missed, Overlap: s.Workflow.Overlap, Webhook: string(s.Workflow.Webhook)},
		Rollout: Rollout{Strategy: Strategy{Kind: Activate}, Rollback: Rollback{Keep: rollback(s.Rollback, manifest.Rollback{}).Keep},
			Migration: MigrationNone, Deadline: DefaultDeadline},
	}
	out.Secrets, err = secrets(r.Name, versions, s.Secrets, s.Overrides[manifest.Name(environment)].Secrets)
	return out, err
}
