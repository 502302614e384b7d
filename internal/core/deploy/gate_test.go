package deploy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
)

// answers gives how the gate stands to what waits, or only to one of them.
func (s *story) answers(only []string) (machine.Value, error) {
	f := letIn(s.state)
	if slices.Contains(s.gate, "silent") {
		f.Gates = nil
	}
	for i := range f.Gates {
		if err := s.answer(&f.Gates[i]); err != nil {
			return nil, err
		}
	}
	if len(only) > 0 {
		f.Gates = slices.DeleteFunc(f.Gates, func(a Answered) bool { return short(a.Deployment) != only[0] })
	}
	return machine.Must(f), nil
}

func (s *story) answer(a *Answered) error {
	for _, word := range s.gate {
		key, value, _ := strings.Cut(word, "=")
		n, _ := strconv.Atoi(value)
		switch key {
		case "open":
		case "shut":
			conditions := []gate.Condition{{Name: "approvals", Verdict: gate.Fail, Reason: "1 of 2", Needs: []string{"one of operations"}}, {Name: "train", Verdict: gate.Unknown}}
			a.Decision.Conditions, a.Decision.Verdict = conditions[:1], gate.Decide(conditions[:1])
		case "train": // is all that is missing
			a.Decision.Conditions = []gate.Condition{{Name: "approvals", Verdict: gate.Pass}, {Name: "train", Verdict: gate.Fail, Reason: "waits for payments"}}
			a.Decision.Verdict = gate.Fail
		case "next":
			d, err := time.ParseDuration(value)
			if err != nil {
				return err
			}
			a.Decision.Next = s.now.Add(d)
		case "config":
			r, _ := release("r1", s.with)
			a.Config, a.Rollout = value, &r.Rollout
		case "approvals":
			a.Ask = &task.Ask{Kind: task.Approval, Title: "Let it in", From: []string{"operations"}, Quorum: n, Standing: true}
		case "lease":
			a.Lease = n
		case "glass":
			a.Decision.Glass = value
		case "supersede":
			a.Supersede = true
		case "unguarded":
			a.Guards = a.Guards[1:]
		case "artifact":
			a.Artifact = value
		default:
			return fmt.Errorf("no setting %q of the gate", word)
		}
	}
	return nil
}

// tellings says what other machines are told; records of deployments are left out.
func tellings(messages []machine.Message) string {
	var out strings.Builder
	for _, m := range messages {
		if m.Type != EventEnded {
			fmt.Fprintf(&out, "  tell %s %s %s\n", short(m.To), m.Type, short(string(m.Data)))
		}
	}
	return out.String()
}
