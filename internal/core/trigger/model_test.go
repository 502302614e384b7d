package trigger

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow/interp"
)

func hint(err error) string { return fmt.Sprintf("%+v", err) }

// TestRandom lets anything happen to triggers, in any order, and holds them to what they promise.
func TestRandom(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for seed := range uint64(2000) {
		w := &world{rand: rand.New(rand.NewPCG(seed, 7)), now: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), under: map[string]bool{}, seen: seen}
		for range 80 {
			if err := w.live(); err != nil {
				t.Fatalf("seed %d: %v\n%s", seed, err, machine.Must(w.state))
			}
		}
	}
	for _, what := range []string{"schedule", "event", "person", "waited", "refused", "cancelled", "partial", "caught up"} {
		if seen[what] < 100 {
			t.Errorf("%s was seen %d times only", what, seen[what])
		}
	}
}

// world has the runs that were begun and not heard of since.
type world struct {
	rand  *rand.Rand
	now   time.Time
	state State
	under map[string]bool
	seen  map[string]int
}

func (w *world) live() error {
	w.now = w.now.Add(time.Duration(w.rand.IntN(100)) * time.Second)
	e := w.event()
	e.At = w.now
	before := w.state
	given := machine.Must(before)
	n, err := Machine{}.Step(before, e)
	if again := machine.Must(before); string(given) != string(again) {
		return fmt.Errorf("%s changed the state it was given", e.Type)
	}
	if err != nil {
		if c := fault.CodeOf(err); c != fault.Refused && c != fault.Invalid && c != fault.NotFound {
			return fmt.Errorf("%s: %w", e.Type, err)
		}
		return nil
	}
	var copied State
	if err := json.Unmarshal(machine.Must(n.State), &copied); err != nil {
		return err
	}
	w.state = copied
	return w.look(before, e, n.Messages)
}

// event makes one: mostly what could be.
func (w *world) event() machine.Event {
	e := machine.Event{Actor: machine.Actor{Kind: "person", Name: "ada"}}
	run := fmt.Sprint("e.w.", 1+w.rand.IntN(w.state.Number+2))
	if len(w.state.Running) > 0 && w.rand.IntN(4) > 0 {
		run = w.state.Running[w.rand.IntN(len(w.state.Running))].Run
	}
	switch w.rand.IntN(12) {
	case 0:
		e.Type, e.Data = EventSet, machine.Must(Set{Workflow: "w", Environment: "e", Active: w.version()})
	case 1:
		e.Type, e.Data = EventFired, machine.Must(Fire{Trigger: "person", Parent: "p", Notify: "over"})
	case 2:
		e.Type = EventPaused
	case 3:
		e.Type = EventContinued
	case 4:
		if e.Type = EventUnset; w.rand.IntN(8) > 0 {
			e.Type = "what.ever"
		}
	case 5:
		e.Type, e.Data = "message.refused", machine.Must(machine.Refused{To: interp.MachineID(run), Type: interp.EventStarted, Reason: "no"})
	case 6, 7:
		e.Type, e.Data = EventHeard, machine.Must(Heard{Event: interp.Datum{V: machine.Must(map[string]any{"id": "1", "source": "s",
			"type": fmt.Sprint("t", w.rand.IntN(3)), "data": map[string]any{"k": w.rand.IntN(3)}})}})
	case 8, 9:
		e.Type, e.Data = EventEnded, machine.Must(interp.Child{Run: run, Status: interp.Completed})
	default:
		if e.Type, e.Data = machine.Timer, machine.Must(machine.Alarm{Key: timerNext}); w.state.Next.After(w.now) && w.rand.IntN(5) > 0 {
			w.now = w.state.Next.Add(time.Duration(w.rand.IntN(200)) * time.Second)
		}
	}
	return e
}

func (w *world) version() Active {
	s := Schedule{Missed: pick(w, "", MissedOnce, MissedAll), Overlap: pick(w, "", OverlapAllow, OverlapQueue, OverlapReplace)}
	switch w.rand.IntN(4) {
	case 0:
		s.Every = time.Minute
	case 1:
		s.After = time.Minute
	case 2:
		s.Cron = "*/2 * * * *"
	default:
		learn := map[string]string{"k": ".data.k"}
		s.On = &On{All: w.rand.IntN(2) == 0, Filters: []Filter{{Filter: interp.Filter{With: map[string]any{"type": "t0"}}, Learn: learn},
			{Filter: interp.Filter{With: map[string]any{"type": "t1"}}, Learn: learn}}}
	}
	return Active{Release: fmt.Sprint("r", w.rand.IntN(5)), Definition: "d", Seed: "s", Schedule: s}
}

func pick(w *world, from ...string) string { return from[w.rand.IntN(len(from))] }

// look holds a step to what holds at every moment.
func (w *world) look(before State, e machine.Event, messages []machine.Message) error {
	s := w.state
	began := 0
	for _, m := range messages {
		switch m.Type {
		case interp.EventStarted:
			began++
			if err := w.begun(before, e, m); err != nil {
				return err
			}
		case interp.EventCancelled:
			w.seen["cancelled"]++
		case "over":
			w.seen["refused"]++
		}
	}
	if s.Number != before.Number+began {
		return fmt.Errorf("%d runs began, and the number went from %d to %d", began, before.Number, s.Number)
	}
	if began > 1 {
		w.seen["caught up"]++
	}
	if len(s.Partial) > 0 {
		w.seen["partial"]++
	}
	if s.Active == nil && len(s.Waiting)+len(s.Partial) > 0 {
		return fmt.Errorf("nothing is active, and something waits")
	}
	if s.Active != nil && s.Paused == "" && len(s.Running) == 0 && len(s.Waiting) > 0 {
		return fmt.Errorf("what waits is forgotten")
	}
	if s.Active != nil && s.Active.Schedule.After > 0 && s.Next.IsZero() && len(s.Running) == 0 {
		return fmt.Errorf("it never runs again")
	}
	if len(s.Waiting) > maxWaiting || len(s.Partial) > maxPartial || len(s.Running) > maxRunning {
		return fmt.Errorf("too much is kept")
	}
	return nil
}

// begun holds the beginning of a run to the policies.
func (w *world) begun(before State, e machine.Event, m machine.Message) error {
	var start interp.Start
	if err := json.Unmarshal(m.Data, &start); err != nil {
		return err
	}
	switch {
	case w.under[start.ID]:
		return fmt.Errorf("the run %s begins twice", start.ID)
	case interp.MachineID(start.ID) != m.To || start.Seed == "" || start.Definition == "":
		return fmt.Errorf("a run cannot begin like that: %s", m.Data)
	case start.Trigger == "person" && e.Type != EventFired:
		return fmt.Errorf("%s began a person's run", e.Type)
	case start.Trigger != "person" && start.As != machine.Actor{Kind: "workflow", Name: "w"}:
		return fmt.Errorf("a run that nobody asked for acts as %s", start.As)
	case start.Trigger != "person" && before.Paused != "" && e.Type != EventContinued:
		return fmt.Errorf("it begins by itself while it is paused")
	}
	w.under[start.ID] = true
	w.seen[start.Trigger]++
	if len(before.Waiting) > len(w.state.Waiting) && e.Type == EventEnded {
		w.seen["waited"]++
	}
	if p := w.state.Active.Schedule.Overlap; start.Trigger == "schedule" && (p == "" || p == OverlapQueue) && len(w.state.Running) > 1 {
		return fmt.Errorf("it begins by itself beside another, though overlap is %q", p)
	}
	return nil
}
