package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"slipway.dev/internal/core/fault"
)

func newInit(s *session) *cobra.Command {
	var force, dry bool
	cmd := &cobra.Command{
		Use: "init [DIR]", Short: "Write a first manifest for a repository",
		Long: `Init looks at the repository you stand in (or DIR), finds what can be built and run in
it, and writes slipway.yaml. It says what it took from where and what it could not know;
read the file before you commit it. It needs no control plane.`,
		Example: `  slipway init
  slipway init ../shop
  slipway init --dry-run`,
		Args: exactly("[DIR]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if house.starter == nil {
				return missing("a starter")
			}
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			file, notes, err := house.starter(cmd.Context(), dir)
			if err != nil {
				return err
			}
			if dry {
				_, err := io.WriteString(s.out, file.Content)
				s.notes(notes)
				return err
			}
			path := filepath.Join(dir, file.Name)
			if err := writeNew(path, file.Content, force); err != nil {
				return err
			}
			fmt.Fprintf(s.out, "wrote %s\n", path)
			s.notes(notes)
			fmt.Fprintf(s.out, "next: read it, `slipway check`, commit it, and `slipway source add NAME %s`\n", dir)
			return nil
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "write over a manifest that is there")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "print the manifest instead")
	return cmd
}

func (s *session) notes(notes []string) {
	for _, n := range notes {
		fmt.Fprintln(s.err, "- "+clean(n))
	}
}

// writeNew writes a file that must not be there yet, unless forced.
func writeNew(path, content string, force bool) error {
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if force {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(path, flags, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Refused, "%s is there already", path).WithHint("look at `slipway init --dry-run`, or add --force to write over it")
	} else if err != nil {
		return fault.New(fault.Invalid, "the manifest cannot be written").Because(err)
	}
	_, err = io.WriteString(f, content)
	return errors.Join(err, f.Close())
}
