package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/internal/core/backstage"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/openslo"
)

func newImport(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "import", Short: "Make manifests of other systems' files",
		Long: `Import reads files of other systems and prints manifests. What could not be taken over
is named on standard error, with its place and why. It needs no control plane.`,
		Example: `  slipway import backstage catalog-info.yaml > .slipway/catalog.yaml
  slipway import openslo objectives.yaml > .slipway/flows.yaml`,
	}, importBackstage(s), importOpenSLO(s))
}

func importBackstage(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "backstage FILE", Short: "Make manifests of a Backstage catalog-info.yaml",
		Long: `Backstage makes a Team of each Group with its Users, and a Component of each Component,
System, Domain, API and Resource: things that flows rest on and that are not deployed here.
A service that is to be deployed here needs a Service of its own. FILE may be - for standard
input.`,
		Example: `  slipway import backstage catalog-info.yaml > .slipway/catalog.yaml
  cat */catalog-info.yaml | slipway import backstage -`,
		Args: exactly("FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			raw, err := s.readFile(args[0])
			if err != nil {
				return err
			}
			r, err := backstage.Import(args[0], raw)
			if err != nil {
				return err
			}
			for _, n := range r.Notes {
				s.noted(n.At.String(), n.Entity, n.Field, n.Text)
			}
			_, err = s.out.Write(r.YAML)
			return err
		},
	}
}

func importOpenSLO(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "openslo FILE", Short: "Make manifests of OpenSLO v1 files",
		Long: `Openslo makes Flows with the same reliability targets. What "slipway slo export openslo"
wrote comes back as it was; of others, what a flow needs besides is named, and left to be
filled in. FILE may be - for standard input.`,
		Example: `  slipway import openslo objectives.yaml > .slipway/flows.yaml
  slipway slo export openslo --environment prod | slipway import openslo -`,
		Args: exactly("FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			raw, err := s.readFile(args[0])
			if err != nil {
				return err
			}
			r, err := openslo.Import(args[0], raw)
			if err != nil {
				return err
			}
			for _, n := range r.Notes {
				s.noted(n.At.String(), n.Object, n.Field, n.Text)
			}
			if len(r.YAML) == 0 {
				return fault.New(fault.Invalid, "%s has nothing that could be taken over", args[0]).WithHint("it must have documents of openslo/v1, of the kind SLO")
			}
			_, err = s.out.Write(r.YAML)
			return err
		},
	}
}

// noted prints what was not taken over as it was.
func (s *session) noted(at string, what ...string) {
	var words []string
	for _, w := range what {
		if w != "" {
			words = append(words, clean(w))
		}
	}
	fmt.Fprintf(s.err, "%s %s\n", s.paint(s.err)("bold", clean(at)+":"), strings.Join(words, ": "))
}
