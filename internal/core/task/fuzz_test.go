package task

import (
	"encoding/json"
	"testing"
	"time"

	"slipway.dev/internal/core/machine"
)

// FuzzStep feeds events with any data and facts: nothing may panic, what is taken must be
// read again as it was written, and answers that count stay answers for what is asked.
func FuzzStep(f *testing.F) {
	for _, kind := range []string{EventAnswered, EventWithdrawn, EventClaimed, EventDelegated, EventRebound, EventVoided, EventClosed, EventOpened, "timer", "message.refused"} {
		f.Add(kind, []byte(`{"decision":"approve","to":"bob","person":"eve","digests":{"a":"2"},"excluded":{"bob":""},"quorum":3}`), []byte(`{"person":"bob","groups":["approver"],"to":["bob"]}`), int64(60))
	}
	f.Add(EventAnswered, []byte(`{"decision":"reject"}`), []byte(`{"person":"eve","same":["bob"],"groups":["approver"]}`), int64(1e9))
	f.Add(EventOpened, []byte(`{"name":"f","kind":"form","title":"F","subject":"x","from":["a"],"quorum":1,"schema":{"pattern":"("}}`), []byte(`{}`), int64(0))
	f.Fuzz(func(t *testing.T, kind string, data, facts []byte, after int64) {
		if !json.Valid(data) || !json.Valid(facts) {
			return // the engine refuses it
		}
		a := ask()
		a.Escalation, a.Repeat, a.Expire, a.Standing = []Step{{After: time.Minute, Tell: []string{"x"}}}, 3, time.Hour, after%2 == 0
		s := opened(t, a)
		at := noon
		for range 3 {
			at = at.Add(time.Duration(after%1e6) * time.Second)
			n, err := Machine{}.Step(s, machine.Event{Type: kind, At: at, Data: data, Facts: facts})
			if err != nil {
				return
			}
			var again State
			if err := json.Unmarshal(machine.Must(n.State), &again); err != nil {
				t.Fatal(err)
			}
			for _, g := range n.State.Given {
				if g.Void == "" && n.State.bars(g.Person) != "" {
					t.Errorf("%s counts, who is barred", g.Person)
				}
			}
			Machine{}.Desired(n.State)
			Machine{}.Summary(n.State)
			s = n.State
		}
	})
}
