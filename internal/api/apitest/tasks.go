package apitest

import (
	"context"
	"maps"
	"slices"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// fakeTasks are an approval that waits, one whose author the caller is, and one that is decided.
func (f *Fake) fakeTasks() []*model.Task {
	digests := map[string]string{"artifact": "sha256:" + repeat("4", 64), "config": "sha256:" + repeat("c", 64)}
	return []*model.Task{
		{Name: "tickets.prod.2", Kind: "approval", Title: "Approve tickets r2 for prod", Service: "tickets", Environment: "prod", Status: "closed",
			Reason: "it went in", From: []string{"approver"}, Quorum: 2, Agreed: 2, OpenedAt: f.ago(26 * time.Hour), WhyNot: "the task tickets.prod.2 is closed"},
		{Name: "tickets.prod.4", Kind: "approval", Title: "Approve tickets r4 for prod", Text: "Sell tickets twice", Service: "tickets", Team: "box-office",
			Environment: "prod", Status: "open", Digests: digests, From: []string{"approver"}, Quorum: 2, OpenedAt: f.ago(2 * time.Minute), Mine: true,
			Excluded: map[string]string{"ada": "wrote 4444444"}},
		{Name: "tickets.staging.5", Kind: "approval", Title: "Approve tickets r5 for staging", Service: "tickets", Environment: "staging", Status: "open",
			Digests: digests, From: []string{"approver"}, Quorum: 1, OpenedAt: f.ago(time.Minute), WhyNot: "you wrote it"},
	}
}

// Tasks lists the tasks.
func (f *Fake) Tasks(ctx context.Context, q model.TasksQuery) ([]model.Task, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	var list []model.Task
	for _, t := range f.tasks {
		if (q.All || t.Status == "open") && (t.Mine || !q.Mine) && (q.Service == "" || q.Service == t.Service) && (q.Environment == "" || q.Environment == t.Environment) {
			list = append(list, *t)
		}
	}
	return list, nil
}

// Task gives one.
func (f *Fake) Task(ctx context.Context, name string) (model.Task, error) {
	if err := f.enter(ctx); err != nil {
		return model.Task{}, err
	}
	defer f.mu.Unlock()
	t, err := f.task(name)
	if err != nil {
		return model.Task{}, err
	}
	return *t, nil
}

func (f *Fake) task(name string) (*model.Task, error) {
	i := slices.IndexFunc(f.tasks, func(t *model.Task) bool { return t.Name == name })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "there is no task %s", name).WithHint("slipway task list")
	}
	return f.tasks[i], nil
}

// AnswerTask takes an answer for what the task is about.
func (f *Fake) AnswerTask(ctx context.Context, name string, a model.TaskAnswer) (model.Receipt, error) {
	return f.onTask(ctx, name, "task.answered", func(t *model.Task) error {
		switch {
		case !t.Mine:
			return fault.New(fault.Denied, "%s", t.WhyNot)
		case !maps.Equal(a.Digests, t.Digests):
			return fault.New(fault.Refused, "what you saw of the task %s changed", name)
		}
		t.Answers = append(t.Answers, model.TaskGiven{Person: "bob", Decision: a.Decision, Comment: a.Comment, Value: a.Value, At: f.now})
		if a.Decision == "approve" {
			t.Agreed++
		}
		t.Mine, t.WhyNot = false, "bob has answered it already"
		return nil
	})
}

// ClaimTask claims or releases.
func (f *Fake) ClaimTask(ctx context.Context, name string, m model.TaskClaim) (model.Receipt, error) {
	return f.onTask(ctx, name, "task.claimed", func(t *model.Task) error {
		t.Claimed = map[bool]string{false: "bob"}[m.Release]
		return nil
	})
}

// DelegateTask hands on.
func (f *Fake) DelegateTask(ctx context.Context, name string, d model.TaskDelegation) (model.Receipt, error) {
	return f.onTask(ctx, name, "task.delegated", func(t *model.Task) error {
		t.Delegates = append(t.Delegates, d.To)
		return nil
	})
}

// WithdrawAnswer takes the answer back.
func (f *Fake) WithdrawAnswer(ctx context.Context, name string, w model.TaskWithdrawal) (model.Receipt, error) {
	return f.onTask(ctx, name, "task.withdrawn", func(t *model.Task) error {
		for i := range t.Answers {
			if t.Answers[i].Void == "" {
				t.Answers[i].Void = "withdrawn"
				t.Mine, t.WhyNot, t.Agreed = true, "", 0
				return nil
			}
		}
		return fault.New(fault.Refused, "bob has given no answer to the task %s that counts", name)
	})
}

func (f *Fake) onTask(ctx context.Context, name, event string, do func(*model.Task) error) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	t, err := f.task(name)
	if err == nil {
		err = do(t)
	}
	if err != nil {
		return model.Receipt{}, err
	}
	return f.note(Actor(ctx), "task/"+name, event), nil
}
