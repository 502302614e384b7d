package cli

import (
	"context"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/internal/core/bpmn"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/workflow/shape"
	"slipway.dev/internal/draw"
)

func workflowGraph(s *session) *cobra.Command {
	var format, out, runID string
	cmd := &cobra.Command{
		Use: "graph FILE", Short: "Draw a workflow",
		Long: `Graph draws a workflow as SVG, which every browser shows, or as BPMN 2.0 with its layout,
which modelling tools open. With --run the states of a run are drawn over it: what is done,
what waits, what failed, and how often a loop was gone through.`,
		Example: `  slipway workflow graph restart.yaml > restart.svg
  slipway workflow graph restart.yaml --format bpmn --out restart.bpmn
  slipway workflow graph restart.yaml --run prod.restart-tickets.7 > now.svg`,
		Args: exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			def, err := s.workflowFile(args[0])
			if err != nil {
				return err
			}
			picture := shape.Of(def)
			var states map[string]draw.State
			if runID != "" {
				if states, err = s.runStates(cmd.Context(), runID); err != nil {
					return err
				}
			}
			var drawn []byte
			switch {
			case format == "svg":
				drawn = draw.SVG(picture, states)
			case format == "bpmn" && states == nil:
				drawn = bpmn.XML(picture)
			case format == "bpmn":
				return fault.New(fault.Invalid, "BPMN has no states of a run").WithHint("leave --format out")
			default:
				return fault.New(fault.Invalid, "--format is svg or bpmn, and not %q", format)
			}
			if out == "" || out == "-" {
				_, err = s.out.Write(drawn)
				return err
			}
			if err := os.WriteFile(out, drawn, 0o644); err != nil {
				return fault.New(fault.Invalid, "%s cannot be written", strings.TrimSpace(out)).Because(err)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "svg", "svg or bpmn")
	cmd.Flags().StringVar(&out, "out", "", "file to write; default: standard output")
	cmd.Flags().StringVar(&runID, "run", "", "draw the states of this run over it")
	return cmd
}

// runStates tells how each task of a run stands.
func (s *session) runStates(ctx context.Context, id string) (map[string]draw.State, error) {
	c, err := s.connect()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	steps, err := c.RunSteps(ctx, id)
	if err != nil {
		return nil, err
	}
	r, err := c.Run(ctx, id)
	if err != nil {
		return nil, err
	}
	return draw.RunStates(steps, r.Tasks), nil
}
