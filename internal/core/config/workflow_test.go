package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/fault"
)

const workflowSpec = `
  source: {path: workflows}
  workflow: {file: a/it's.yaml, zone: Europe/Berlin, missed: all, overlap: allow}
  secrets: {TOKEN: {from: pager}, PIN: {from: pin}}
  rollback: {keep: 3}
  overrides: {prod: {secrets: {TOKEN: {from: pager-prod}, MORE: {from: more}}}}`

// TestResolveWorkflow: what is approved is all by which it runs, and nothing of instances.
func TestResolveWorkflow(t *testing.T) {
	t.Parallel()
	r := parsed(t, "Service", "restart", workflowSpec)
	prod := parsed(t, "Environment", "prod", `{config: {A: b}}`)
	versions := map[string]int{"pager": 1, "pin": 2, "pager-prod": 7, "more": 4}
	got, err := Resolve(r, prod, versions)
	if err != nil {
		t.Fatal(err)
	}
	want := Resolved{Service: "restart", Environment: "prod",
		Secrets:  map[string]string{"TOKEN": "pager-prod@7", "PIN": "pin@2", "MORE": "more@4"},
		Workflow: &Workflow{File: "a/it's.yaml", Zone: "Europe/Berlin", Missed: "all", Overlap: "allow"},
		Rollout:  Rollout{Strategy: Strategy{Kind: Activate}, Rollback: Rollback{Keep: 3}, Migration: MigrationNone, Deadline: DefaultDeadline},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	delete(versions, "pin")
	if _, err := Resolve(r, prod, versions); !fault.Is(err, fault.Refused) {
		t.Errorf("a secret is not set: %v", err)
	}
	_, before := want.Blob()
	want.Workflow.Overlap = "skip"
	if _, after := want.Blob(); after == before {
		t.Error("another overlap policy has the same digest, so that an approval would hold for it")
	}
}

// TestResolveHooks: a smoke check that is a workflow is run once, before the hooks.
func TestResolveHooks(t *testing.T) {
	t.Parallel()
	r := parsed(t, "Service", "tickets", `{image: "registry.example.com/shop/tickets:1", smoke: [{workflow: probe}, {command: [./check]}], hooks: {before: [warm], after: [tell, mail]}}`)
	got, err := Resolve(r, parsed(t, "Environment", "prod", `{}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Hooks{Before: []string{"probe", "warm"}, After: []string{"tell", "mail"}}, got.Rollout.Hooks); diff != "" {
		t.Error(diff)
	}
	if len(got.Smoke) != 1 || got.Rollout.Smoke != 1 {
		t.Errorf("%+v", got.Smoke)
	}
}

func TestWorkflowItem(t *testing.T) {
	t.Parallel()
	item, err := ItemOf(parsed(t, "Service", "restart", workflowSpec), func(path string) bool { return path == "workflows" })
	if err != nil {
		t.Fatal(err)
	}
	s := item.Service
	if s == nil || !s.Changed || s.Build == nil || s.Build.Run != `cp -- 'a/it'\''s.yaml' "$OUT/workflow.yaml"` {
		t.Fatalf("%+v", s)
	}
	if diff := cmp.Diff(&WorkflowItem{File: "a/it's.yaml", Secrets: []string{"MORE", "PIN", "TOKEN"}}, s.Workflow); diff != "" {
		t.Error(diff)
	}
}
