package demo

import (
	"context"
	"slices"
	"time"

	"slipway.dev/client/model"
)

// promoteNext promotes into the last environment that does not run what the one before runs.
func promoteNext(ctx context.Context, s *stage) error {
	waits, err := s.house.client.Gates(ctx)
	if err != nil {
		return err
	}
	lanes, err := s.house.client.Lanes(ctx)
	if err != nil {
		return err
	}
	for _, next := range ahead(s.chapter.environments, lanes) {
		if slices.ContainsFunc(waits, next.is) {
			s.say("%s  is asked already.", next.environment)
			return s.explain(ctx, next.environment)
		}
		if err := s.promoteTo(ctx, next.environment); !refused(err) {
			return err
		}
		s.say("%s  does not take it: %s.", next.environment, detail(err))
	}
	s.say("There is nothing else that could go on. Press g: ada commits a change.")
	return nil
}

// promoteTo promotes into an environment, and tells of it until it has ended.
func (s *stage) promoteTo(ctx context.Context, environment string) error {
	after := time.Duration(0)
	if environment == s.chapter.public() {
		after = liveAhead
	}
	p, err := s.ask(ctx, environment, after)
	if err != nil {
		return err
	}
	d, err := s.through(ctx, p)
	if err != nil || d.Outcome == "superseded" { // by a newer one that was promoted
		return err
	}
	return s.wanted(d, "completed")
}

// step is a release that could go on into an environment.
type step struct{ environment, release string }

// is says whether it is what a gate is about.
func (n step) is(g model.Gate) bool { return g.Environment == n.environment && g.Release == n.release }

// ahead gives what could go on, into the last environment first. One in which something is
// under way takes nothing.
func ahead(environments []string, lanes []model.Lane) []step {
	at := map[string]model.Lane{}
	for _, l := range lanes {
		at[l.Environment] = l
	}
	var list []step
	for i, environment := range slices.Backward(environments) {
		if i == 0 {
			break
		}
		before, here := at[environments[i-1]].Current, at[environment]
		if before != nil && here.Active == nil && (here.Current == nil || here.Current.Release != before.Release) {
			list = append(list, step{environment, before.Release})
		}
	}
	return list
}

// answerAs has somebody approve what waits; its author tries it by a token, too.
func answerAs(name string) func(context.Context, *stage) error {
	return func(ctx context.Context, s *stage) error {
		who := s.people[name]
		tasks, err := who.session.Tasks(ctx, model.TasksQuery{Service: service, All: true})
		if err != nil {
			return err
		}
		tasks = slices.DeleteFunc(tasks, func(t model.Task) bool { return t.Status == "closed" }) // what waits for other things may have its approvals
		t, ok := toAnswer(tasks)
		if !ok {
			s.say("%s finds nothing that waits for an approval. Press p to promote.", name)
			return nil
		}
		refused, err := s.answer(ctx, who, t.Name, false)
		if err != nil || refused == "" || name != author {
			return err
		}
		_, err = s.answer(ctx, who, t.Name, true)
		return err
	}
}

// toAnswer picks the task that was opened last of those that one may answer, or else of all.
func toAnswer(tasks []model.Task) (model.Task, bool) {
	for _, t := range slices.Backward(tasks) { // they come oldest first
		if t.Mine {
			return t, true
		}
	}
	if len(tasks) == 0 {
		return model.Task{}, false
	}
	return tasks[len(tasks)-1], true
}

// explainNext shows the door that something waits at, or the last one that something could be
// promoted to, and how it will stand tomorrow.
func explainNext(ctx context.Context, s *stage) error {
	lanes, err := s.house.client.Lanes(ctx)
	if err != nil {
		return err
	}
	environment := s.chapter.public()
	if list := ahead(s.chapter.environments, lanes); len(list) > 0 {
		environment = list[0].environment
	}
	if err := s.explain(ctx, environment); err != nil {
		return err
	}
	return s.tomorrow(ctx)
}

// backInProd goes back in prod, which asks nobody.
func backInProd(ctx context.Context, s *stage) error {
	s.say("prod  goes back, on request. Nobody is asked: what it goes back to was there before.")
	_, err := s.rollback(ctx, service, s.chapter.public())
	if refused(err) {
		s.say("prod  cannot go back: %s.", detail(err))
		return nil
	}
	return err
}
