package gate

import (
	"fmt"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
)

// Ask gives the task by which a subject's approvals are asked for; nil: the policy wants none.
// Who asked and whom to escalate to is for the asker to add.
func (c *Compiled) Ask(s Subject, f Facts, people People) *task.Ask {
	if c.Approvals.Count <= 0 {
		return nil
	}
	authors, _ := behind(f.Contributors, people)
	text := fmt.Sprintf("Release %s of %s asks to enter %s.", s.Release, s.Service, s.Environment)
	if s.Expedite {
		text += " It is a hotfix: soak and windows are relaxed."
	}
	if s.Fix != "" {
		text += " It is said to be the fix, so that used-up error budgets do not keep it out: " + sentence(s.Fix)
	}
	return &task.Ask{
		Kind:        task.Approval,
		Title:       fmt.Sprintf("Approve %s %s for %s", s.Service, s.Release, s.Environment),
		Text:        text,
		Service:     s.Service,
		Team:        s.Team,
		Environment: s.Environment,
		Subject:     machine.ID("deploy", s.Service, s.Environment),
		Digests:     map[string]string{"artifact": s.Artifact, "config": s.Config},
		From:        c.Approvals.From,
		Quorum:      c.Approvals.Count,
		Excluded:    authors,
		Standing:    true,
		Expire:      c.Approvals.Expire,
	}
}
