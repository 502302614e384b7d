package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slipway.dev/internal/starter"
)

func newInit(s *session) *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use: "init [DIR]", Short: "Write first manifests for a repository",
		Long: `Init looks at the repository you stand in (or DIR), finds what can be built and run in
it, and writes slipway.yaml for its services and slipway-platform.yaml for a team and
environments. It says what it took for a service and why, and what it could not know.

It runs nothing, writes over nothing, and needs no control plane. Read the files before
you commit them.`,
		Example: `  slipway init
  slipway init ../shop
  slipway init --dry-run`,
		Args: exactly("[DIR]"),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := append(args, ".")[0]
			guess, err := starter.Look(dir)
			if err != nil {
				return err
			}
			if dry {
				files, err := guess.Files()
				if err != nil {
					return err
				}
				s.guessed(guess)
				for _, f := range files {
					fmt.Fprintf(s.out, "# %s\n%s", f.Name, f.Content)
				}
				return nil
			}
			files, err := starter.Write(dir, guess)
			if err != nil {
				return err
			}
			s.guessed(guess)
			return s.print(names(files), func(w io.Writer) { next(w, dir, files) })
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "print the manifests instead")
	return cmd
}

// guessed says what was taken for a service and why, and what to check.
func (s *session) guessed(g starter.Guess) {
	paint := s.paint(s.err)
	for _, x := range g.Services {
		fmt.Fprintf(s.err, "%s in %s: %s\n", paint("bold", clean(x.Name)), clean(x.Path), clean(x.Because))
		for _, n := range x.Notes {
			fmt.Fprintf(s.err, "  %s %s\n", paint("yellow", "check:"), clean(n))
		}
	}
	for _, n := range g.Notes {
		fmt.Fprintf(s.err, "%s %s\n", paint("yellow", "note:"), clean(n))
	}
}

func names(files []starter.File) []string {
	out := []string{}
	for _, f := range files {
		out = append(out, f.Name)
	}
	return out
}

// next says what was written and what to do with it.
func next(w io.Writer, dir string, files []starter.File) {
	fmt.Fprintln(w)
	for _, f := range files {
		fmt.Fprintf(w, "wrote %s\n", clean(f.Name))
	}
	fmt.Fprintf(w, `
Read them, and commit %s. Then, with a control plane (slipway up):
  slipway apply %s
  slipway source add NAME %s
`, starter.ServicesFile, starter.PlatformFile, clean(dir))
}
