package draw

import "slipway.dev/client/model"

// RunStates tells how each task of a run stands, by its pointer: what the steps of its replay
// say, and what the tasks under way wait for.
func RunStates(steps []model.RunStep, underway []model.RunTask) map[string]State {
	states := map[string]State{}
	for _, step := range steps {
		for _, t := range step.Traces {
			if t.Pointer != "" {
				states[t.Pointer] = states[t.Pointer].after(t.What)
			}
		}
	}
	for _, t := range underway {
		at := states[t.Pointer]
		switch t.Waiting {
		case "", "effect":
			continue
		case "unknown":
			at.Status = Unknown
		default:
			at.Status = Waiting
		}
		states[t.Pointer] = at
	}
	return states
}

// after is a task's state after something that a trace says of it.
func (s State) after(what string) State {
	switch what {
	case "task.started":
		return State{Running, s.Turns + 1}
	case "task.completed":
		s.Status = Done
	case "task.faulted":
		s.Status = Failed
	case "task.cancelled":
		s.Status = Cancelled
	case "task.unknown":
		s.Status = Unknown
	case "task.retried":
		s.Status = Running
	}
	return s
}
