package simulate

import (
	"slices"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/core/workflow/interp"
)

// people lets the next person act whose time has come.
func (w *world) people() bool {
	for i, a := range w.Asks {
		if !w.Start.Add(a.After).After(w.now) {
			w.Asks = slices.Delete(w.Asks, i, i+1)
			w.request(a)
			return true
		}
	}
	for i, a := range w.Answers {
		if a.After > 0 && w.Start.Add(a.After).After(w.now) {
			continue
		}
		for _, id := range w.order {
			s, ok := w.tasks[id]
			if !ok || s.Status != task.Open || a.Task != "" && a.Task != s.Title {
				continue
			}
			w.Answers = slices.Delete(w.Answers, i, i+1)
			w.answered(id, s, a)
			return true
		}
	}
	return false
}

func (w *world) answered(id string, s task.State, a Answer) {
	groups := a.Groups
	if groups == nil {
		groups = s.From
	}
	person := a.Person
	if person == "" {
		person = "ada"
	}
	answer := task.Answer{Decision: a.Decision, Comment: a.Comment, Digests: s.Digests}
	if a.Value != nil {
		answer.Value = machine.Must(a.Value)
	}
	w.send(id, machine.Event{Type: task.EventAnswered, Actor: machine.Actor{Kind: "person", Name: person}, Data: machine.Must(answer),
		Facts: machine.Must(task.Facts{Person: person, Groups: groups})})
}

// request does what a person asks of the run.
func (w *world) request(a Request) {
	e := machine.Event{Actor: machine.Actor{Kind: "person", Name: "operator"}}
	switch a.Do {
	case "cancel":
		e.Type, e.Data = interp.EventCancelled, machine.Must(interp.Why{Reason: "asked for"})
	case "suspend":
		e.Type, e.Data = interp.EventSuspended, machine.Must(interp.Why{Reason: "asked for"})
	case "continue":
		e.Type, e.Data = interp.EventContinued, machine.Must(interp.Why{})
	default:
		settle := interp.Settle{Decision: a.Do, Reason: "asked for"}
		if a.Output != nil {
			settle.Output = w.datum(a.Output)
		}
		s := w.runs[root]
		for f := range s.Frames() {
			if f.Waiting == "unknown" {
				settle.Frame = f.Name()
			}
		}
		e.Type, e.Data = interp.EventSettled, machine.Must(settle)
	}
	w.send(interp.MachineID(root), e)
}
