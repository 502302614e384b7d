package gate

import (
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/engine"
)

// The configuration changes while it waits: it goes in with the new one, and only once that
// was approved.
func TestAnotherConfigNeedsAnotherApproval(t *testing.T) {
	w := newWorld(t)
	d := w.waiting()
	before := w.lane("tickets", "prod").Queue[0]
	try(w.vault.Put(t.Context(), machine.System("test"), "key", []byte("2")))(t)
	w.must(w.ask("tickets", "prod"))
	s := w.lane("tickets", "prod")
	if s.Active != nil || len(s.Queue) != 1 || s.Queue[0].Config == before.Config || s.Queue[0].Artifact != before.Artifact {
		t.Fatalf("it is not bound anew: %+v", s)
	}
	asked, _, err := engine.Load[task.State](t.Context(), w.engine, task.MachineID(d))
	if err != nil || asked.Digests["config"] != s.Queue[0].Config || asked.Agreed() != 0 || asked.Given[0].Void == "" {
		t.Errorf("the approval of the old config still counts: %+v %v", asked, err)
	}
	w.refused(w.submit(task.MachineID(d), task.EventAnswered, person("cid"), task.Answer{Decision: "approve",
		Digests: map[string]string{"artifact": before.Artifact, "config": before.Config}}), "what you saw")
	w.must(w.answer(d, "bob", "approve"))
	w.must(w.ask("tickets", "prod"))
	if s = w.lane("tickets", "prod"); s.Active == nil || s.Active.Config == before.Config || s.Active.Config != asked.Digests["config"] {
		t.Errorf("%+v", s.Active)
	}
}

// A lane's other timers do not wait for a gate that cannot be read.
func TestTimersDoNotWaitForTheGate(t *testing.T) {
	w := newWorld(t)
	w.apply(team, environment("dev", ""))
	slow := strings.Replace(app("tickets"), "1ms", "10m", 1)
	w.commit("a1", slow)
	w.await("a1 is watched", func() bool {
		_ = w.ask("tickets", "dev")
		s := w.lane("tickets", "dev")
		return s.Active != nil && s.Active.Phase == deploy.Observing
	})
	w.commit("b2", slow)
	w.await("b2 waits", func() bool { return len(w.lane("tickets", "dev").Queue) == 1 })
	w.away.Store(true)
	w.accounts("eve") // what was read of people is no longer so
	if err := w.ask("tickets", "dev"); err == nil || fault.Is(err, fault.Refused) {
		t.Errorf("a gate was evaluated without knowing anybody: %v", err)
	}
	w.clock.jump(11 * time.Minute)
	w.await("a1 is completed", func() bool { s := w.lane("tickets", "dev"); return s.Active == nil && s.Current != nil })
	w.clock.jump(2 * time.Minute) // its gate's own timer lets nobody in, either
	w.await("it is to be asked again", func() bool { return w.lane("tickets", "dev").Queue[0].Next.After(w.engine.Now()) })
	w.away.Store(false)
	w.clock.jump(2 * time.Minute)
	w.await("b2 goes in", func() bool { s := w.lane("tickets", "dev"); return s.Active != nil })
}
