package promrules

import (
	"fmt"
	"testing"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/manifest"
)

// flowOf reads a flow whose steps and reliability targets are as told.
func flowOf(t testing.TB, name, steps, reliability, more string) flow.Flow {
	t.Helper()
	text := fmt.Sprintf("apiVersion: slipway.dev/v1\nkind: Flow\nmetadata: {name: %s, team: box-office}\n"+
		"spec: {type: user, criticality: high, start: seat, end: ticket, steps: [%s], targets: {reliability: {%s}%s}}\n", name, steps, reliability, more)
	all, problems := manifest.Parse("flow.yaml", []byte(text))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	f, err := flow.Of(all[0])
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const orders = "{service: tickets, request: POST /orders}"
