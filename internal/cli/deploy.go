package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

func newDeploy(s *session) *cobra.Command {
	var r model.DeployRequest
	var wait bool
	cmd := &cobra.Command{
		Use: "deploy SERVICE ENV", Short: "Put a release into an environment",
		Long: `Deploy asks for a release to go into an environment: the latest built one, or that of
--release, or with --image an OCI image or artifact that was built elsewhere.

The environment's gate is asked, new instances start beside the old ones and are
checked, traffic moves as the service's strategy says, and a release that does badly is
taken back by itself.

On a terminal the command shows the way until it ends; Ctrl-C leaves the deployment
alone. Elsewhere it returns once the request is written, unless --wait is given.`,
		Example: `  slipway deploy tickets dev
  slipway deploy tickets prod --release 3f2a91c
  slipway deploy tickets dev --image registry.example/tickets@sha256:4e07…
  slipway deploy tickets prod --wait -o json`,
		Args: exactly("SERVICE", "ENV"), ValidArgsFunction: s.complete(services, environments),
		RunE: func(cmd *cobra.Command, args []string) error {
			if r.Release != "" && r.Image != "" {
				return fault.New(fault.Invalid, "a deployment is of a release or of an image, not of both").WithHint("leave --release or --image out")
			}
			r.Service, r.Environment = args[0], args[1]
			c, err := s.connect()
			if err != nil {
				return err
			}
			receipt, err := c.Deploy(cmd.Context(), r)
			if err != nil {
				return err
			}
			if !s.waits(cmd, wait) {
				return s.requested(receipt, "deployment of "+r.Service+" in "+r.Environment)
			}
			d, err := s.follow(cmd.Context(), c, r.Service, r.Environment, receipt)
			if err != nil {
				return err
			}
			return s.report(d, "completed")
		},
	}
	cmd.Flags().StringVar(&r.Release, "release", "", "release to deploy; default: the latest that is built")
	cmd.Flags().StringVar(&r.Image, "image", "", "OCI reference to deploy instead: host/repo@sha256:…, host/repo:tag or /dir:tag of an OCI layout")
	cmd.Flags().StringVar(&r.Fix, "fix", "", "it mends what burns an error budget: what that is; no budget holds it up")
	cmd.Flags().BoolVar(&r.Force, "force", false, "also if the release was rolled back here before")
	waitFlag(cmd, &wait)
	s.completeFlag(cmd, "release", 2, releases)
	return cmd
}

func waitFlag(cmd *cobra.Command, wait *bool) {
	cmd.Flags().BoolVar(wait, "wait", false, "wait until it has ended; default on a terminal (--wait=false: do not)")
}

// waits says whether to wait for a deployment's end.
func (s *session) waits(cmd *cobra.Command, wait bool) bool {
	if cmd.Flags().Changed("wait") {
		return wait
	}
	return terminal(s.out)
}

// requested prints the receipt of a command that is not waited for.
func (s *session) requested(r model.Receipt, what string) error {
	return s.print(r, func(w io.Writer) {
		if r.Deployment != "" {
			what += " (" + clean(r.Deployment) + ")"
		}
		fmt.Fprintln(w, "requested: "+what)
	})
}
