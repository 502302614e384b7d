package web

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/client/model"
)

func TestRowsAndColumns(t *testing.T) {
	t.Parallel()
	b := Board{Environments: []string{"test", "prod"}, Lanes: []model.Lane{
		{Service: "tickets", Environment: "prod", Team: "box-office", Status: "idle", Current: &model.Placed{}},
		{Service: "concerts", Environment: "qa", Status: "held"},
		{Service: "tickets", Environment: "dev", Status: "preparing"},
	}}
	if diff := cmp.Diff([]string{"test", "prod", "dev", "qa"}, b.environments()); diff != "" {
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
	c := cellOf(model.Lane{
		Status: "idle", Current: &model.Placed{Release: "r1"}, URLs: []string{"http://a/", "http://b/"},
		Instances: []model.Instance{
			{State: "healthy", Routed: true}, {State: "crashed", Routed: true}, {State: "healthy"}, {State: "starting"},
		},
	})
	want := cell{
		status: statuses["completed"], Serving: &release{Name: "r1"}, Healthy: 1, Copies: 2, URL: "http://a/",
	}
	if diff := cmp.Diff(want, c, cmp.AllowUnexported(cell{})); diff != "" {
		t.Error(diff)
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
