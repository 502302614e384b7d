package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

func newTask(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "task", Short: "See and answer what people must decide",
		Long: `A task is something that people must decide or fill in: an approval, a review, a form. It
asks certain teams or roles, wants a number of them to agree, and is bound to what it is
about: when that changes, answers count no more. Nobody answers for their own change.

An approval has the name of its deployment; slipway approve and reject answer it.`,
		Example: `  slipway task list --mine
  slipway task show tickets.prod.12
  slipway approve tickets prod`,
	}, taskList(s), taskShow(s), taskAnswer(s), taskClaim(s), taskDelegate(s), taskWithdraw(s))
}

func taskList(s *session) *cobra.Command {
	var q model.TasksQuery
	cmd := &cobra.Command{
		Use: "list", Short: "List what waits for people",
		Long: "List shows the tasks that are open, the oldest first, and whether you may answer them.",
		Example: `  slipway task list --mine
  slipway task list --all --service tickets`,
		Args: exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			list, err := c.Tasks(ctx, q)
			if err != nil {
				return err
			}
			return s.print(list, func(w io.Writer) {
				if len(list) == 0 {
					fmt.Fprintln(w, "Nothing waits.")
					return
				}
				t := s.table("TASK", "STATUS", "AGREED", "OPENED", "YOU", "TITLE")
				for _, m := range list {
					t.colored(1, m.Name, m.Status, agreed(m), s.ago(m.OpenedAt), mine(m), m.Title)
				}
				t.write(w)
			})
		}),
	}
	cmd.Flags().BoolVar(&q.Mine, "mine", false, "only those that you may answer now")
	cmd.Flags().BoolVar(&q.All, "all", false, "also those that are decided")
	cmd.Flags().StringVar(&q.Service, "service", "", "only of this service")
	cmd.Flags().StringVar(&q.Environment, "env", "", "only in this environment")
	cmd.Flags().IntVar(&q.Limit, "limit", 0, "how many at most; 0: 200")
	return cmd
}

func agreed(t model.Task) string { return fmt.Sprintf("%d of %d", t.Agreed, t.Quorum) }

// mine says in a word or two whether the caller may answer.
func mine(t model.Task) string {
	if t.Mine {
		return "may answer"
	}
	return "-"
}

func taskShow(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "show TASK", Short: "Show a task",
		Long:    "Show tells what is to be decided, for exactly what, by whom, and what was answered so far.",
		Example: `  slipway task show tickets.prod.12`,
		Args:    exactly("TASK"), ValidArgsFunction: s.complete(taskNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			t, err := c.Task(ctx, args[0])
			if err != nil {
				return err
			}
			return s.print(t, func(w io.Writer) { s.showTask(w, t) })
		}),
	}
}

// showTask tells all that one must know to decide.
func (s *session) showTask(w io.Writer, t model.Task) {
	paint := s.paint(w)
	fmt.Fprintf(w, "%s  %s\n", paint("bold", clean(t.Title)), paint(statusColor(t.Status), clean(t.Status)))
	for _, line := range strings.Split(strings.TrimSpace(t.Text), "\n") {
		if line != "" {
			fmt.Fprintf(w, "  %s\n", clean(line))
		}
	}
	say := func(name, text string) {
		if text != "" {
			fmt.Fprintf(w, "  %-11s %s\n", name, clean(text))
		}
	}
	say("task", t.Name)
	say("kind", t.Kind)
	say("because", t.Reason)
	for _, name := range slices.Sorted(maps.Keys(t.Digests)) {
		say(name, t.Digests[name])
	}
	say("agreed", agreed(t)+", asked are "+strings.Join(t.From, ", "))
	say("asked by", t.AskedBy)
	say("handed to", strings.Join(t.Delegates, ", "))
	say("claimed by", t.Claimed)
	say("until", date(t.Deadline))
	for _, a := range t.Answers {
		text := a.Person + " " + a.Decision + " " + s.ago(a.At)
		if a.Comment != "" {
			text += ": " + a.Comment
		}
		if a.Void != "" {
			text += " (counts no more: " + a.Void + ")"
		}
		say("answer", text)
	}
	for _, person := range slices.Sorted(maps.Keys(t.Excluded)) {
		say("not", person+": "+t.Excluded[person])
	}
	if len(t.Schema) > 0 {
		say("form", string(t.Schema))
	}
	say("you", map[bool]string{true: "may answer"}[t.Mine])
	say("you", t.WhyNot)
}

func taskClaim(s *session) *cobra.Command {
	var claim model.TaskClaim
	cmd := &cobra.Command{
		Use: "claim TASK", Short: "Take a task on",
		Long: `Claim says that you look at a task: for an hour nobody else is told of it. Others may answer
it all the same.`,
		Example: `  slipway task claim tickets.prod.12
  slipway task claim tickets.prod.12 --release`,
		Args: exactly("TASK"), ValidArgsFunction: s.complete(taskNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			r, err := c.ClaimTask(ctx, args[0], claim)
			if err != nil {
				return err
			}
			did := map[bool]string{true: "given back", false: "claimed"}[claim.Release]
			return s.print(r, func(w io.Writer) { fmt.Fprintf(w, "%s is %s\n", clean(args[0]), did) })
		}),
	}
	cmd.Flags().BoolVar(&claim.Release, "release", false, "give it back")
	return cmd
}

func taskDelegate(s *session) *cobra.Command {
	var d model.TaskDelegation
	cmd := &cobra.Command{
		Use: "delegate TASK PERSON", Short: "Let one more person answer a task",
		Long: `Delegate hands a task on that asks you. You may still answer it yourself. It cannot be
handed to somebody who may not answer it, such as an author of the change.`,
		Example: `  slipway task delegate tickets.prod.12 bob -m "I am away until Monday"`,
		Args:    exactly("TASK", "PERSON"), ValidArgsFunction: s.complete(taskNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			d.To = args[1]
			r, err := c.DelegateTask(ctx, args[0], d)
			if err != nil {
				return err
			}
			return s.print(r, func(w io.Writer) { fmt.Fprintf(w, "%s may answer %s\n", clean(args[1]), clean(args[0])) })
		}),
	}
	cmd.Flags().StringVarP(&d.Comment, "message", "m", "", "why, for the record")
	return cmd
}

func taskWithdraw(s *session) *cobra.Command {
	var withdrawal model.TaskWithdrawal
	cmd := &cobra.Command{
		Use: "withdraw TASK", Short: "Take your answer back",
		Long: `Withdraw takes back what you answered, as long as the task has not ended. What went in by
it stays in.`,
		Example: `  slipway task withdraw tickets.prod.12 -m "the wrong one"`,
		Args:    exactly("TASK"), ValidArgsFunction: s.complete(taskNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			r, err := c.WithdrawAnswer(ctx, args[0], withdrawal)
			if err != nil {
				return err
			}
			return s.print(r, func(w io.Writer) { fmt.Fprintf(w, "your answer to %s is withdrawn\n", clean(args[0])) })
		}),
	}
	cmd.Flags().StringVarP(&withdrawal.Comment, "message", "m", "", "why, for the record")
	return cmd
}

func taskNames(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
	list, err := c.Tasks(ctx, model.TasksQuery{})
	return unique(list, func(t model.Task) (string, bool) { return t.Name + "\t" + clean(t.Title), true }), err
}
