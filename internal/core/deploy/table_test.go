package deploy

import (
	"testing"

	"slipway.dev/internal/core/gate"
)

// TestMissingIsOneSentence: what keeps a gate shut is one line, with a stop at its end only.
func TestMissingIsOneSentence(t *testing.T) {
	t.Parallel()
	approvals := gate.Condition{Name: "approvals", Verdict: gate.Fail, Reason: "None of 1 has approved."}
	window := gate.Condition{Name: "window", Verdict: gate.Fail, Reason: "The window opens Mon 09:00."}
	for want, list := range map[string][]gate.Condition{
		"":                                   {{Name: "previous", Verdict: gate.Pass, Reason: "It runs."}},
		"approvals: None of 1 has approved.": {approvals},
		"approvals: None of 1 has approved; window: The window opens Mon 09:00.": {approvals, window},
	} {
		if got := missingOf(list); got != want {
			t.Errorf("%q, wanted %q", got, want)
		}
	}
}
