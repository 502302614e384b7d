package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

// service is the one that chapters about doors send through them.
const service = "concerts"

// clockLayout is how times are written on the command line: in the clock of this machine.
const clockLayout = "2006-01-02T15:04:05"

// promote asks for what runs in the environment before to go on, as ada, who may: now, or
// after a while.
func (s *stage) promote(ctx context.Context, environment string, after time.Duration) (*Promotion, error) {
	r, command := model.PromoteRequest{Service: service, Environment: environment}, "slipway promote "+service+" "+environment
	if after > 0 {
		r.At = time.Now().Add(after)
		command += " --at " + r.At.Format(clockLayout)
	}
	receipt, err := s.people[author].session.Promote(ctx, r)
	if err != nil {
		return nil, err
	}
	s.say("%s  ada asks for it to go on: %s", environment, command)
	t, err := s.task(client.Await(ctx, receipt.Position), receipt.Deployment)
	if err != nil {
		return nil, err
	}
	p := &Promotion{Service: service, Environment: environment, Deployment: receipt.Deployment, AskedBy: author, Needs: t.Quorum}
	s.doors.add(p)
	return p, nil
}

// ask promotes, and shows how the door stands.
func (s *stage) ask(ctx context.Context, environment string, after time.Duration) (*Promotion, error) {
	p, err := s.promote(ctx, environment, after)
	if err != nil {
		return nil, err
	}
	return p, s.explain(ctx, environment)
}

// task gives the approval that a deployment waits for. It is asked for as soon as the door
// was, which is a moment after the deployment was.
func (s *stage) task(ctx context.Context, deployment string) (model.Task, error) {
	for {
		t, err := s.house.client.Task(ctx, deployment)
		if client.CodeOf(err) != "notFound" {
			return t, err
		}
		if d, err := s.house.client.Deployment(ctx, deployment); err != nil || slices.Contains(ends, d.Outcome) {
			return t, errors.Join(err, &Otherwise{fmt.Sprintf("nobody was asked to approve %s, and it is %s", deployment, d.Outcome)})
		}
		if err := pause(ctx); err != nil {
			return t, err
		}
	}
}

// explain shows how a door stands.
func (s *stage) explain(ctx context.Context, environment string) error {
	g, err := s.house.client.Gate(ctx, model.GateQuery{Service: service, Environment: environment})
	if err != nil {
		return err
	}
	s.say("%s  the door is %s to release %s:", environment, stands(g), g.Release)
	s.table(conditions(g))
	return nil
}

func stands(g model.Gate) string {
	if g.Verdict == "pass" {
		return "open"
	}
	return "shut"
}

// conditions are the rows of a door's table.
func conditions(g model.Gate) []row {
	var rows []row
	for _, c := range g.Conditions {
		r := row{mark: c.Verdict, name: c.Name, text: []string{c.Reason}}
		if missing(c) {
			for _, need := range c.Needs {
				r.text = append(r.text, "→ "+need)
			}
		}
		rows = append(rows, r)
	}
	return rows
}

// missing says whether a condition keeps its door shut.
func missing(c model.Condition) bool { return c.Verdict == "fail" || c.Verdict == "unknown" }

// answer has somebody approve what waits, and tells what comes of it. A refusal is no error.
func (s *stage) answer(ctx context.Context, who *person, deployment string, byToken bool) (refused string, err error) {
	c, how := who.session, ""
	if byToken {
		c, how = who.token, " with a token of hers"
	}
	t, err := c.Task(ctx, deployment)
	if err != nil {
		return "", err
	}
	receipt, err := c.AnswerTask(ctx, deployment, model.TaskAnswer{Decision: "approve", Digests: t.Digests})
	if code := client.CodeOf(err); code == "denied" || code == "refused" {
		s.say("%s  %s approves%s, and is refused: %s.", t.Environment, who.name, how, detail(err))
		s.doors.refused(deployment, Refusal{Person: who.name, Token: byToken, Reason: detail(err)})
		return detail(err), nil
	}
	if err != nil {
		return "", err
	}
	if t, err = c.Task(client.Await(ctx, receipt.Position), deployment); err != nil {
		return "", err
	}
	s.say("%s  %s approves: %d of %d.", t.Environment, who.name, t.Agreed, t.Quorum)
	return "", nil
}

// through tells of a promotion until it has ended, and has its decision checked.
func (s *stage) through(ctx context.Context, p *Promotion) (model.Deployment, error) {
	d, err := s.await(ctx, p.Service, p.Environment, func(d model.Deployment) bool { return d.ID == p.Deployment })
	if err != nil {
		return d, err
	}
	s.tellEnd(d)
	if d.Outcome != "completed" {
		return d, nil
	}
	return d, s.verify(ctx, p)
}
