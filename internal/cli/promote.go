package cli

import (
	"io"

	"github.com/spf13/cobra"

	"slipway.dev/client/model"
)

func newPromote(s *session) *cobra.Command {
	var r model.PromoteRequest
	var at string
	var wait bool
	cmd := &cobra.Command{
		Use: "promote SERVICE ENV", Short: "Send a release on into the next environment",
		Long: `Promote asks for a release to go on into an environment: the one that runs in the
environment before, or that of --release. Its gate is asked: approvals of people who did
not write the change, time to soak, windows and freezes, and what else the environment's
manifest names. The release enters as soon as the gate is open.

With --at it enters not before a time, with --at next-window not before the next window.
--expedite marks a hotfix: soak and windows are relaxed, approvals never. --fix says that
the release mends what uses up an error budget, so that this budget does not hold it up;
that is shown as waived, and signed with the decision.`,
		Example: `  slipway promote tickets staging
  slipway promote tickets prod --at next-window
  slipway promote tickets prod --release 3f2a91c --expedite --reason "orders are charged twice"`,
		Args: exactly("SERVICE", "ENV"), ValidArgsFunction: s.complete(services, environments),
		RunE: func(cmd *cobra.Command, args []string) error {
			r.Service, r.Environment = args[0], args[1]
			var err error
			if r.Window = at == "next-window"; !r.Window {
				if r.At, err = moment(at); err != nil {
					return err
				}
			}
			c, err := s.connect()
			if err != nil {
				return err
			}
			receipt, err := c.Promote(cmd.Context(), r)
			if err != nil {
				return err
			}
			if wait {
				d, err := s.follow(cmd.Context(), c, r.Service, r.Environment, receipt)
				if err != nil {
					return err
				}
				return s.report(d, "completed")
			}
			d, err := c.Deployment(cmd.Context(), receipt.Deployment)
			if err != nil {
				return err
			}
			return s.print(d, func(w io.Writer) { s.asked(w, d) })
		},
	}
	cmd.Flags().StringVar(&r.Release, "release", "", "release to promote; default: the one that runs in the environment before")
	cmd.Flags().StringVar(&at, "at", "", "not before this time (2026-12-24T10:00), or next-window")
	cmd.Flags().BoolVar(&r.Expedite, "expedite", false, "a hotfix: relax soak and windows")
	cmd.Flags().StringVar(&r.Fix, "fix", "", "it mends what burns an error budget: what that is; no budget holds it up")
	cmd.Flags().BoolVar(&r.Force, "force", false, "also if the release was rolled back there before")
	cmd.Flags().StringVar(&r.Reason, "reason", "", "why, for the record")
	cmd.Flags().BoolVar(&wait, "wait", false, "wait until it is in, or does not get in")
	s.completeFlag(cmd, "release", 2, releases)
	return cmd
}

// asked tells how a promotion stands right after it was asked for.
func (s *session) asked(w io.Writer, d model.DeploymentDetail) {
	if d.Gate != nil {
		s.gate(w, *d.Gate)
	}
	if d.Gate != nil && d.Gate.Verdict != "pass" {
		io.WriteString(w, "It enters when the gate is open. `slipway gate explain "+clean(d.Service)+" "+clean(d.Environment)+"` tells how it stands.\n")
		return
	}
	io.WriteString(w, "requested: "+clean(d.ID)+"\n")
}
