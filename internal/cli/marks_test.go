package cli

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway.dev/client/model"
)

func TestCauseMarksTheUnusual(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]model.Deployment{
		"-":                                 {},
		"push":                              {Cause: "push"},
		"manual, hotfix":                    {Cause: "manual", Expedite: true},
		"manual, broken glass shop.prod.1":  {Cause: "manual", Glass: "shop.prod.1"},
		"manual, train spring":              {Cause: "manual", Train: "spring"},
		"hotfix, broken glass g, train t":   {Expedite: true, Glass: "g", Train: "t"},
		"rollback, broken glass g, train t": {Cause: "rollback", Glass: "g", Train: "t"},
	} {
		if got := cause(d); got != want {
			t.Errorf("%q, wanted %q", got, want)
		}
	}
}

func TestRolesHaveTheirScopeAndAreThereOnce(t *testing.T) {
	t.Parallel()
	got := rolesText([]model.Binding{
		{Subject: "person:ada", Role: "approver", Team: "box-office", Environment: "prod"},
		{Subject: "team:ops", Role: "approver"},
		{Subject: "group:sre", Role: "approver"},
		{Subject: "person:ada", Role: "developer", Environment: "dev"},
	})
	want := []string{"approver of box-office in prod", "approver", "developer in dev"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, wanted %q", got, want)
	}
}

// TestDoorOfWhatWentIn: only what still waits is told what it needs, or that it may enter.
func TestDoorOfWhatWentIn(t *testing.T) {
	t.Parallel()
	s := &session{out: &sink{Writer: io.Discard}, env: func(string) string { return "" }, now: time.Now}
	g := model.Gate{Service: "tickets", Environment: "prod", Release: "r1", Deployment: "tickets.prod.1", Verdict: "fail", Glass: "g1",
		Conditions: []model.Condition{{Name: "approvals", Verdict: "fail", Reason: "None of 2 has approved.", Needs: []string{"2 more"}}}}
	now := []string{"may enter all the same", "approvals needs 2 more"}
	at := time.Date(2031, 4, 1, 3, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		outcome string
		at      time.Time
		says    string
		waits   bool
	}{
		{"waiting", at, "at the door of prod: fail", true},
		{"observing", at, "when it went in, at " + clock(at) + ": fail", false},
		{"completed", at, "it went in by a broken glass (g1)", false},
		{"superseded", time.Time{}, "while it waited: fail", false},
	} {
		var out strings.Builder
		g.At = c.at
		s.doorOf(&out, model.DeploymentDetail{Deployment: model.Deployment{Outcome: c.outcome}, Gate: &g})
		if !strings.Contains(out.String(), c.says) || !strings.Contains(out.String(), "None of 2 has approved.") {
			t.Errorf("%s: it does not say %q:\n%s", c.outcome, c.says, out.String())
		}
		for _, words := range now {
			if strings.Contains(out.String(), words) != c.waits {
				t.Errorf("%s: %q is there, or is not:\n%s", c.outcome, words, out.String())
			}
		}
	}
}

func TestMissingIsOneSentence(t *testing.T) {
	t.Parallel()
	got := missing(model.Gate{Conditions: []model.Condition{
		{Name: "approvals", Verdict: "fail", Reason: "None of 1 has approved."}, {Name: "previous", Verdict: "pass", Reason: "It runs."},
		{Name: "window", Verdict: "unknown", Reason: "No such zone."},
	}})
	if want := "approvals: None of 1 has approved; window: No such zone."; got != want {
		t.Errorf("%q, wanted %q", got, want)
	}
}
