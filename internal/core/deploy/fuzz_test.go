package deploy

import (
	"testing"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow/interp"
)

// FuzzStep brings any event to lanes in the middle of something.
func FuzzStep(f *testing.F) {
	for _, e := range []machine.Event{
		event(EventRequested, big(9)), event(EventAsked, nil), event("message.refused", machine.Refused{Type: "task.opened", To: "task/tickets.dev.6"}),
		event(EffectSign+".done", machine.Outcome{Output: machine.Must(Signed{Deployment: "tickets.dev.2", VSA: "v"})}), event(EventRollback, RollbackRequest{To: "r1", Force: true}), event(EventAbort, Abort{}),
		event(EventSettled, Settle{Decision: "accept"}), event(EventInstance, Instance{ID: "tickets.dev.6.0", State: stateFailed}),
		event(EventRouted, Routed{7}), event(EventTraffic, Traffic{Counts: []Count{{"tickets.dev.6", 100, 50}}}),
		event(EventJudged, Judged{Deployment: "tickets.dev.6", Verdict: "hold", Weight: 9, Tick: 4, Flows: []FlowEvidence{{Flow: "purchase"}}}),
		event(EventJudged, Judged{Deployment: "tickets.dev.6", Verdict: "rollback", Tick: 5}), event(EventJudged, Judged{Deployment: "tickets.dev.6", Verdict: "promote", Tick: 5}),
		event(EventHook, interp.Child{Key: "tickets.dev.6.0", Status: interp.Completed}), event("message.refused", machine.Refused{To: "trigger/dev/h", Type: "trigger.fired"}),
		event(EventInactive, Inactive{7, "no"}),
		event(machine.Timer, machine.Alarm{Key: "warm.tickets.dev.1"}), event(SmokeCheck+".done", machine.Outcome{}),
	} {
		f.Add(e.Type, []byte(e.Data), []byte(`{"gates":[{"deployment":"tickets.dev.7","artifact":"a7","config":"k","decision":{"verdict":"pass"},"guards":[{"machine":"deploy/tickets/dev","step":7}]}]}`))
	}
	states := fullStates(f)
	f.Fuzz(func(t *testing.T, kind string, data, facts []byte) {
		for _, s := range states {
			w := newWitness()
			w.state, w.every = s, true
			for _, r := range s.releases() {
				for _, c := range r.Copies {
					w.desired[r.id(c)] = true
				}
			}
			if s.Checking {
				w.checks = []machine.Effect{{Kind: SmokeCheck}}
			}
			e := machine.Event{Type: kind, Data: data, Facts: facts, At: start.Add(24 * time.Hour)}
			if _, broken := w.step(e); broken != nil {
				t.Error(broken)
			}
		}
	})
}
