package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/internal/core/fault"
)

func newBackup(s *session) *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use: "backup FILE", Short: "Make a backup",
		Long: `Backup writes the whole state to FILE ("-": standard output) while the control plane
goes on: journal, secrets and signing keys (encrypted, with the key that opens them),
and what is declared. FILE is readable by you alone: whoever has it has the secrets.

FILE is there only once it is complete.`,
		Example: `  slipway backup slipway-2031-04-01.backup
  slipway backup - | age -r age1… > slipway.backup.age`,
		Args: exactly("FILE"),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			return s.download(args[0], force, func(w io.Writer) error { return c.Backup(ctx, w) })
		}),
	}
	cmd.Flags().BoolVar(&force, "force", false, "write over a file that is there")
	return cmd
}

// download writes to a file that appears only when it is complete, or to standard output.
func (s *session) download(path string, force bool, get func(io.Writer) error) error {
	if path == "-" {
		return get(s.out)
	}
	if _, err := os.Lstat(path); err == nil && !force {
		return fault.New(fault.Refused, "%s is there already", path).WithHint("choose another name, or add --force")
	}
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fault.New(fault.Invalid, "the file cannot be written").Because(err)
	}
	defer os.Remove(part)
	if err := errors.Join(get(f), f.Sync(), f.Close()); err != nil {
		return err
	}
	info, err := os.Stat(part)
	if err != nil {
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return fault.New(fault.Invalid, "the file cannot be written").Because(err)
	}
	fmt.Fprintf(s.err, "wrote %s (%s)\n", path, bytesText(info.Size()))
	return nil
}
