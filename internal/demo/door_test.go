package demo

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/client/model"
)

func gateOf(release string) model.Gate {
	return model.Gate{Environment: "prod", Release: release, Verdict: "fail", Conditions: []model.Condition{
		{Name: "previous", Verdict: "pass", Reason: "It runs in staging.", Needs: []string{"not to be shown"}},
		{Name: "approvals", Verdict: "fail", Reason: "1 of 2 have approved: bob.", Needs: []string{"1 more", "who may: cleo, dan"}},
		{Name: "budget", Verdict: "unknown", Reason: "Nobody knows."},
		{Name: "soak", Verdict: "notApplicable"},
	}}
}

func TestTableOfADoor(t *testing.T) {
	t.Parallel()
	var painted []string
	paint := func(color, sign string) string {
		painted = append(painted, color+sign)
		return sign
	}
	want := strings.TrimPrefix(`
✓ previous   It runs in staging.
✗ approvals  1 of 2 have
             approved: bob.
             → 1 more
             → who may: cleo, dan
? budget     Nobody knows.
- soak       `, "\n")
	if diff := cmp.Diff(want, strings.Join(layout(conditions(gateOf("1")), 33, paint), "\n")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{green + "✓", red + "✗", yellow + "?", dim + "-"}, painted); diff != "" {
		t.Error(diff)
	}
}

func laneOf(environment, release string) model.Lane {
	l := model.Lane{Service: service, Environment: environment, Status: "idle"}
	if release != "" {
		l.Current = &model.Placed{Release: release}
	}
	return l
}

func TestEnvironmentsAtTheBottom(t *testing.T) {
	t.Parallel()
	b := board{lanes: []model.Lane{laneOf("dev", "2222222"), laneOf("prod", ""), laneOf("staging", "1111111")}, gates: []model.Gate{gateOf("1111111")}}
	want := "dev 2222   staging 1111   prod - < 1111 waits: approvals, budget"
	if got := b.environments(promote().environments); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAhead(t *testing.T) {
	t.Parallel()
	busy := laneOf("staging", "1")
	busy.Active = &model.Deployment{Release: "2"}
	for name, c := range map[string]struct {
		lanes []model.Lane
		want  []step
	}{
		"nothing runs":      {nil, nil},
		"dev is first":      {[]model.Lane{laneOf("dev", "1")}, []step{{"staging", "1"}}},
		"all are alike":     {[]model.Lane{laneOf("dev", "1"), laneOf("staging", "1"), laneOf("prod", "1")}, nil},
		"two could go on":   {[]model.Lane{laneOf("dev", "3"), laneOf("staging", "2"), laneOf("prod", "1")}, []step{{"prod", "2"}, {"staging", "3"}}},
		"one is on its way": {[]model.Lane{laneOf("dev", "2"), busy, laneOf("prod", "1")}, nil},
	} {
		if diff := cmp.Diff(c.want, ahead(promote().environments, c.lanes), cmp.AllowUnexported(step{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestToAnswer(t *testing.T) {
	t.Parallel()
	mine, other := model.Task{Name: "mine", Mine: true}, model.Task{Name: "other"}
	for _, c := range []struct {
		want  string
		tasks []model.Task
	}{
		{"", nil},
		{"other", []model.Task{other}},
		{"mine", []model.Task{other, mine, other}},
		{"other", []model.Task{{Name: "older"}, other}},
	} {
		if got, ok := toAnswer(c.tasks); got.Name != c.want || ok != (c.want != "") {
			t.Errorf("of %v: %v", c.tasks, got)
		}
	}
}
