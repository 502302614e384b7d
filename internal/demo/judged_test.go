package demo

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/client/model"
)

func judgement(verdict string) *model.Judgement {
	return &model.Judgement{Verdict: verdict, Reason: "because", Warnings: []string{"publish: It is wor…"}, Flows: []model.FlowEvidence{
		{Flow: "buy", Criticality: "high", Canary: model.Tally{Requests: 90, Errors: 4}, Baseline: model.Tally{Requests: 800}, Verdict: verdict, Reason: "4 of 90 fail."},
		{Flow: "publish", Criticality: "low", Canary: model.Tally{Requests: 10}, Baseline: model.Tally{Requests: 11, Errors: 1}, Verdict: "hold", Reason: "It is worse."},
		{Flow: "look", Criticality: "high", Canary: model.Tally{Requests: 5}, Baseline: model.Tally{Requests: 6}, Verdict: "promote", Reason: "Proven fine."},
		{Flow: "nobody came", Criticality: "low", Verdict: "hold"},
	}}
}

func TestEvidence(t *testing.T) {
	t.Parallel()
	want := strings.TrimPrefix(`
✗ buy      high: 4 of 90 requests failed, 0 of 800 of the old release.
~ publish  low: 0 of 10 requests failed, 1 of 11 of the old release.
           → It is worse.
✓ look     high: 0 of 5 requests failed, 0 of 6 of the old release.
           → Proven fine.`, "\n")
	plainly := func(_, sign string) string { return sign }
	if diff := cmp.Diff(want, strings.Join(layout(evidence(*judgement("rollback")), 100, plainly), "\n")); diff != "" {
		t.Error(diff)
	}
}

func TestJudged(t *testing.T) {
	t.Parallel()
	got, err := judged(model.Deployment{Service: "tickets", Judge: judgement("rollback")})
	want := Canary{Service: "tickets", Verdict: "rollback", Flow: "buy", Reason: "because", Requests: 90, Errors: 4, Baseline: Tally{Requests: 800}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	for name, d := range map[string]model.Deployment{
		"nobody judged":     {ID: "tickets.dev.2", Reason: "not healthy"},
		"it was to go on":   {ID: "tickets.dev.2", Judge: judgement("promote")},
		"no flow is behind": {ID: "tickets.dev.2", Judge: &model.Judgement{Verdict: "rollback"}},
	} {
		if _, err := judged(d); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestWarned(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(&Warned{Flow: "publish", Text: "It is worse."}, warned(*judgement("promote"))); diff != "" {
		t.Error(diff)
	}
	if w := warned(model.Judgement{Flows: judgement("promote").Flows}); w != nil {
		t.Errorf("warned of %+v", w)
	}
}
