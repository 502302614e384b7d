package deploy

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
)

// noticesOf gives what people are told while a record takes events.
func noticesOf(t *testing.T, events ...machine.Event) (list []notify.Notice) {
	t.Helper()
	var s Ended
	for _, e := range events {
		next, err := Record{}.Step(s, e)
		if err != nil {
			t.Fatal(err)
		}
		for _, effect := range next.Effects {
			n, err := machine.Decode[notify.Notice](machine.Event{Data: effect.Input})
			if err != nil || effect.Kind != notify.EffectNotice || effect.Class != machine.Repeatable {
				t.Fatalf("%+v, %v", effect, err)
			}
			list = append(list, n)
		}
		s = next.State
	}
	return list
}

func ended(outcome Phase, change ...func(*Ended)) machine.Event {
	d := Ended{Service: "tickets", Environment: "prod", Row: Row{Deployment: "tickets.prod.3", Kind: KindDeploy, Release: "r3", Outcome: outcome}}
	for _, f := range change {
		f(&d)
	}
	return machine.Event{Type: EventEnded, Data: machine.Must(d)}
}

func TestNoticeOfAnEnd(t *testing.T) {
	t.Parallel()
	asked := func(v gate.Verdict) func(*Ended) {
		return func(d *Ended) {
			d.Conditions = []gate.Condition{{Name: "soak", Verdict: gate.Pass}, {Name: "approvals", Verdict: v}}
		}
	}
	because := func(d *Ended) { d.Reason = "3 of 9 requests failed" }
	rollback := func(d *Ended) { d.Kind = KindRollback }
	for name, c := range map[string]struct {
		event machine.Event
		title string // empty: nobody is told
	}{
		"completed with nobody asked":     {ended(Completed), ""},
		"completed where it does not ask": {ended(Completed, asked(gate.NotApplicable)), ""},
		"completed with approvals":        {ended(Completed, asked(gate.Pass)), "tickets r3 is in prod"},
		"completed by break-glass":        {ended(Completed, asked(gate.Fail)), "tickets r3 is in prod"},
		"a rollback completed":            {ended(Completed, rollback, because), ""},
		"failed":                          {ended(Failed, because), "tickets r3 failed in prod: 3 of 9 requests failed"},
		"rolled back":                     {ended(RolledBack, asked(gate.Pass)), "tickets r3 was rolled back in prod"},
		"not rolled back":                 {ended(RollbackFailed), "tickets r3 could not be rolled back in prod"},
		"not gone back to":                {ended(RollbackFailed, rollback), "tickets r3 could not be gone back to in prod"},
		"superseded":                      {ended(Superseded, asked(gate.Fail)), ""},
		"aborted":                         {ended(Aborted, asked(gate.Pass)), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list := noticesOf(t, c.event)
			if c.title == "" {
				if len(list) > 0 {
					t.Errorf("told: %+v", list)
				}
				return
			}
			if len(list) != 1 || list[0].Title != c.title {
				t.Errorf("told %+v, want %q", list, c.title)
			}
		})
	}
}

// The lane tells its record again when the decision was signed, and when a completed
// deployment is rolled back. Only the latter is news.
func TestNoticeOncePerOutcome(t *testing.T) {
	t.Parallel()
	table := func(d *Ended) { d.Conditions = []gate.Condition{{Name: "approvals", Verdict: gate.Pass}} }
	signed := func(d *Ended) { d.VSA = "sha256:v" }
	want := []notify.Notice{
		{Topic: notify.Deployments, Title: "tickets r3 is in prod", Service: "tickets", Environment: "prod",
			Link: "/deployments/tickets.prod.3", Key: "deployment/tickets.prod.3 completed"},
		{Topic: notify.Deployments, Title: "tickets r3 was rolled back in prod", Service: "tickets", Environment: "prod",
			Link: "/deployments/tickets.prod.3", Key: "deployment/tickets.prod.3 rolledBack"},
	}
	outcome := func(kind string) machine.Event { return machine.Event{Type: notify.EffectNotice + kind} }
	got := noticesOf(t, ended(Completed, table), outcome(".done"), ended(Completed, signed), ended(RolledBack), outcome(".unknown"), ended(RolledBack, signed))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// How the telling went changes nothing that is remembered; anything else is refused.
func TestRecordTakesOutcomesOfNotices(t *testing.T) {
	t.Parallel()
	s := Ended{Service: "tickets", Row: Row{Deployment: "tickets.prod.3", Outcome: Failed}}
	for _, kind := range []string{".done", ".failed", ".unknown"} {
		next, err := Record{}.Step(s, machine.Event{Type: notify.EffectNotice + kind})
		if diff := cmp.Diff(s, next.State); diff != "" || err != nil || len(next.Effects) > 0 {
			t.Errorf("%s: %v, %v\n%s", kind, next.Effects, err, diff)
		}
	}
	if _, err := (Record{}).Step(s, machine.Event{Type: "smoke.check.done"}); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}
