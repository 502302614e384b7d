package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

func newWorkflow(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "workflow", Short: "Write, test and see workflows",
		Long: `A workflow is automation in the Open Workflow DSL 1.0.3: calls, loops, branches, retries,
waiting for events, and for people. Write one in a file, check and test and run it here,
without a control plane. Declared as a Workflow in a repository, a version of it is a
release: it becomes active in an environment through that environment's gate.`,
		Example: `  slipway workflow check restart.yaml
  slipway workflow test restart.yaml
  slipway workflow run restart.yaml --input '{"service":"tickets"}'
  slipway workflow graph restart.yaml > restart.svg`,
	}, workflowCheck(s), workflowTest(s), workflowRun(s), workflowGraph(s), workflowFunctions(s), workflowList(s), workflowShow(s), workflowPause(s), workflowContinue(s))
}

func workflowList(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List workflows and where they are active",
		Long:    "List shows each workflow in each environment: its version, when it runs by itself, and how its last run ended.",
		Example: "  slipway workflow list",
		Args:    exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			list, err := c.Workflows(ctx)
			if err != nil {
				return err
			}
			return s.print(list, func(w io.Writer) {
				if len(list) == 0 {
					fmt.Fprintln(w, "No workflow is active. Declare one in a repository (kind: Workflow), or try one: slipway workflow run FILE")
					return
				}
				t := s.table("WORKFLOW", "ENV", "STATUS", "VERSION", "RUNS", "NEXT", "UNDER WAY", "LAST")
				for _, m := range list {
					last, next := "-", "-"
					if m.Last != nil {
						last = m.Last.Status + " " + s.ago(m.Last.At)
					}
					if !m.Next.IsZero() {
						next = m.Next.Local().Format("Mon 15:04:05")
					}
					schedule := m.Schedule
					if schedule == "" {
						schedule = "when asked"
					}
					t.colored(2, m.Name, m.Environment, m.Status, m.Version, schedule, next, count(len(m.Running), "run"), last)
				}
				t.write(w)
			})
		}),
	}
}

func workflowShow(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "show WORKFLOW ENV", Short: "Show a workflow and its definition",
		Long:    "Show tells which version of a workflow is active in an environment, and prints its definition (-o json has both).",
		Example: "  slipway workflow show restart-tickets prod",
		Args:    exactly("WORKFLOW", "ENV"), ValidArgsFunction: s.complete(workflowNames, workflowEnvironments),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			d, err := c.Workflow(ctx, args[0], args[1])
			if err != nil {
				return err
			}
			var failed error
			err = s.print(d, func(w io.Writer) {
				fmt.Fprintf(w, "# %s %s in %s: %s, release %s\n", clean(d.Name), clean(d.Version), clean(d.Environment), clean(d.Status), clean(d.Release))
				if len(d.Definition) > 0 {
					failed = writeYAML(w, d.Definition)
				}
			})
			if err == nil {
				err = failed
			}
			return err
		}),
	}
}

func workflowPause(s *session) *cobra.Command {
	var why model.RunWhy
	cmd := &cobra.Command{
		Use: "pause WORKFLOW ENV", Short: "Let a workflow begin nothing by itself",
		Long:    "Pause holds a workflow's schedule and events in an environment. Runs under way go on, and people may still start one.",
		Example: `  slipway workflow pause clean-up prod --reason "database is moved"`,
		Args:    exactly("WORKFLOW", "ENV"), ValidArgsFunction: s.complete(workflowNames, workflowEnvironments),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			receipt, err := c.PauseWorkflow(ctx, args[0], args[1], why)
			return s.done(receipt, err, "paused: "+args[0]+" in "+args[1])
		}),
	}
	cmd.Flags().StringVar(&why.Reason, "reason", "", "why")
	return cmd
}

func workflowContinue(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "continue WORKFLOW ENV", Short: "End a workflow's pause",
		Long:    "Continue lets a workflow begin by itself again. What of its schedule passed meanwhile is done as `missed` in its manifest says.",
		Example: "  slipway workflow continue clean-up prod",
		Args:    exactly("WORKFLOW", "ENV"), ValidArgsFunction: s.complete(workflowNames, workflowEnvironments),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			receipt, err := c.ContinueWorkflow(ctx, args[0], args[1])
			return s.done(receipt, err, "goes on: "+args[0]+" in "+args[1])
		}),
	}
}

func workflowNames(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
	list, err := c.Workflows(ctx)
	return unique(list, func(m model.Workflow) (string, bool) { return m.Name, true }), err
}

func workflowEnvironments(ctx context.Context, c *client.Client, before []string) ([]string, error) {
	list, err := c.Workflows(ctx)
	return unique(list, func(m model.Workflow) (string, bool) { return m.Environment, m.Name == before[0] }), err
}
