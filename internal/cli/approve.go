package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

func newApprove(s *session) *cobra.Command {
	return verdict(s, "approve", "Approve a deployment", `Approve says that a release may go into an environment. What exactly is approved is shown
first; if it changes before you answer, the answer is refused. The task can be named, or
the service and the environment in which it waits. Authors of a change cannot approve it.`)
}

func newReject(s *session) *cobra.Command {
	return verdict(s, "reject", "Reject a deployment", `Reject says that a release must not go into an environment. It does not, as long as you do
not take that back (slipway task withdraw). Say why with -m.`)
}

func verdict(s *session, word, summary, long string) *cobra.Command {
	a := model.TaskAnswer{Decision: word}
	var yes bool
	cmd := &cobra.Command{
		Use: word + " DEPLOYMENT | SERVICE ENV", Short: summary, Long: long,
		Example: fmt.Sprintf("  slipway %s tickets.prod.12\n  slipway %s tickets prod -m \"looked at the diff\"", word, word),
		Args:    exactly("DEPLOYMENT", "[ENV]"), ValidArgsFunction: s.complete(services, environments),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			t, err := findTask(ctx, c, args)
			if err != nil {
				return err
			}
			return s.answer(ctx, c, t, a, yes)
		}),
	}
	answerFlags(cmd, &a, &yes)
	return cmd
}

func answerFlags(cmd *cobra.Command, a *model.TaskAnswer, yes *bool) {
	cmd.Flags().StringVarP(&a.Comment, "message", "m", "", "why, for the record")
	cmd.Flags().BoolVarP(yes, "yes", "y", false, "do not ask")
}

// findTask finds the task of a name, or the one approval that waits for a service in an
// environment.
func findTask(ctx context.Context, c *client.Client, args []string) (model.Task, error) {
	if len(args) == 1 {
		return c.Task(ctx, args[0])
	}
	list, err := c.Tasks(ctx, model.TasksQuery{Service: args[0], Environment: args[1], All: true})
	if err != nil {
		return model.Task{}, err
	}
	var found []model.Task
	var names []string
	for _, t := range list {
		if t.Kind == "approval" && t.EndedAt.IsZero() && t.Status != "closed" {
			found, names = append(found, t), append(names, t.Name)
		}
	}
	switch len(found) {
	case 0:
		return model.Task{}, fault.New(fault.NotFound, "nothing of %s waits for approval in %s", args[0], args[1]).
			WithHint("slipway task list; slipway gate explain %s %s", args[0], args[1])
	case 1:
		return found[0], nil
	}
	return model.Task{}, fault.New(fault.Invalid, "several wait: %s", strings.Join(names, ", ")).WithHint("name one of them")
}

// answer shows a person what they answer, asks, and answers for just that.
func (s *session) answer(ctx context.Context, c *client.Client, t model.Task, a model.TaskAnswer, yes bool) error {
	if terminal(s.in) && !yes {
		s.showTask(s.err, t)
		ok, err := s.ask(ctx, strings.ToUpper(a.Decision[:1])+a.Decision[1:]+" this?")
		if err != nil || !ok {
			return err
		}
	}
	a.Digests = t.Digests
	receipt, err := c.AnswerTask(ctx, t.Name, a)
	if err != nil {
		return err
	}
	if s.output != "table" {
		return s.print(receipt, nil)
	}
	now, err := c.Task(client.Await(ctx, receipt.Position), t.Name)
	if err != nil {
		return err
	}
	return s.print(receipt, func(w io.Writer) {
		fmt.Fprintf(w, "%s: your answer is %s; %s agree, it is %s\n", clean(t.Name), a.Decision, agreed(now), clean(now.Status))
	})
}

func taskAnswer(s *session) *cobra.Command {
	var a model.TaskAnswer
	var yes bool
	var value string
	cmd := &cobra.Command{
		Use: "answer TASK approve|reject|submit", Short: "Answer a task",
		Long: `Answer says what you decide. What a form asks for is given as JSON, in a file or with "-"
on standard input.`,
		Example: `  slipway task answer policy.Environment.prod approve
  slipway task answer access.all.prod.20261122 approve --value removals.json`,
		Args: exactly("TASK", "DECISION"), ValidArgsFunction: s.complete(taskNames, answerWords),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			t, err := c.Task(ctx, args[0])
			if err != nil {
				return err
			}
			if a.Value, err = s.formValue(value); err != nil {
				return err
			}
			switch a.Decision = args[1]; a.Decision {
			case "approve", "reject", "submit":
			default:
				return fault.New(fault.Invalid, "there is no decision %q", a.Decision).WithHint("approve, reject or submit")
			}
			return s.answer(ctx, c, t, a, yes || value == "-")
		}),
	}
	answerFlags(cmd, &a, &yes)
	cmd.Flags().StringVar(&value, "value", "", "file with what is filled in, as JSON; -: standard input")
	return cmd
}

func answerWords(context.Context, *client.Client, []string) ([]string, error) {
	return []string{"approve", "reject", "submit"}, nil
}

// maxForm bounds what is filled in, in bytes.
const maxForm = 64 << 10

func (s *session) formValue(name string) (json.RawMessage, error) {
	var raw []byte
	var err error
	switch name {
	case "":
		return nil, nil
	case "-":
		raw, err = io.ReadAll(io.LimitReader(s.in, maxForm+1))
	default:
		raw, err = os.ReadFile(name)
	}
	switch {
	case err != nil:
		return nil, fault.New(fault.Invalid, "what is filled in cannot be read").Because(err)
	case len(raw) > maxForm:
		return nil, fault.New(fault.TooLarge, "what is filled in is longer than 64 KiB")
	case !json.Valid(raw):
		return nil, fault.New(fault.Invalid, "what is filled in is not JSON")
	}
	return raw, nil
}
