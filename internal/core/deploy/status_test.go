package deploy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// after tells a story and gives its end.
func after(t *testing.T, script string) State {
	t.Helper()
	s := &story{witness: newWitness(), now: start}
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		if d, ok := strings.CutPrefix(line, "+"); ok {
			passed, err := time.ParseDuration(d)
			if err != nil {
				t.Fatal(err)
			}
			s.now = s.now.Add(passed)
			continue
		}
		if _, err := s.line(line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	return s.state
}

const twoReleases = `
	> deploy r1
	+2s
	> healthy 1.0
	+1s
	> applied
	> wait
	> deploy r2
	> healthy 2.0
	> applied
	> wait
`

func TestStatus(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script, word, text string
		asks               bool
		exposure           int
	}{
		"nothing":       {"", "empty", "nothing is deployed", false, 0},
		"completed":     {twoReleases, "idle", "r2 runs, 1 of 1 instances healthy", false, 0},
		"preparing":     {twoReleases + "> deploy r3 replicas=2", "preparing", "r3: 0 of 2 instances healthy", false, 0},
		"canary":        {twoReleases + "> deploy r3 strategy=canary steps=20\n> healthy 3.0\n> applied", "shifting", "r3 has 20% of the traffic, step 1 of 2", false, 20},
		"rollback":      {twoReleases + "> rollback", "shifting", "the edge is to apply route revision 3", false, 100},
		"gone back":     {twoReleases + "> deploy r3\n> healthy 3.0\n> applied\n> abort", "rollingBack", "the edge is to apply route revision 4", false, 0},
		"at the gate":   {twoReleases + "gate shut\n> deploy r3", "waiting", "r3 waits at the gate: approvals: 1 of 2", false, 0},
		"edge is away":  {twoReleases + "> deploy r3\n> healthy 3.0\n> wait 3\n> wait 3", "held", "the edge does not answer: it did not apply route revision 4 in 30s", true, 0},
		"failed to go":  {twoReleases + "> crashLoop 1.0\n> rollback\n> failed 1.1 no disk", "rollbackFailed", "instance tickets.dev.1.1 could not be started: no disk", true, 0},
		"after restart": {twoReleases + "> crashed 2.0", "idle", "r2 runs, 0 of 1 instances healthy", false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := after(t, c.script)
			st := s.Status()
			if st.Word != c.word || st.Text != c.text || st.Asks != c.asks || s.Exposure() != c.exposure {
				t.Errorf("%q, %q, asks %v, exposure %d", st.Word, st.Text, st.Asks, s.Exposure())
			}
			if s.Active != nil && !st.Asks && st.Deadline.IsZero() {
				t.Error("no deadline")
			}
		})
	}
}

func TestRows(t *testing.T) {
	t.Parallel()
	s := after(t, twoReleases+`
		> deploy r3
		> healthy 3.0
		> applied
		+5s
		> abort
		+40ms
		> applied
		> rollback
		+70ms
		> applied
		gate shut
		> deploy r4
	`)
	var got []string
	for _, r := range s.Rows() {
		got = append(got, fmt.Sprintf("%s %s %s %s from %q: live %s, back %s", r.Deployment, r.Kind, r.Release, r.Outcome, r.From, r.CommitToLive(), r.RollbackTime()))
	}
	want := []string{
		`tickets.dev.5 deploy r4 waiting from "r1": live 0s, back 0s`,
		`tickets.dev.4 rollback r1 completed from "r2": live 0s, back 70ms`,
		`tickets.dev.3 deploy r3 aborted from "r2": live 1m3.01s, back 40ms`,
		`tickets.dev.2 deploy r2 rolledBack from "r1": live 33.01s, back 0s`,
		`tickets.dev.1 deploy r1 completed from "": live 3.01s, back 0s`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestChoices(t *testing.T) {
	t.Parallel()
	s := after(t, twoReleases+"> wait warm\n> deploy r3 migration=contract\n> healthy 3.0\n> applied\n> wait\n> deploy r4\n> healthy 4.0\n> applied\n> wait\n")
	var got []string
	for _, c := range s.Choices() {
		got = append(got, fmt.Sprintf("%s warm %v blocked %q", c.Release.Release, c.Warm, c.Blocked))
	}
	want := []string{`r3 warm true blocked ""`, `r2 warm true blocked "r3 has a migration that is contract"`, `r1 warm false blocked "r3 has a migration that is contract"`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestInstances(t *testing.T) {
	t.Parallel()
	s := after(t, twoReleases+"> deploy r3\n> healthy 3.0\n> applied\n> abort\n")
	want := []InstanceView{
		{ID: "tickets.dev.2.0", Deployment: "tickets.dev.2", Release: "r2", State: "healthy", Address: "at-2.0", Routed: true},
		{ID: "tickets.dev.3.0", Deployment: "tickets.dev.3", Release: "r3", State: "healthy", Address: "at-3.0"},
		{ID: "tickets.dev.1.0", Deployment: "tickets.dev.1", Release: "r1", State: "healthy", Address: "at-1.0"},
	}
	if diff := cmp.Diff(want, s.Instances()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// What may still be needed must not be collected.
func TestKeeps(t *testing.T) {
	t.Parallel()
	s := after(t, twoReleases+"> deploy r3 config=k3\ngate shut\n> deploy r4 config=k4\n")
	if diff := cmp.Diff([]string{"k", "k3", "k4"}, Lane{}.Summary(s).Keeps); diff != "" {
		t.Errorf("configs (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a2", "a3", "a1", "a4"}, s.Artifacts()); diff != "" {
		t.Errorf("artifacts (-want +got)\n%s", diff)
	}
}
