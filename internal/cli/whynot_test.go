package cli

import (
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"slipway.dev/client/model"
)

func TestWhyNot(t *testing.T) {
	t.Parallel()
	crashed := model.Deployment{ID: "a.dev.3", Service: "a", Environment: "dev", Release: "r3", Outcome: "rolledBack", Reason: "instance a.dev.3.12 crashes again and again"}
	late := model.Deployment{ID: "a.dev.3", Service: "a", Environment: "dev", Release: "r3", Outcome: "failed", Reason: "nobody answers"}
	for name, c := range map[string]struct {
		pending *model.Release
		active  *model.Deployment
		gone    []model.Deployment
		status  string
		want    string
	}{
		"all is well":     {status: "idle"},
		"building":        {pending: &model.Release{ID: "r4", Status: "building"}, gone: []model.Deployment{crashed}, status: "idle, building r4"},
		"a build failed":  {pending: &model.Release{ID: "r4", Status: "failed", Error: "exit status 1"}, status: "idle, build of r4 failed", want: "exit status 1|see what it printed: slipway logs a --release r4"},
		"a secret misses": {pending: &model.Release{ID: "r4", Status: "built", Problems: map[string]string{"dev": "no key"}}, status: "idle, r4 does not go in", want: "r4 does not go in: no key|after that: slipway deploy a dev"},
		"it crashed": {gone: []model.Deployment{crashed}, status: "idle, r3 rolledBack",
			want: "r3 did not stay (rolledBack): instance a.dev.3.12 crashes again and again|see what it printed: slipway logs a dev --instance a.dev.3.12"},
		"no instance is named": {gone: []model.Deployment{late}, status: "idle, r3 failed", want: "r3 did not stay (failed): nobody answers"},
		"another is under way": {active: &model.Deployment{Outcome: "preparing", Release: "r5"}, gone: []model.Deployment{crashed}, status: "preparing r5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gone := map[string]model.Deployment{}
			for _, d := range c.gone {
				gone[laneKey(d.Service, d.Environment)] = d
			}
			l := model.Lane{Service: "a", Environment: "dev", Status: "idle", Pending: c.pending, Active: c.active}
			if got := laneStatus(l, gone); got != c.status {
				t.Errorf("%q, wanted %q", got, c.status)
			}
			if got := strings.Join(whyNot(l, gone), "|"); got != c.want {
				t.Errorf("%q, wanted %q", got, c.want)
			}
		})
	}
}

// TestServingIsWhatHasTheRequests: while a release is watched with all requests, users have
// it, and not the one that completed before.
func TestServingIsWhatHasTheRequests(t *testing.T) {
	t.Parallel()
	at := time.Date(2031, 4, 1, 3, 0, 0, 0, time.UTC)
	s := &session{out: &sink{Writer: io.Discard}, env: func(string) string { return "" }, now: func() time.Time { return at.Add(time.Minute) }}
	l := model.Lane{Service: "a", Environment: "dev", Status: "observing", Current: &model.Placed{Release: "r1", CompletedAt: at},
		Active: &model.Deployment{Release: "r2", Outcome: "observing", Weight: 50, LiveAt: at}}
	for weight, want := range map[int]string{50: "serves r1", 100: "serves r2 before r1"} {
		l.Active.Weight = weight
		var board, details strings.Builder
		s.board(&board, []model.Lane{l}, nil)
		s.releasesOf(&details, l)
		got := regexp.MustCompile(`(?m)^ +(serves|before) +(r\d)`).FindAllString(details.String(), -1)
		if strings.Join(strings.Fields(strings.Join(got, " ")), " ") != want {
			t.Errorf("at %d%%: %q, wanted %s", weight, details.String(), want)
		}
		if row := strings.Fields(strings.Split(board.String(), "\n")[1]); row[5] != strings.Fields(want)[1] {
			t.Errorf("at %d%%: %q", weight, board.String())
		}
	}
}
