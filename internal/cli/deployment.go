package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

func newDeployment(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "deployment", Short: "See a deployment: plan, decision, outcome",
		Long: `A deployment is a release on its way into, or in, an environment. What was planned, how
the gate stood when it went in, and how it ended are kept with it.`,
		Example: `  slipway deployment show tickets.prod.7
  slipway deployment decision tickets.prod.7 --to .`,
	}, deploymentShow(s), deploymentDecision(s))
}

func deploymentShow(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "show DEPLOYMENT", Short: "Show a deployment with its plan and its gate",
		Long:    "Show tells how a deployment stands or ended, how its gate stood, and what was planned.",
		Example: `  slipway deployment show tickets.prod.7`,
		Args:    exactly("DEPLOYMENT"),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			d, err := c.Deployment(ctx, args[0])
			if err != nil {
				return err
			}
			return s.print(d, func(w io.Writer) { s.deployment(w, d) })
		}),
	}
}

func (s *session) deployment(w io.Writer, d model.DeploymentDetail) {
	paint := s.paint(s.out)
	fmt.Fprintf(w, "%s: %s of %s in %s: %s\n", clean(d.ID), clean(d.Release), clean(d.Service), clean(d.Environment), paint(statusColor(d.Outcome), clean(d.Outcome)))
	if d.Reason != "" {
		fmt.Fprintf(w, "  %s\n", clean(d.Reason))
	}
	fmt.Fprintf(w, "  artifact  %s\n  config    %s\n", clean(d.Artifact), clean(d.Config))
	if d.VSA != "" {
		fmt.Fprintf(w, "  decision  %s (slipway deployment decision %s)\n", clean(d.VSA), clean(d.ID))
	}
	if d.Fix != "" {
		fmt.Fprintf(w, "  fix       %s\n", clean(d.Fix))
	}
	s.judgement(w, d)
	if d.Gate != nil {
		fmt.Fprintln(w)
		s.doorOf(w, d)
	}
	if d.Plan != nil {
		fmt.Fprintln(w)
		s.planned(w, *d.Plan)
	}
}

// doorOf tells how the gate stands to a deployment that waits, or stood to one that does not.
func (s *session) doorOf(w io.Writer, d model.DeploymentDetail) {
	switch {
	case d.Outcome == "waiting":
		s.gate(w, *d.Gate)
	case d.Gate.At.IsZero():
		s.gateThen(w, *d.Gate, "while it waited")
	default:
		s.gateThen(w, *d.Gate, "when it went in, at "+clock(d.Gate.At))
	}
}

func deploymentDecision(s *session) *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use: "decision DEPLOYMENT", Short: "Get the signed decision by which a deployment went in",
		Long: `Decision gives the verification summary (SLSA VSA, in-toto, DSSE) by which a deployment
went in, signed by the control plane. With --to it is written into a folder, with the
public keys beside it, for: slipway verify.`,
		Example: `  slipway deployment decision tickets.prod.7 --to .
  slipway verify tickets.prod.7.dsse.json --key slipway.pub`,
		Args: exactly("DEPLOYMENT"),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			e, err := c.Decision(ctx, args[0])
			if err != nil {
				return err
			}
			if to == "" {
				_, err := fmt.Fprintln(s.out, string(e.Envelope))
				return err
			}
			file, keys := filepath.Join(to, args[0]+".dsse.json"), filepath.Join(to, "slipway.pub")
			if err := os.WriteFile(file, e.Envelope, 0o644); err != nil {
				return err
			}
			if err := os.WriteFile(keys, []byte(pems(e.Keys)), 0o644); err != nil {
				return err
			}
			return s.print(map[string]string{"file": file, "keys": keys}, func(w io.Writer) {
				fmt.Fprintf(w, "wrote %s and %s\ncheck it with: slipway verify %s --key %s\n", file, keys, file, keys)
			})
		}),
	}
	cmd.Flags().StringVar(&to, "to", "", "folder to write it into; default: print it")
	return cmd
}

// pems are the public keys that are trusted.
func pems(keys []model.SigningKey) string {
	text := ""
	for _, k := range keys {
		if k.Status != "revoked" {
			text += k.Public
		}
	}
	return text
}
