package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

func newRun(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "run", Short: "Start, watch and mend runs of workflows",
		Long: `A run is one execution of a workflow in an environment. It survives whatever happens to
the control plane: killed between any two steps, it goes on where it was. What cannot be
known after a crash (did the request arrive?) is never guessed: the run is "unknown" until
somebody says what became of it.`,
		Example: `  slipway run start restart-tickets prod --input '{"reason":"leak"}'
  slipway run list --env prod
  slipway run show prod.restart-tickets.7
  slipway run resume prod.restart-tickets.7 --from /do/2/verify`,
	}, runStart(s), runList(s), runShow(s), runLogs(s), runReplay(s), runResume(s), runRetry(s), runSettle(s),
		runWhy(s, "cancel", "End a run", "Cancel ends a run at once. What is under way outside is told to stop; what it did stays done.",
			"cancelled", (*client.Client).CancelRun),
		runWhy(s, "suspend", "Hold a run after what is under way", "Suspend lets what is under way end, and begins nothing more until slipway run continue.",
			"suspended", (*client.Client).SuspendRun),
		runContinue(s))
}

func runStart(s *session) *cobra.Command {
	var in inputFlags
	var wait bool
	cmd := &cobra.Command{
		Use: "start WORKFLOW ENV", Short: "Run a workflow",
		Long: `Start begins a run of the version that is active in the environment. It acts with your
rights, and no gate lets it past. Its input is checked against the workflow's schema; at a
terminal, without --input, you are asked for each field.`,
		Example: `  slipway run start restart-tickets prod
  slipway run start restart-tickets prod --input '{"reason":"leak"}' --wait
  slipway run start restart-tickets prod --input @input.json`,
		Args: exactly("WORKFLOW", "ENV"), ValidArgsFunction: s.complete(workflowNames, workflowEnvironments),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			input, err := s.runInput(ctx, in, func() (model.WorkflowDetail, error) { return c.Workflow(ctx, args[0], args[1]) })
			if err != nil {
				return err
			}
			started, err := c.StartRun(ctx, model.RunRequest{Workflow: args[0], Environment: args[1], Input: input})
			if err != nil {
				return err
			}
			if wait {
				return s.followRun(ctx, c, started.Run)
			}
			return s.print(started, func(w io.Writer) {
				fmt.Fprintf(w, "started: %s\nsee slipway run show %s\n", clean(started.Run), clean(started.Run))
			})
		}),
	}
	in.flags(cmd)
	cmd.Flags().BoolVar(&wait, "wait", false, "wait for its end, and end as it does")
	return cmd
}

func runList(s *session) *cobra.Command {
	var q model.RunsQuery
	cmd := &cobra.Command{
		Use: "list", Short: "List runs, latest first",
		Long: "List shows runs: how each stands, what it waits for, and who began it.",
		Example: `  slipway run list
  slipway run list --workflow restart-tickets --status waiting`,
		Args: exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			list, err := c.Runs(ctx, q)
			if err != nil {
				return err
			}
			return s.print(list, func(w io.Writer) {
				if len(list) == 0 {
					fmt.Fprintln(w, "Nothing has run. slipway workflow list shows what could.")
					return
				}
				t := s.table("RUN", "STATUS", "VERSION", "STARTED", "TOOK", "BY", "WAITS FOR")
				for _, r := range list {
					what := strings.Join(r.Waits, "; ")
					if r.Error != nil {
						what = problemLine(r.Error)
					}
					t.colored(1, r.ID, r.Status, r.Version, s.ago(r.StartedAt), ranFor(r), r.By, what)
				}
				t.write(w)
			})
		}),
	}
	cmd.Flags().StringVar(&q.Workflow, "workflow", "", "only of this workflow")
	cmd.Flags().StringVar(&q.Environment, "env", "", "only in this environment")
	cmd.Flags().StringVar(&q.Status, "status", "", "only with this status")
	cmd.Flags().IntVar(&q.Limit, "limit", 0, "how many at most; 0: 100")
	s.completeFlag(cmd, "workflow", 0, workflowNames)
	return cmd
}

func ranFor(r model.Run) string {
	if r.EndedAt.IsZero() {
		return "-"
	}
	return r.EndedAt.Sub(r.StartedAt).Round(1e6).String()
}

// problemLine tells an error on a line.
func problemLine(p *model.RunProblem) string {
	text := p.Title
	if p.Detail != "" {
		text += ": " + p.Detail
	}
	return strings.TrimSpace(fmt.Sprintf("%s (%d) at %s", text, p.Status, p.Instance))
}

