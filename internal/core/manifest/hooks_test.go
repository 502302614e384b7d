package manifest

import (
	"strings"
	"testing"
)

// TestHooksAreWorkflows: what a deployment runs must be declared, and be a workflow.
func TestHooksAreWorkflows(t *testing.T) {
	t.Parallel()
	found, problems := Parse("f.yaml", []byte(`apiVersion: slipway.dev/v1
kind: Team
metadata: {name: shop}
spec: {members: [{name: ada}]}
---
apiVersion: slipway.dev/v1
kind: Service
metadata: {name: check, team: shop}
spec: {workflow: {file: a.yaml}}
---
apiVersion: slipway.dev/v1
kind: Service
metadata: {name: tickets, team: shop}
spec:
  image: registry.example.com/shop/tickets:1
  smoke: [{workflow: chek}, {workflow: check}]
  hooks: {before: [check, tickets], after: [chekk]}
`))
	if problems != nil {
		t.Fatal(problems)
	}
	var got []string
	for _, p := range Check(found, nil, false) {
		got = append(got, p.String())
	}
	want := []string{
		"f.yaml:16:22: there is no Service `chek`; did you mean `check`?",
		"f.yaml:17:27: tickets is a service that runs in instances, and no workflow",
		"f.yaml:17:45: there is no Service `chekk`; did you mean `check`?",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
}
