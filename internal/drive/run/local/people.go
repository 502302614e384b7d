package local

import (
	"context"
	"encoding/json"
	"sync"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/engine"
)

// Question is a task that waits for an answer.
type Question struct {
	task.Ask
	Given   []task.Given // so far
	Problem string       // why the last answer was not taken; empty: there was none
}

// Answer is what is said to it.
type Answer struct {
	Person string // who says it; empty: you
	task.Answer
}

// taskFacts lets whoever runs the workflow be in every group that is asked.
func (h *host) taskFacts(ctx context.Context, r engine.Reader, e machine.Event) (machine.Value, error) {
	if e.Actor.Kind != me.Kind {
		return nil, nil
	}
	s, _, err := engine.Load[task.State](ctx, r, engine.Subject(ctx))
	if err != nil {
		return nil, nil //nolint:nilerr // the machine says that there is none
	}
	return machine.Must(task.Facts{Person: e.Actor.Name, Groups: s.From}), nil
}

// answerTasks puts each task to whoever runs the workflow, as soon as it is opened.
func (h *host) answerTasks(ctx context.Context) {
	var group sync.WaitGroup
	defer group.Wait()
	for entry, err := range h.engine.Watch(ctx, 0) {
		if err != nil {
			return
		}
		if entry.Type == task.EventOpened {
			group.Go(func() {
				if err := h.answer(ctx, entry.Machine); err != nil && ctx.Err() == nil {
					select {
					case h.failed <- err:
					default: // one is enough
					}
				}
			})
		}
	}
}

// answer asks until the task needs no more answers.
func (h *host) answer(ctx context.Context, id string) error {
	problem := ""
	for {
		s, _, err := engine.Load[task.State](ctx, h.engine, id)
		if err != nil || s.Status != task.Open {
			return err
		}
		if h.Answer == nil {
			return fault.New(fault.Refused, "the workflow asks for an answer (%s), and there is nobody to give it", s.Title).
				WithHint("run it in a terminal, or give the answers beforehand")
		}
		said, err := h.ask(ctx, id, Question{Ask: s.Ask, Given: s.Given, Problem: problem})
		if err != nil {
			return err
		}
		if said == nil {
			return nil
		}
		actor := me
		if said.Person != "" {
			actor.Name = said.Person
		}
		problem = ""
		said.Digests = s.Digests
		_, err = h.engine.Submit(ctx, engine.To{Machine: id, Event: machine.Event{Type: task.EventAnswered, Actor: actor, Data: machine.Must(said.Answer)}})
		switch {
		case err != nil && (fault.Is(err, fault.Unavailable) || ctx.Err() != nil):
			return err
		case err != nil:
			problem = err.Error()
		}
	}
}

// ask waits for an answer, or until the task needs none any more (nil): it expired, or its
// branch was cancelled.
func (h *host) ask(ctx context.Context, id string, q Question) (*Answer, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	over := make(chan struct{})
	go func() {
		defer cancel()
		for position := int64(0); ; {
			var err error
			if position, err = h.engine.Await(ctx, position); err != nil {
				return
			}
			if s, _, err := engine.Load[task.State](ctx, h.engine, id); err == nil && s.Status != task.Open {
				close(over)
				return
			}
		}
	}()
	said, err := h.Answer(ctx, q)
	select {
	case <-over:
		return nil, nil
	default:
	}
	return &said, err
}

// notice tells nobody: whoever runs the workflow is asked anyway.
func notice(context.Context, engine.EffectCall) (machine.Value, error) {
	return json.RawMessage(`{"channels":[]}`), nil
}
