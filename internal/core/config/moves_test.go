package config

import (
	"strings"
	"testing"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// A commit that nobody approved does not choose who approves: a service stays with its team
// while an environment asks for approvals, also if it is taken out and brought back.
func TestServiceStaysWithItsTeam(t *testing.T) {
	t.Parallel()
	apply := func(s ResourceState, team string, free bool) (ResourceState, error) {
		next, err := Resource{}.Step(s, machine.Event{Type: EventApplied, Data: machine.Must(Applied{
			Source: "shop", SourceKind: Services, Kind: "Service", Name: "tickets", Team: team, Digest: "sha256:" + team, Consent: Consent{Free: free}})})
		return next.State, err
	}
	s, err := apply(ResourceState{}, "box-office", false)
	if err != nil || s.Team != "box-office" {
		t.Fatal(s, err)
	}
	if _, err := apply(s, "sandbox", false); !fault.Is(err, fault.Refused) || !strings.Contains(err.Error(), "belongs to the team box-office") {
		t.Error(err)
	}
	if _, err := apply(s, "", false); !fault.Is(err, fault.Refused) {
		t.Error("it may not leave its team either:", err)
	}
	if moved, err := apply(s, "sandbox", true); err != nil || moved.Team != "sandbox" {
		t.Error("where nobody asks for approvals it may:", moved, err)
	}
	gone, err := Resource{}.Step(s, machine.Event{Type: EventRemoved, Data: machine.Must(From{Source: "shop"})})
	if err != nil || !gone.State.Removed {
		t.Fatal(gone.State, err)
	}
	if _, err := apply(gone.State, "sandbox", false); !fault.Is(err, fault.Refused) {
		t.Error("nor in two commits:", err)
	}
	if back, err := apply(gone.State, "box-office", false); err != nil || back.Removed {
		t.Error(back, err)
	}
}
