package web

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/deploy"
)

func TestRowsAndColumns(t *testing.T) {
	t.Parallel()
	b := Board{Environments: []environment{{"test", ""}, {"prod", "test"}}, Lanes: []model.Lane{
		{Service: "tickets", Environment: "prod", Team: "box-office", Status: "idle", Current: &model.Placed{}},
		{Service: "concerts", Environment: "qa", Status: "held"},
		{Service: "tickets", Environment: "dev", Status: "preparing"},
	}}
	if diff := cmp.Diff([]string{"test", "prod", "dev", "qa"}, b.columns()); diff != "" {
		t.Error(diff)
	}
	var got [][]string
	for _, r := range b.rows() {
		line := []string{r.Service, r.Team}
		for _, c := range r.Cells {
			line = append(line, c.Environment+": "+c.Word)
		}
		got = append(got, line)
	}
	want := [][]string{
		{"concerts", "", "test: Nothing yet", "prod: Nothing yet", "dev: Nothing yet", "qa: Needs a decision"},
		{"tickets", "box-office", "test: Nothing yet", "prod: Live", "dev: Preparing", "qa: Nothing yet"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(counts{Services: 2, Moving: 1, Attention: 1}, b.counts()); diff != "" {
		t.Error(diff)
	}
}

func TestCell(t *testing.T) {
	t.Parallel()
	serving := &model.Placed{Release: "r1"}
	for name, test := range map[string]struct {
		lane model.Lane
		last *model.Deployment
		want cell
	}{
		"empty": {
			lane: model.Lane{Status: "empty", Text: "nothing is deployed"},
			want: cell{status: status{"Nothing yet", "none", quiet}},
		},
		"live": {
			lane: model.Lane{
				Status: "idle", Text: "r1 runs", Current: serving, URLs: []string{"http://a/", "http://b/"},
				Instances: []model.Instance{
					{State: "healthy", Routed: true}, {State: "crashed", Routed: true}, {State: "healthy"}, {State: "starting"},
				},
			},
			last: &model.Deployment{Outcome: "completed", Release: "r1"},
			want: cell{status: statuses[deploy.Completed], Serving: &release{Name: "r1"}, Healthy: 1, Copies: 2, URL: "http://a/"},
		},
		"on its way": {
			lane: model.Lane{
				Status: "observing", Text: "is watched", Current: serving,
				Active: &model.Deployment{Commit: "0123456789", Weight: 10, Stage: 1, Stages: 3},
			},
			last: &model.Deployment{Outcome: "rolledBack"},
			want: cell{
				status: statuses[deploy.Observing], Text: "is watched", Serving: &release{Name: "r1"},
				Arriving: &release{Name: "0123456"}, Weight: 10, Stage: 1, Stages: 3,
			},
		},
		"being built": {
			lane: model.Lane{Status: "empty", Pending: &model.Release{ID: "r2", Status: "building", Subject: "Try it"}},
			want: cell{status: status{"Building", "dots", busy}, Arriving: &release{Name: "r2", Subject: "Try it"}},
		},
		"not built": {
			lane: model.Lane{Status: "idle", Current: serving, Pending: &model.Release{ID: "r2", Status: "failed", Error: "exit status 1"}},
			last: &model.Deployment{Outcome: "rolledBack"},
			want: cell{status: status{"Build failed", "cross", warn}, Text: "exit status 1", Gone: &release{Name: "r2"}, Serving: &release{Name: "r1"}},
		},
		"not let in": {
			lane: model.Lane{
				Environment: "dev", Status: "idle", Current: serving,
				Pending: &model.Release{ID: "r2", Status: "built", Artifact: "sha256:1", Problems: map[string]string{"dev": "a secret is not set"}},
			},
			want: cell{
				Environment: "dev", status: status{"Does not go in", "pause", warn}, Text: "a secret is not set",
				Gone: &release{Name: "r2"}, Serving: &release{Name: "r1"},
			},
		},
		"taken back": {
			lane: model.Lane{Status: "idle", Text: "r1 runs", Current: serving},
			last: &model.Deployment{Outcome: "rolledBack", Release: "r2", Reason: "too many errors", Subject: "Break it"},
			want: cell{
				status: statuses[deploy.RolledBack], Text: "too many errors", Serving: &release{Name: "r1"},
				Gone: &release{Name: "r2", Subject: "Break it"},
			},
		},
	} {
		if diff := cmp.Diff(test.want, cellOf(test.lane, test.last), cmp.AllowUnexported(cell{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestOrderOfEnvironments(t *testing.T) {
	t.Parallel()
	got := inOrder([]environment{{"prod", "staging"}, {"lost", "gone"}, {"round", "about"}, {"about", "round"}, {"staging", "dev"}, {"qa", "dev"}, {"dev", ""}})
	want := []environment{{"dev", ""}, {"qa", "dev"}, {"staging", "dev"}, {"prod", "staging"}, {"about", "round"}, {"lost", "gone"}, {"round", "about"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestActions(t *testing.T) {
	t.Parallel()
	runs := func(release string) *model.Placed { return &model.Placed{Release: release} }
	b := Board{
		Environments: []environment{{"dev", ""}, {"qa", "dev"}, {"staging", "dev"}, {"prod", "staging"}},
		Lanes: []model.Lane{
			{Service: "tickets", Environment: "dev", Status: "idle", Current: runs("r2")},
			{Service: "tickets", Environment: "qa", Status: "idle", Current: runs("r1"), Kept: []model.Placed{{Release: "r0"}}},
			{Service: "tickets", Environment: "staging", Status: "shifting", Current: runs("r1"), Active: &model.Deployment{Release: "r2"}},
			{Service: "tickets", Environment: "prod", Status: "held", Current: runs("r0"), Active: &model.Deployment{Release: "r1"}},
			{Service: "other", Environment: "dev", Status: "empty"},
		},
		Gates:   []model.Gate{{Service: "other", Environment: "dev", Release: "r9"}},
		Deploys: true,
	}
	want := map[string]string{
		"tickets/dev": "Promote to qa", "tickets/qa": "Roll back", "tickets/staging": "Abort", "tickets/prod": "Decide", "other/dev": "",
	}
	got := map[string]string{}
	for _, r := range b.rows() {
		for _, c := range r.Cells {
			var words []string
			for _, a := range c.Actions {
				words = append(words, a.Word)
			}
			if at := r.Service + "/" + c.Environment; want[at] != "" || len(words) > 0 || at == "other/dev" {
				got[at] = strings.Join(words, ", ")
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	b.Gates = []model.Gate{{Service: "tickets", Environment: "qa", Release: "r2"}}
	if got := b.actions(b.Lanes[0]); len(got) != 0 {
		t.Errorf("what waits in qa already is offered to it: %v", got)
	}
	b.Deploys = false
	for _, r := range b.rows() {
		for _, c := range r.Cells {
			if len(c.Actions) > 0 {
				t.Errorf("who may not deploy is offered %v", c.Actions)
			}
		}
	}
}

func TestLastIsOfTheLane(t *testing.T) {
	t.Parallel()
	b := Board{Finished: []model.Deployment{
		{ID: "other service", Service: "concerts", Environment: "dev"},
		{ID: "other environment", Service: "tickets", Environment: "prod"},
		{ID: "latest", Service: "tickets", Environment: "dev"},
		{ID: "older", Service: "tickets", Environment: "dev"},
	}}
	if got := b.last(model.Lane{Service: "tickets", Environment: "dev"}); got == nil || got.ID != "latest" {
		t.Errorf("got %v", got)
	}
	if got := b.last(model.Lane{Service: "signin", Environment: "dev"}); got != nil {
		t.Errorf("got %v", got)
	}
}

func TestStatusOfUnknownWord(t *testing.T) {
	t.Parallel()
	if got := statusOf("soaking", true); got.Word != "Soaking" {
		t.Errorf("got %v", got)
	}
}

func TestAgo(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000_000, 0)
	for d, want := range map[time.Duration]string{
		-time.Second: "just now", 9 * time.Second: "just now", 10 * time.Second: "10 s ago", 59 * time.Second: "59 s ago",
		time.Minute: "1 min ago", 3*time.Hour - 1: "2 h ago", 47 * time.Hour: "47 h ago", 48 * time.Hour: "2 days ago",
	} {
		if got := ago(now, now.Add(-d)); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