func runShow(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "show RUN", Short: "Show a run",
		Long:    "Show tells how a run stands, what it waits for, and the values that it has.",
		Example: "  slipway run show prod.restart-tickets.7",
		Args:    exactly("RUN"), ValidArgsFunction: s.complete(runNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			r, err := c.Run(ctx, args[0])
			if err != nil {
				return err
			}
			return s.print(r, func(w io.Writer) { s.showRun(w, r) })
		}),
	}
}

// showRun tells about a run.
func (s *session) showRun(w io.Writer, r model.RunDetail) {
	paint := s.paint(w)
	fmt.Fprintf(w, "%s  %s\n", paint("bold", clean(r.ID)), paint(statusColor(r.Status), clean(r.Status)))
	say := func(name, text string) {
		if text != "" && text != "null" {
			fmt.Fprintf(w, "  %-9s %s\n", name, clean(shortened(text)))
		}
	}
	say("workflow", r.Workflow+" "+r.Version)
	say("by", strings.TrimSpace(r.By+" "+r.Trigger))
	say("part of", r.Parent)
	say("started", s.ago(r.StartedAt))
	if !r.EndedAt.IsZero() {
		say("took", ranFor(r.Run))
	}
	say("because", r.Reason)
	if r.Error != nil {
		say("error", problemLine(r.Error))
		say("", r.Error.Type)
	}
	say("input", string(r.Input))
	say("context", string(r.Context))
	say("output", string(r.Output))
	for _, text := range r.Waits {
		say("waits for", text)
	}
	for _, t := range r.Tasks {
		if t.Waiting == "unknown" {
			say("settle", "slipway run settle "+r.ID+" '"+t.Key+"' done|failed|again")
		}
	}
	if r.Status == "faulted" {
		say("next", "slipway run retry "+r.ID)
	}
}

func shortened(text string) string {
	const n = 400
	if len(text) > n {
		return strings.ToValidUTF8(text[:n], "") + " … (-o json has all)"
	}
	return text
}

func runLogs(s *session) *cobra.Command {
	var follow bool
	cmd := &cobra.Command{
		Use: "logs RUN", Short: "Print what the processes of a run printed",
		Long:    "Logs prints what scripts, commands and containers of a run printed, and what it logged itself.",
		Example: "  slipway run logs prod.restart-tickets.7 -f",
		Args:    exactly("RUN"), ValidArgsFunction: s.complete(runNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			return c.RunLogs(ctx, args[0], follow, s.logLine)
		}),
	}
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on until the run ends")
	return cmd
}

// runWhy is a command that is said to a run, with a reason.
func runWhy(s *session, verb, short, long, done string, call func(*client.Client, context.Context, string, model.RunWhy) (model.Receipt, error)) *cobra.Command {
	var why model.RunWhy
	cmd := &cobra.Command{
		Use: verb + " RUN", Short: short, Long: long,
		Example: "  slipway run " + verb + ` prod.restart-tickets.7 --reason "wrong input"`,
		Args:    exactly("RUN"), ValidArgsFunction: s.complete(runNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			receipt, err := call(c, ctx, args[0], why)
			return s.done(receipt, err, done+": "+args[0])
		}),
	}
	cmd.Flags().StringVar(&why.Reason, "reason", "", "why, for who looks later")
	return cmd
}

func runContinue(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "continue RUN", Short: "Let a suspended run go on",
		Long:    "Continue ends a suspension: the run goes on with what was to be next.",
		Example: "  slipway run continue prod.restart-tickets.7",
		Args:    exactly("RUN"), ValidArgsFunction: s.complete(runNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			receipt, err := c.ContinueRun(ctx, args[0])
			return s.done(receipt, err, "goes on: "+args[0])
		}),
	}
}

// runEnded prints how a run ended, and makes an error of an end that was not wanted.
func (s *session) runEnded(r model.RunDetail) error {
	if err := s.print(r, func(w io.Writer) { s.showRun(w, r) }); err != nil {
		return err
	}
	if r.Status == "completed" {
		return nil
	}
	what := r.ID + " is " + r.Status
	if r.Error != nil {
		what += ": " + problemLine(r.Error)
	}
	return badly("slipway run replay "+r.ID+" shows how it came to that", "%s", what)
}

func runNames(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
	list, err := c.Runs(ctx, model.RunsQuery{Limit: 50})
	return unique(list, func(r model.Run) (string, bool) { return r.ID, true }), err
}
