package control

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
	drive "slipway.dev/internal/drive/task"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// someTasks is how many tasks are listed unless somebody says otherwise.
const someTasks = 200

// Tasks lists what people must decide, the oldest first; of many, those that changed last.
func (c *Control) Tasks(ctx context.Context, q model.TasksQuery) ([]model.Task, error) {
	sight, err := c.sees(ctx)
	if err != nil {
		return nil, err
	}
	labels := map[string]string{}
	for name, value := range map[string]string{"service": q.Service, "environment": q.Environment} {
		if value != "" {
			labels[name] = value
		}
	}
	options := store.ListOptions{Labels: labels}
	if !q.All {
		options.Status = string(task.Open)
	}
	rows, err := c.Engine.List(ctx, task.MachineID(""), options)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(rows, func(a, b store.Row) int { return b.Updated.Compare(a.Updated) })
	list := []model.Task{}
	for _, row := range rows {
		if len(list) == cmp.Or(q.Limit, someTasks) {
			break
		}
		s, _, err := engine.Load[task.State](ctx, c.Engine, row.ID)
		if err != nil {
			return nil, err
		}
		t := taskOf(s, drive.Who(sight.directory, sight.caller.Actor, s))
		if sight.task(s) && (t.Mine || !q.Mine) {
			list = append(list, t)
		}
	}
	slices.SortStableFunc(list, func(a, b model.Task) int { return a.OpenedAt.Compare(b.OpenedAt) })
	return list, nil
}

// Task tells about one task.
func (c *Control) Task(ctx context.Context, name string) (model.Task, error) {
	sight, err := c.sees(ctx)
	if err != nil {
		return model.Task{}, err
	}
	s, err := c.loadTask(ctx, name)
	if err == nil && !sight.task(s) {
		err = noTask(name)
	}
	if err != nil {
		return model.Task{}, err
	}
	return taskOf(s, drive.Who(sight.directory, sight.caller.Actor, s)), nil
}

// AnswerTask says what a person decides. An answer that was not possible because they wrote
// the change, or asked for it, is noted as a suspicion.
func (c *Control) AnswerTask(ctx context.Context, name string, a model.TaskAnswer) (model.Receipt, error) {
	return c.onTask(ctx, name, task.EventAnswered, task.Answer{Decision: a.Decision, Comment: a.Comment, Value: a.Value, Digests: a.Digests})
}

// ClaimTask takes a task on, or gives it back.
func (c *Control) ClaimTask(ctx context.Context, name string, m model.TaskClaim) (model.Receipt, error) {
	return c.onTask(ctx, name, task.EventClaimed, task.Claim{Release: m.Release})
}

// DelegateTask lets one more person answer.
func (c *Control) DelegateTask(ctx context.Context, name string, d model.TaskDelegation) (model.Receipt, error) {
	return c.onTask(ctx, name, task.EventDelegated, task.Delegation{To: d.To, Comment: d.Comment})
}

// WithdrawAnswer takes the caller's own answer back.
func (c *Control) WithdrawAnswer(ctx context.Context, name string, w model.TaskWithdrawal) (model.Receipt, error) {
	return c.onTask(ctx, name, task.EventWithdrawn, task.Withdrawal{Comment: w.Comment})
}

// onTask brings a person's event to a task.
func (c *Control) onTask(ctx context.Context, name, event string, data any) (model.Receipt, error) {
	if _, err := c.may(ctx, access.Read, access.Scope{}); err != nil { // before anything is told of tasks
		return model.Receipt{}, err
	}
	s, err := c.loadTask(ctx, name)
	if fault.Is(err, fault.NotFound) {
		err = cmp.Or(c.maySomewhere(ctx, access.Approve), err)
	}
	if err != nil {
		return model.Receipt{}, err
	}
	actor, err := c.mayAnswer(ctx, s)
	if err != nil {
		return model.Receipt{}, err
	}
	receipt, err := c.tell(ctx, actor, task.MachineID(s.Name), event, data)
	if barred := (*task.Barred)(nil); errors.As(err, &barred) {
		c.People.Suspect(access.OwnApproval, actor.String())
	}
	return receipt, err
}

// mayAnswer gives the actor if it may answer a task: by the right to approve, or because the
// task asks them. A token must have the scope for it either way. Whether they may answer this
// one is the task's to say; who never may, is refused here already.
func (c *Control) mayAnswer(ctx context.Context, s task.State) (machine.Actor, error) {
	who, d, err := c.known(ctx)
	if err != nil {
		return who.Actor, err
	}
	facts := drive.Who(d, who.Actor, s)
	scoped := who.Actor.Kind == "person" || slices.Contains(who.Scopes, access.Approve)
	asked := facts.Person != "" && facts.Person == who.Person && (len(facts.Groups) > 0 || slices.Contains(s.Delegates, facts.Person))
	if scoped && asked {
		return who.Actor, nil
	}
	if barred := (*task.Barred)(nil); errors.As(s.MayAnswer(facts), &barred) {
		c.People.Suspect(access.OwnApproval, who.Actor.String())
	}
	return c.may(ctx, access.Approve, access.Scope{Team: s.Team, Environment: s.Environment})
}

func (c *Control) loadTask(ctx context.Context, name string) (task.State, error) {
	s, _, err := engine.Load[task.State](ctx, c.Engine, task.MachineID(name))
	if fault.Is(err, fault.NotFound) {
		return s, noTask(name)
	}
	return s, err
}

func noTask(name string) error {
	return fault.New(fault.NotFound, "there is no task %s", name).WithHint("slipway task list")
}

// task says whether the caller may see a task. Who holds which right is for those who read
// the audit log.
func (s sight) task(t task.State) bool {
	if t.Kind == task.Access && !s.directory.Allowed(s.caller, access.Audit, access.Scope{}) {
		return false
	}
	return s.of(t.Team, t.Environment)
}

// taskOf says what there is to say of a task to somebody.
func taskOf(s task.State, to task.Facts) model.Task {
	t := model.Task{Name: s.Name, Kind: string(s.Kind), Title: s.Title, Text: s.Text, Service: s.Service, Team: s.Team, Environment: s.Environment,
		Status: string(s.Status), Reason: s.Reason, Digests: s.Digests, From: s.From, Quorum: s.Quorum, Agreed: s.Agreed(), Excluded: s.Excluded,
		FourEyes: s.FourEyes, Claimed: s.Claimed, Delegates: s.Delegates, Schema: s.Schema, OpenedAt: s.OpenedAt, EndedAt: s.EndedAt,
		Deadline: s.Deadline, Expires: float64(s.Expire) / float64(time.Second)}
	if s.AskedBy.Name != "" {
		t.AskedBy = s.AskedBy.String()
	}
	for _, g := range s.Given {
		t.Answers = append(t.Answers, model.TaskGiven{Person: g.Person, Via: g.Via, Decision: g.Decision, Comment: g.Comment, Value: g.Value, At: g.At, Void: g.Void})
	}
	err := s.MayAnswer(to)
	t.Mine = err == nil
	if e := (*fault.Error)(nil); errors.As(err, &e) {
		t.WhyNot = e.Text
	}
	return t
}
