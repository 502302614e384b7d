package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

func runResume(s *session) *cobra.Command {
	var r model.RunResume
	cmd := &cobra.Command{
		Use: "resume RUN --from POINTER", Short: "Start a run again from one of its tasks",
		Long: `Resume starts a run that has ended again from a task, however deep, with the input and the
context that the task had. What comes after it is done again. POINTER is the task's JSON
Pointer, as run show and run replay print it. With --version new the version that is active
now goes on from there; otherwise the one that the run began with.`,
		Example: `  slipway run resume prod.restart-tickets.7 --from /do/2/verify
  slipway run resume prod.restart-tickets.7 --from /do/2/verify --version new`,
		Args: exactly("RUN"), ValidArgsFunction: s.complete(runNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			receipt, err := c.ResumeRun(ctx, args[0], r)
			return s.done(receipt, err, "resumed: "+args[0]+" from "+r.From)
		}),
	}
	cmd.Flags().StringVar(&r.From, "from", "", "JSON Pointer of the task")
	cmd.Flags().StringVar(&r.Version, "version", "same", "version that goes on: same or new")
	_ = cmd.MarkFlagRequired("from") // it only fails for a flag that there is not
	return cmd
}

func runRetry(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "retry RUN", Short: "Start a run again from the task that failed",
		Long:    "Retry is resume from the task whose error ended the run.",
		Example: "  slipway run retry prod.restart-tickets.7",
		Args:    exactly("RUN"), ValidArgsFunction: s.complete(runNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			receipt, err := c.ResumeRun(ctx, args[0], model.RunResume{})
			return s.done(receipt, err, "tried again: "+args[0])
		}),
	}
}

func runSettle(s *session) *cobra.Command {
	var output string
	var r model.RunSettle
	cmd := &cobra.Command{
		Use: "settle RUN TASK done|failed|again", Short: "Say what became of something whose outcome was lost",
		Long: `When the control plane ends while a task is doing something that may not be done twice, it
cannot know whether it happened. The run is then unknown until somebody who has looked says
so: it was done (with its --output), it failed, or it may be done again. TASK is the task's
key, as run show prints it. A task with metadata idempotent: true is done again by itself.`,
		Example: `  slipway run settle prod.pay-out.3 /do/1/pay done --output '{"id":"p-77"}'
  slipway run settle prod.pay-out.3 /do/1/pay again`,
		Args: exactly("RUN", "TASK", "DECISION"), ValidArgsFunction: s.complete(runNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			r.Task, r.Decision = args[1], args[2]
			if output != "" {
				raw, err := s.jsonArgument("--output", output)
				if err != nil {
					return err
				}
				r.Output = raw
			}
			receipt, err := c.SettleRun(ctx, args[0], r)
			return s.done(receipt, err, "settled: "+args[1])
		}),
	}
	cmd.Flags().StringVar(&output, "output", "", "what it gave, as JSON or @FILE")
	cmd.Flags().StringVar(&r.Reason, "reason", "", "how you know")
	return cmd
}

func runReplay(s *session) *cobra.Command {
	var values bool
	cmd := &cobra.Command{
		Use: "replay RUN", Short: "Go through a run step by step",
		Long: `Replay steps the run once more through all that happened to it, from the journal, and
prints what each event did: which tasks began, ended or failed, and with --values what went
in and came out.`,
		Example: `  slipway run replay prod.restart-tickets.7 --values
  slipway run replay prod.restart-tickets.7 -o json | jq '.[].traces'`,
		Args: exactly("RUN"), ValidArgsFunction: s.complete(runNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			steps, err := c.RunSteps(ctx, args[0])
			if err != nil {
				return err
			}
			return s.print(steps, func(w io.Writer) {
				paint := s.paint(w)
				for _, step := range steps {
					fmt.Fprintf(w, "%s %s %s  %s\n", paint("dim", step.At.UTC().Format("15:04:05.000")), paint("bold", clean(step.Event)),
						clean(step.Actor), paint(statusColor(step.Status), clean(step.Status)))
					for _, t := range step.Traces {
						line := fmt.Sprintf("    %-18s %s", t.What, t.Pointer)
						if t.Error != nil {
							line += "  " + problemLine(t.Error)
						}
						fmt.Fprintln(w, clean(line))
						if values && len(t.Value) > 0 {
							fmt.Fprintln(w, "      "+clean(shortened(string(t.Value))))
						}
					}
				}
			})
		}),
	}
	cmd.Flags().BoolVar(&values, "values", false, "also print what went in and came out")
	return cmd
}

// jsonArgument reads JSON that was given as it is, or as @FILE.
func (s *session) jsonArgument(name, text string) (json.RawMessage, error) {
	raw := []byte(text)
	if file, ok := strings.CutPrefix(text, "@"); ok {
		var err error
		if raw, err = s.readFile(file); err != nil {
			return nil, err
		}
	}
	return asJSON(name, raw)
}
