package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/examples"
)

// The runbook, the service that it asks, who begins it and who agrees.
const (
	runbook  = "pay-the-bands"
	bank     = "payouts"
	beginner = "bob"
	agreer   = "cleo"
)

// workflow is the chapter of automation that survives: a runbook with a fork, a retry and an
// approval, whose control plane is killed under it.
func workflow() chapter {
	return chapter{
		name: "workflow", platform: "platform", environments: []string{dev}, rate: 100, open: openRunbook, play: playRunbook,
		busy: "One thing after the other: the last one is still under way.",
		hint: "Try s, then k at once (the bank is asked again when the control plane is back), k again, and c.",
		keys: []key{
			{'s', "start", true, func(ctx context.Context, s *stage) error { return s.beginRun(ctx) }},
			{'k', "kill -9", true, func(ctx context.Context, s *stage) error { return s.kill(ctx) }},
			{'c', "cleo agrees", true, agreeNow},
		},
	}
}

// openRunbook brings the shop up, and then a runbook and the bank that it asks.
func openRunbook(ctx context.Context, s *stage) error {
	hired := make(chan error, 1)
	go func() {
		var err error
		s.people, err = s.hire(ctx)
		hired <- err
	}()
	if err := errors.Join(openShop(ctx, s), <-hired); err != nil {
		return err
	}
	if err := examples.AddRunbook(s.repo.dir); err != nil {
		return err
	}
	s.say("A commit adds a runbook, in the Open Workflow DSL, and the bank that it asks. A workflow is released and deployed as a service is.")
	if _, _, err := s.push(ctx, "Pay the bands by a runbook", "."); err != nil {
		return err
	}
	if err := s.settled(ctx, bank, runbook); err != nil {
		return err
	}
	w, err := s.house.client.Workflow(ctx, runbook, dev)
	if err == nil {
		s.say("%s  version %s is active in dev, %s after the start.", runbook, w.Version, seconds(since(s.start)))
	}
	return err
}

// playRunbook tells the rest without a person.
func playRunbook(ctx context.Context, s *stage) error {
	if err := s.beginRun(ctx); err != nil {
		return err
	}
	if _, err := s.runWaits(ctx, "timer"); err != nil {
		return err
	}
	s.say("The bank is busy, and is to be asked again in 1.5 s. Before that the control plane is killed: kill -9.")
	if err := s.kill(ctx); err != nil {
		return err
	}
	if _, err := s.runWaits(ctx, "task"); err != nil {
		return err
	}
	s.say("The run went on where it was. Now it waits for a person - and the control plane is killed once more.")
	if err := s.kill(ctx); err != nil {
		return err
	}
	return agreeNow(ctx, s)
}

// beginRun has bob start the runbook.
func (s *stage) beginRun(ctx context.Context) error {
	input, err := json.Marshal(map[string]any{"concert": "four-cellos", "seats": seatsSold, "shop": s.services()})
	if err != nil {
		return err
	}
	started, err := s.people[beginner].session.StartRun(ctx, model.RunRequest{Workflow: runbook, Environment: dev, Input: input})
	if err != nil {
		return err
	}
	s.marks.beginRun(started.Run)
	s.say("%s  %s starts it: the shop is checked and the share computed, side by side; then the bank is asked.", started.Run, beginner)
	return nil
}

// services is where workflows reach services of dev.
func (s *stage) services() string { return "http://" + s.house.internal + "/_svc/" + dev }

// kill kills the control plane and starts it again.
func (s *stage) kill(ctx context.Context) error {
	took, err := s.house.crash(ctx)
	if err != nil {
		return err
	}
	s.marks.killed(took)
	s.say("The control plane is back after %s. The shop never noticed: edge and instances outlive it.", seconds(took.Seconds()))
	return nil
}

// runWaits waits until the run waits for something of a kind, and gives the task that does.
func (s *stage) runWaits(ctx context.Context, what string) (model.RunTask, error) {
	id := s.marks.run()
	for {
		r, err := s.house.client.Run(ctx, id)
		if err != nil {
			return model.RunTask{}, err
		}
		if at := slices.IndexFunc(r.Tasks, func(t model.RunTask) bool { return t.Waiting == what }); at >= 0 {
			return r.Tasks[at], nil
		}
		if !r.EndedAt.IsZero() || r.Status == "unknown" {
			return model.RunTask{}, &Otherwise{fmt.Sprintf("the run %s was to wait for a %s, and is %s: %+v", id, what, r.Status, r.Error)}
		}
		if err := pause(ctx); err != nil {
			return model.RunTask{}, err
		}
	}
}

// agreeNow has cleo agree, and tells how the run ended.
func agreeNow(ctx context.Context, s *stage) error {
	if s.marks.run() == "" {
		s.say("Nothing runs. Press s first.")
		return nil
	}
	waits, err := s.runWaits(ctx, "task")
	if err != nil {
		return err
	}
	who := s.people[agreer].session
	t, err := who.Task(ctx, strings.TrimPrefix(waits.For, "task/"))
	if err != nil {
		return err
	}
	receipt, err := who.AnswerTask(ctx, t.Name, model.TaskAnswer{Decision: "approve", Digests: t.Digests})
	if err != nil {
		return err
	}
	s.say("%s  %s agrees: %q", s.marks.run(), agreer, t.Title)
	return s.runEnds(client.Await(ctx, receipt.Position))
}

// runEnds waits for the end of the run, and holds it against what the bank was asked.
func (s *stage) runEnds(ctx context.Context) error {
	id := s.marks.run()
	for {
		r, err := s.house.client.Run(ctx, id)
		if err != nil {
			return err
		}
		if !r.EndedAt.IsZero() || r.Status == "unknown" {
			return s.tellRun(ctx, r)
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
}

// tellRun tells of a run that has ended, and of its replay.
func (s *stage) tellRun(ctx context.Context, r model.RunDetail) error {
	steps, err := s.house.client.RunSteps(ctx, r.ID)
	if err != nil {
		return err
	}
	counted, err := s.atBank(ctx, r.ID)
	if err != nil {
		return err
	}
	told, err := s.marks.endRun(r, steps, counted)
	if err != nil {
		return err
	}
	s.say("%s  is %s. The output: %s", r.ID, r.Status, r.Output)
	s.say("%s  slipway run replay goes through it once more, step by step, from the journal:", r.ID)
	s.table(replayed(steps))
	if err := told.check(); err != nil {
		return err
	}
	s.say("%s  the bank was asked %s (busy twice), reserved %s and paid %s. Nothing was lost, and nothing done twice.", r.ID,
		times(told.Bank.Asked), times(told.Bank.Reserved), times(told.Bank.Transfers))
	return nil
}

// replayed are the rows of what became of each task, with the time since the begin.
func replayed(steps []model.RunStep) []row {
	marks := map[string]string{"task.completed": "pass", "task.faulted": "fail", "task.retried": "unknown"}
	var rows []row
	for _, step := range steps {
		for _, t := range step.Traces {
			if marks[t.What] == "" {
				continue
			}
			text := fmt.Sprintf("%s %s", seconds(step.At.Sub(steps[0].At).Seconds()), strings.TrimPrefix(t.What, "task."))
			if t.Error != nil {
				text += fmt.Sprintf(": %s (%d)", t.Error.Title, t.Error.Status)
			}
			rows = append(rows, row{mark: marks[t.What], name: t.Pointer, text: []string{text}})
		}
	}
	return rows
}

func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}
