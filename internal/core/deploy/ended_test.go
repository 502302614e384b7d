package deploy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
)

// records tells a story and gives what the records of its deployments remember.
func records(t *testing.T, script string) map[string]Ended {
	t.Helper()
	s := &story{witness: newWitness(), now: start}
	all := map[string]Ended{}
	s.heard = func(m machine.Message) {
		if m.Type != EventEnded {
			return
		}
		next, err := Record{}.Step(all[short(m.To)], machine.Event{Type: m.Type, Data: m.Data})
		if err != nil {
			t.Fatal(err)
		}
		all[short(m.To)] = next.State
	}
	for line := range strings.Lines(script) {
		told, err := s.line(strings.TrimSpace(line))
		if err != nil || strings.Contains(told, "refused") {
			t.Fatalf("%s: %s, %v", line, told, err)
		}
	}
	return all
}

// What is told of a deployment later does not take away what was told before.
func TestRecordKeepsTheDecision(t *testing.T) {
	t.Parallel()
	all := records(t, twoStories+"> rollback\n> applied\n")
	second := all["deployment/2"]
	table := []gate.Condition{{Name: "approvals", Verdict: gate.Fail, Reason: "1 of 2", Needs: []string{"one of operations"}}}
	if diff := cmp.Diff(table, second.Conditions); diff != "" {
		t.Errorf("the gate's table (-want +got)\n%s", diff)
	}
	if second.Outcome != RolledBack || second.VSA != "sha256:v2" || second.Glass != "tickets.dev.1" || second.Gate != gate.Fail || !second.Expedite || second.Fix != "it-times-out" {
		t.Errorf("%+v", second.Row)
	}
	if diff := cmp.Diff([]string{"sha256:p", "sha256:v2"}, Record{}.Summary(second).Keeps); diff != "" {
		t.Errorf("blobs (-want +got)\n%s", diff)
	}
	if first := all["deployment/1"]; first.VSA != "" || first.Unsigned != "the key is away" {
		t.Errorf("%+v", first.Row)
	}
}

// The first cannot be signed; the second is, after it has ended.
const twoStories = `> deploy r1
> event gate.sign.failed {"error":"the key is away"}
> healthy 1.0
> applied
> wait
gate shut glass=tickets.dev.1
> deploy r2 plan=sha256:p expedite fix=it-times-out
> healthy 2.0
> applied
> wait
> signed 2 sha256:v2
`

// A lane keeps the plan and the decision of what is under way; of what has ended, its record
// does.
func TestKeepsStatements(t *testing.T) {
	t.Parallel()
	s := after(t, "> deploy r1 plan=sha256:p1\n> signed 1 sha256:v\ngate shut\n> deploy r2 plan=sha256:p2 reason=manual\n")
	if diff := cmp.Diff([]string{"k", "sha256:p2", "sha256:p1", "sha256:v"}, Lane{}.Summary(s).Keeps); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// What the judge said last of each flow stays with the record, also when the lane tells it
// once more, without the flows that it has forgotten.
func TestRecordKeepsTheEvidence(t *testing.T) {
	t.Parallel()
	all := records(t, judgedStory)
	second := all["deployment/2"]
	if second.Outcome != RolledBack || second.Judge == nil || len(second.Judge.Flows) != 1 || second.Judge.Flows[0].Flow != "purchase" || second.Judge.UsersHit != 2 ||
		second.Baseline != "fresh instances of r1" {
		t.Errorf("%+v, %+v", second.Row, second.Judge)
	}
	lane := after(t, judgedStory)
	for _, row := range lane.History {
		if row.Deployment == "tickets.dev.2" && (row.Judge == nil || row.Judge.UsersHit != 2 || row.Judge.Flows != nil) {
			t.Errorf("the lane remembers %+v", row.Judge)
		}
	}
}

const judgedStory = `with judged=fresh
> deploy r1
> healthy 1.0
> applied
> wait
> deploy r2
> healthy 2.0
> healthy 2b.0
> applied
> says promote 100 2 purchase: proven fine.
> applied
> wait
> rollback
> applied
`
